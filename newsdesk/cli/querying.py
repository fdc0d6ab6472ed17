"""`search` and `show`: questions to the store. They never migrate and load nothing they don't need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, opened, printable, say
from newsdesk.cli.output import edits_told, short, write_rows

if TYPE_CHECKING:
    from storage.origins import Origin
    from storage.queries import WholeFinding
    from storage.search import Filters, Hit
    from storage.snippets import Snippet

HIT_COLUMNS = ("id", "published", "outlet", "language", "kind", "score", "title", "snippet")

SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="ID", help="Only findings that this source led to.")
]
LangOption = Annotated[
    str | None, typer.Option("--lang", metavar="CODE", help="Only texts in this language: en, ru, uk.")
]
KindOption = Annotated[str | None, typer.Option("--kind", help="Only this kind, such as exchange_completed.")]
ConflictOption = Annotated[str | None, typer.Option("--conflict", help="Only this conflict, such as ru-ua.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Published on or after this UTC day.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Published before this UTC day.")
]
NearOption = Annotated[bool, typer.Option("--near-misses", help="Near misses too.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "search",
        help='Find findings by words, in any inflection; without words, the newest.\n\nExample: swapwatch search "обмін полоненими" --since 2026-01-01',
    )(search)
    app.command(
        "show", help="Show one finding: reasons, claims, versions, evidence.\n\nExample: swapwatch show f12"
    )(show)


def search(
    query: Annotated[list[str] | None, typer.Argument(help="Words that must all occur.")] = None,
    source: SourceOption = None,
    lang: LangOption = None,
    kind: KindOption = None,
    conflict: ConflictOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    near_misses: NearOption = False,
    exchange: Annotated[
        str | None,
        typer.Option("--exchange", metavar="ID", help="Only reports on this exchange, such as x45."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most hits shown.")] = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print the findings that match, best first."""
    from storage.engine import transaction
    from storage.search import search as find

    words = _words(" ".join(query or []))
    filters = replace(
        filters_of(
            source=source, lang=lang, kind=kind, conflict=conflict, since=since, until=until, near=near_misses
        ),
        exchange=exchange_number(exchange) if exchange else None,
    )
    with transaction(opened(configured(config))) as session:
        hits = find(session, words, filters=filters, limit=limit)
    write_rows([_hit_row(hit) for hit in hits], columns=HIT_COLUMNS, form=form)
    if not hits:
        say("nothing found; --near-misses looks wider, `swapwatch sources status` shows what is read")


def exchange_number(name: str) -> int:
    """Return the number of an exchange as people write it.

    Raises:
        UsageError: it is none.
    """
    digits = name.removeprefix("x")
    if not digits.isdigit():
        raise UsageError(f"{name}: not an exchange's number; they look like x45")
    return int(digits)


def _words(query: str) -> list[list[str]]:
    if not query.strip():
        return []
    from crawler.language import query_lemmas

    return query_lemmas(query[:10_000])


def filters_of(
    *,
    source: str | None,
    lang: str | None,
    kind: str | None,
    conflict: str | None,
    since: str | None,
    until: str | None,
    near: bool,
) -> Filters:
    """Return the store's limits for the options of a command."""
    from crawler.model import Conflict, Kind, Standing
    from storage.search import Filters

    return Filters(
        source=source,
        language=lang,
        kind=one_of(Kind, kind, "--kind"),
        conflict=one_of(Conflict, conflict, "--conflict"),
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        standings=(Standing.RELEVANT, Standing.NEAR_MISS) if near else (Standing.RELEVANT,),
    )


def one_of(kinds: type[StrEnum], value: str | None, option: str) -> Any:
    """Return an option's value as one of its kind, None where it was not given.

    Raises:
        UsageError: it is none of them.
    """
    if value is None:
        return None
    try:
        return kinds(value)
    except ValueError as error:
        raise UsageError(f"{option} {value}: not one of {', '.join(kinds)}") from error


def _day(value: str | None, option: str) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"{option} {value}: write a date such as 2026-01-31") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _hit_row(hit: Hit) -> dict[str, Any]:
    return {
        "id": f"f{hit.id}",
        "published": hit.published,
        "outlet": hit.outlet,
        "language": hit.language,
        "kind": str(hit.kind),
        "score": round(hit.score, 2),
        "title": hit.title,
        "snippet": bracketed(hit.snippet),
        "address": hit.address,
    }


def bracketed(part: Snippet) -> str:
    """Return a snippet on one line, the words that match in brackets, a dot-dot-dot where it begins inside the text.

    >>> from storage.snippets import Snippet
    >>> bracketed(Snippet(text="the prisoners are home", start=7, highlights=((4, 13),)))
    '…the [prisoners] are home'
    """
    pieces, at = ["…" if part.start else ""], 0
    for start, end in part.highlights:
        pieces += [part.text[at:start], "[", part.text[start:end], "]"]
        at = end
    return " ".join("".join([*pieces, part.text[at:]]).split())


def show(
    finding: Annotated[str, typer.Argument(metavar="ID", help="A finding's number, such as f12.")],
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print one finding whole."""
    from newsdesk.export import finding_record, origin_record
    from storage import queries
    from storage.engine import transaction
    from storage.origins import origin

    number = finding.removeprefix("f")
    if not number.isdigit():
        raise UsageError(f"{finding}: not a finding's number; they look like f12")
    with transaction(opened(configured(config))) as session:
        found = queries.finding(session, int(number))
        came_from = origin(session, int(number)) if found else None
    if found is None:
        raise UsageError(f"there is no finding f{number}; `swapwatch search` lists what there is")
    if form is not Format.TABLE:
        record = finding_record(found, with_text=True, with_versions=True)
        record |= {"origin": origin_record(came_from)} if came_from else {}
        write_rows([record], columns=tuple(record), form=form)
        return
    lines = [*_page(found), *(_family(found, came_from) if came_from else ()), "\n" + found.current.text]
    typer.echo("\n".join(printable(line) for line in lines))


def _page(found: WholeFinding) -> Iterator[str]:
    now, verdict = found.current, found.verdict
    yield f"f{found.id}  {now.title}"
    yield found.address
    if found.state == "redacted":
        yield "redacted: its text and captures were taken out of the store"
    elif found.state != "live":
        yield f"{found.state}: not up any more when last looked at"
    zone = "" if now.zone_known else " (zone assumed)"
    yield f"published {short(now.published) or 'undated'}{zone}, from {now.published_from or 'nowhere'}; first kept {short(found.first_kept)}"
    yield f"{verdict.standing}, score {verdict.score:.2f}, {verdict.kind}, {verdict.conflict}, lexicon {verdict.lexicon}"
    facts = {"exchange date": verdict.exchange_date, "stage": verdict.stage, "sequence": verdict.sequence, "deal": verdict.deal,
             "mediators": verdict.mediators, "place": verdict.transfer_place, "numbers disclosed": verdict.numbers_disclosed}  # fmt: skip
    yield "; ".join(f"{name} {short(value)}" for name, value in facts.items() if value not in (None, ()))
    yield from (f"warning: {short(warning)}" for warning in now.warnings)
    yield "\nReasons"
    for reason in verdict.reasons[:10]:
        yield f"  {reason['weight']:>5}  {reason['rule']}: «{short(reason['words'])}»"
    yield "\nClaims"
    for one in found.claims:
        claim = one.claim
        why = f" ({claim.reason})" if claim.reason else ""
        yield f"  c{one.id}  {claim.count} {claim.category} to {claim.returned_to}{why}, {claim.event}, {claim.precision}, said by {', '.join(claim.claimed_by)}: «{short(claim.quote)}»"
    yield from _past(found)
    yield "\nEvidence"
    for seen in found.captures:
        yield f"  {short(seen.fetched_at)}  {seen.status}  {seen.url}  {seen.file} at {seen.offset}"
    yield "\nCarried by " + ", ".join(f"{one.source_id} ({short(one.first_seen)})" for one in found.carriers)


def _family(found: WholeFinding, came_from: Origin) -> Iterator[str]:
    """Yield where a report likely came from, and who else carries it."""
    where = f", f{came_from.finding_id}" if came_from.finding_id not in (None, found.id) else ""
    yield f"\nLikely origin {came_from.outlet}{where}: {came_from.why}"
    for one in came_from.members:
        if one.finding_id == found.id and one.how is None:
            continue
        share = f", {one.share:.0%} of the shorter word for word" if one.share else ""
        like = f"  {one.how} of f{one.like}{share}" if one.how else ""
        me = " (this one)" if one.finding_id == found.id else ""
        yield f"  f{one.finding_id}{me}  {short(one.at)}  {one.outlet}{like}  {one.address}"


def _past(found: WholeFinding) -> Iterator[str]:
    """Yield versions with how they differ, edits of claims, and the history."""
    from newsdesk.history import history
    from newsdesk.wording import changes

    yield "\nVersions"
    for version in found.versions:
        mark = ", from the feed" if version.from_feed else ""
        yield f"  {version.number}  fetched {short(version.fetched_at)}{mark}, text sha256 {version.text_sha256[:16]}…"
        if (seen := version.evidence) is not None:
            where = f"{seen.file} at {seen.offset}" if seen.length else "pruned"
            yield f"     capture {where}, body sha256 {seen.body_sha256[:16]}…"
        if version.number > 1:
            yield from (f"     {line}" for line in changes(found.versions[version.number - 2], version))
    yield from edits_told((one, "") for one in found.edits)
    yield "\nHistory"
    for moment in history(found):
        until = f", last {short(moment.until)}" if moment.until else ""
        yield f"  {short(moment.at)}  {moment.words}{until}"
