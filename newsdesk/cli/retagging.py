"""`retag`: judge what is stored again, with the lexicon and the added terms of now, and say what changes and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, say
from newsdesk.cli.output import write_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.config import Config
    from crawler.model import Article, Claim, Finding, Verdict
    from storage.stored import StoredLead, WholeFinding

COLUMNS = ("id", "change", "score", "kind", "why", "title")

AT_ONCE = 100
"""Findings judged and stored in one transaction."""

WORDS = 3
"""Reasons named beside a change."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "retag",
        help="Judge stored texts again under the present lexicon and say what changes and why.\n\nExample: swapwatch retag --dry-run --config NEW.yaml",
    )(retag)


def retag(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing.")] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print each finding whose verdict changes, and each dropped lead that is worth another look."""
    from crawler.tagging import version
    from storage import lock, retagging, schema
    from storage.engine import connect, transaction

    checked = configured(config)
    engine = connect(checked.database_url, read_only=dry_run)
    schema.require_current(engine)
    lexicon = version(checked.lexicon)
    counts: Counter[str] = Counter()
    with nullcontext() if dry_run else lock.hold(engine):
        with transaction(engine) as session:
            numbers = retagging.judged_otherwise(session, lexicon)
        rows = [
            *_findings(engine, numbers, checked, counts, dry_run=dry_run),
            *_leads(engine, lexicon, checked, counts, dry_run=dry_run),
        ]
        if not dry_run:
            _told_anew(engine)
    write_rows(rows, columns=COLUMNS, form=form)
    say(_summary(len(numbers), lexicon, counts, dry_run=dry_run))


def _told_anew(engine: Engine) -> None:
    """Let the ledger read what was judged anew, and say what became of claims that analysts had marked."""
    import scheduler
    from storage.decisions import decisions
    from storage.engine import transaction

    if read := scheduler.update_ledger(engine):
        say(f"the ledger read {read} findings anew")
    with transaction(engine) as session:
        marked = [
            (one.id, claim, now)
            for one in decisions(session)
            if one.undone_at is None
            for claim, now in one.read_again
        ]
    if carried := sum(now not in (None, claim) for _, claim, now in marked):
        say(f"{carried} claims marked as wrong are read again as they were: the marks hold for them")
    for made, claim, now in marked:
        if now is None:
            say(
                f"d{made}: c{claim}, marked as wrong, is not read so any more; `swapwatch ledger review` lists it"
            )


def _summary(judged: int, lexicon: str, counts: Counter[str], *, dry_run: bool) -> str:
    changes = ", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "nothing changes"
    end = "; dry run: nothing was stored" if dry_run else ""
    return f"{judged} findings of another lexicon judged under {lexicon}: {changes}{end}"


def _findings(
    engine: Engine, numbers: Sequence[int], config: Config, counts: Counter[str], *, dry_run: bool
) -> Iterator[dict[str, Any]]:
    from storage import queries, retagging
    from storage.engine import transaction

    for start in range(0, len(numbers), AT_ONCE):
        with transaction(engine) as session:
            for number in numbers[start : start + AT_ONCE]:
                found = queries.finding(session, number)
                if found is None:
                    continue
                judged = _judged(found, config)
                if not dry_run:
                    retagging.renew(session, number, judged, now=datetime.now(UTC))
                change = _change(found, judged)
                if change:
                    counts[change] += 1
                    yield _row(f"f{number}", change, judged.verdict, _why(found, judged), found.current.title)


def _judged(found: WholeFinding, config: Config) -> Finding:
    """Return a finding as the lexicon and claims of now read its current version."""
    from crawler.facts import read
    from crawler.model import Article, Finding, Lead
    from crawler.tagging import judge

    said = found.current
    article = Article(
        address=found.address,
        outlet=found.outlet,
        title=said.title,
        text=said.text,
        language=said.language,
        published=said.published,
        zone_known=said.zone_known,
        from_feed=said.from_feed,
        partial=said.partial,
    )
    verdict, claims = read(article, judge(article, config.lexicon))
    lead = Lead(source_id="retag", url=found.address, seen_in=found.address)
    return Finding(article=article, verdict=verdict, claims=claims, lead=lead)


def _change(found: WholeFinding, judged: Finding) -> str | None:
    """Name the first of what differs: standing, kind, conflict, tags, claims; None where nothing an analyst sees does."""
    old, new = found.verdict, judged.verdict
    pairs = (
        ("", old.standing, new.standing),
        ("kind ", old.kind, new.kind),
        ("conflict ", old.conflict, new.conflict),
        ("date ", old.exchange_date, new.exchange_date),
    )
    differs = next((f"{name}{was} -> {now}" for name, was, now in pairs if was != now), None)
    came, went = (len(claims) for claims in _claims_of(found, judged))
    return (
        differs
        or (f"claims +{came} -{went}" if came or went else None)
        or ("tags" if _topics(old.tags) != _topics(new.tags) else None)
    )


def _claims_of(found: WholeFinding, judged: Finding) -> tuple[set[str], set[str]]:
    """Return the claims that only the new reading has and those that only the stored one has, in words."""
    old = {_claim(one.claim) for one in found.claims}
    new = {_claim(one) for one in judged.claims}
    return new - old, old - new


def _claim(claim: Claim) -> str:
    return f"{claim.count} {claim.category} to {claim.returned_to}, {claim.event}"


def _topics(tags: Sequence[str]) -> set[str]:
    return {tag for tag in tags if tag.startswith("topic:")}


def _why(found: WholeFinding, judged: Finding) -> str:
    """Name the reasons and claims that came (+) and went (-), and topics found."""
    verdict = judged.verdict
    old = {(reason["rule"], reason["words"]) for reason in found.verdict.reasons}
    new = {(reason.rule, reason.words) for reason in verdict.reasons}
    came = [f"+{rule} «{words}»" for rule, words in _first(verdict, new - old)]
    went = [f"-{rule} «{words}»" for rule, words in sorted(old - new)[:WORDS]]
    topics = sorted(_topics(verdict.tags) - _topics(found.verdict.tags))
    read, unread = _claims_of(found, judged)
    claims = [f"+{one}" for one in sorted(read)[:WORDS]] + [f"-{one}" for one in sorted(unread)[:WORDS]]
    return "; ".join((*topics, *came, *went, *claims))


def _first(verdict: Verdict, among: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the weightiest of some reasons."""
    ordered = dict.fromkeys((reason.rule, reason.words) for reason in verdict.reasons)
    return [reason for reason in ordered if reason in among][:WORDS]


def _leads(
    engine: Engine, lexicon: str, config: Config, counts: Counter[str], *, dry_run: bool
) -> Iterator[dict[str, Any]]:
    """Yield dropped leads that what their list said makes relevant now; they are opened to be fetched again."""
    from crawler.model import Standing
    from crawler.tagging import judge
    from storage import queries, retagging
    from storage.engine import transaction

    again: list[int] = []
    with transaction(engine) as session:
        for one in queries.leads(session, state="skipped"):
            if one.reason != "off_topic" or lexicon in (one.detail or ""):
                continue
            verdict = judge(_listed(one), config.lexicon)
            if verdict.standing is Standing.RELEVANT:
                again.append(one.id)
                counts["dropped -> open again"] += 1
                why = "; ".join(f"+{reason.rule} «{reason.words}»" for reason in verdict.reasons[:WORDS])
                yield _row(one.lead.url, "dropped -> open again", verdict, why, one.lead.title or "")
    if again and not dry_run:
        with transaction(engine) as session:
            retagging.open_again(session, again, now=datetime.now(UTC))


def _listed(one: StoredLead) -> Article:
    from crawler.model import Article

    lead = one.lead
    return Article(
        address=lead.url, outlet="", title=lead.title or "", text=lead.text or "", language=lead.language
    )


def _row(name: str, change: str, verdict: Verdict, why: str, title: str) -> dict[str, Any]:
    return {"id": name, "change": change, "score": round(verdict.score, 2), "kind": str(verdict.kind), "why": why, "title": title}  # fmt: skip
