"""`search`, `show`, `export`: questions to the store. They never migrate and load nothing they don't need."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, opened, printable, say
from newsdesk.cli.output import short, write_csv, write_rows

if TYPE_CHECKING:
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


class What(StrEnum):
    """What can be exported."""

    FINDINGS = "findings"
    LEADS = "leads"
    EXCHANGES = "exchanges"
    CLAIMS = "claims"
    MARKS = "marks"


class ExportFormat(StrEnum):
    """How an export comes out."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "search",
        help='Find findings by words, in any inflection; without words, the newest.\n\nExample: swapwatch search "обмін полоненими" --since 2026-01-01',
    )(search)
    app.command(
        "show", help="Show one finding: reasons, claims, versions, evidence.\n\nExample: swapwatch show f12"
    )(show)
    app.command(
        "export",
        help="Write findings, leads, exchanges, claims or marks for other programs; no article text unless asked for.\n\nExample: swapwatch export findings --format csv --bom > findings.csv",
    )(export)


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
        _filters(
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


def _filters(
    *,
    source: str | None,
    lang: str | None,
    kind: str | None,
    conflict: str | None,
    since: str | None,
    until: str | None,
    near: bool,
) -> Filters:
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
    from newsdesk.export import finding_record
    from storage import queries
    from storage.engine import transaction

    number = finding.removeprefix("f")
    if not number.isdigit():
        raise UsageError(f"{finding}: not a finding's number; they look like f12")
    with transaction(opened(configured(config))) as session:
        found = queries.finding(session, int(number))
    if found is None:
        raise UsageError(f"there is no finding f{number}; `swapwatch search` lists what there is")
    if form is not Format.TABLE:
        record = finding_record(found, with_text=True, with_versions=True)
        write_rows([record], columns=tuple(record), form=form)
        return
    typer.echo("\n".join(printable(line) for line in _page(found)))


def _page(found: WholeFinding) -> Iterator[str]:
    now, verdict = found.current, found.verdict
    yield f"f{found.id}  {now.title}"
    yield found.address
    if found.state != "live":
        yield f"{found.state}: not up any more when last looked at"
    zone = "" if now.zone_known else " (zone assumed)"
    yield f"published {short(now.published) or 'undated'}{zone}, from {now.published_from or 'nowhere'}; first kept {short(found.first_kept)}"
    yield f"{verdict.standing}, score {verdict.score:.2f}, {verdict.kind}, {verdict.conflict}, lexicon {verdict.lexicon}"
    facts = {"exchange date": verdict.exchange_date, "stage": verdict.stage, "sequence": verdict.sequence, "deal": verdict.deal,
             "mediators": verdict.mediators, "place": verdict.transfer_place, "numbers disclosed": verdict.numbers_disclosed}  # fmt: skip
    yield "; ".join(f"{name} {short(value)}" for name, value in facts.items() if value not in (None, ()))
    yield "\nReasons"
    for reason in verdict.reasons[:10]:
        yield f"  {reason['weight']:>5}  {reason['rule']}: «{short(reason['words'])}»"
    yield "\nClaims"
    for one in found.claims:
        claim = one.claim
        why = f" ({claim.reason})" if claim.reason else ""
        yield f"  c{one.id}  {claim.count} {claim.category} to {claim.returned_to}{why}, {claim.event}, {claim.precision}, said by {', '.join(claim.claimed_by)}: «{short(claim.quote)}»"
    yield "\nVersions"
    for version in found.versions:
        mark = ", from the feed" if version.from_feed else ""
        yield f"  {version.number}  fetched {short(version.fetched_at)}{mark}, text sha256 {version.text_sha256[:16]}…"
        if version.evidence:
            yield f"     {version.evidence.file} at {version.evidence.offset}, body sha256 {version.evidence.body_sha256[:16]}…"
    yield "\nEvidence"
    for seen in found.captures:
        yield f"  {short(seen.fetched_at)}  {seen.status}  {seen.url}  {seen.file} at {seen.offset}"
    yield "\nCarried by " + ", ".join(f"{one.source_id} ({short(one.first_seen)})" for one in found.carriers)
    yield "\n" + now.text


def export(
    what: Annotated[What, typer.Argument(help="findings, leads, exchanges, claims or marks.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="csv, xlsx, json or jsonl.")
    ] = ExportFormat.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of stdout; xlsx needs it.")
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Start a CSV file with a byte-order mark, for Excel.")
    ] = False,
    with_text: Annotated[
        bool, typer.Option("--with-text", help="Article texts too; they belong to their outlets.")
    ] = False,
    with_versions: Annotated[
        bool, typer.Option("--with-versions", help="Every version, nested in its finding.")
    ] = False,
    source: SourceOption = None,
    lang: LangOption = None,
    kind: KindOption = None,
    conflict: ConflictOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    near_misses: NearOption = False,
    config: ConfigOption = None,
) -> None:
    """Stream findings or leads to stdout or a file."""
    from newsdesk import export as records
    from newsdesk import ledger
    from newsdesk.cli import marking
    from storage import queries
    from storage.engine import transaction

    filters = _filters(
        source=source, lang=lang, kind=kind, conflict=conflict, since=since, until=until, near=near_misses
    )
    with transaction(opened(configured(config))) as session:
        rows: Iterator[dict[str, Any]]
        columns: tuple[str, ...]
        if what is What.LEADS:
            columns = records.LEAD_COLUMNS
            rows = (records.lead_record(one) for one in queries.leads(session, source=source))
        elif what is What.EXCHANGES:
            columns = ledger.EXCHANGE_COLUMNS
            rows = ledger.exported(session, since=since, until=until, conflict=filters.conflict)
        elif what is What.CLAIMS:
            columns = ledger.CLAIM_COLUMNS
            rows = ledger.claims(session, filters)
        elif what is What.MARKS:
            columns = (*marking.MARK_COLUMNS, *("text",) * with_text)
            rows = marking.labelled(session, with_text=with_text)
        else:
            extra = ("text",) * with_text + ("history",) * with_versions
            columns = (*records.FINDING_COLUMNS, *extra)
            found = queries.findings(session, filters)
            rows = (
                records.finding_record(one, with_text=with_text, with_versions=with_versions) for one in found
            )
        _write(rows, columns=columns, form=form, output=output, bom=bom)


def _write(
    rows: Iterator[dict[str, Any]],
    *,
    columns: Sequence[str],
    form: ExportFormat,
    output: Path | None,
    bom: bool,
) -> None:
    from newsdesk import export as records

    if form is ExportFormat.XLSX:
        if output is None:
            raise UsageError("an xlsx file needs a name: --output findings.xlsx")
        _write_xlsx(records.flat(rows), columns, output)
        return
    to = output.open("w", encoding="utf-8", newline="") if output else sys.stdout
    try:
        if form is ExportFormat.CSV:
            to.write("\ufeff" * bom)
            write_csv(records.flat(rows), columns=columns, to=to)
        else:
            write_rows(rows, columns=columns, form=Format(form), to=to)
    finally:
        if output:
            to.close()


def _write_xlsx(rows: Iterator[dict[str, Any]], columns: Sequence[str], output: Path) -> None:
    import xlsxwriter

    from newsdesk.cli.output import safe_cell

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(output), options) as book:
        sheet = book.add_worksheet("swapwatch")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [_cell(safe_cell(row.get(column))) for column in columns])


def _cell(value: Any) -> Any:
    """A spreadsheet's cell holds at most 32,767 characters."""
    text = value if isinstance(value, str | int | float | bool) or value is None else str(value)
    return text[:32_767] if isinstance(text, str) else text
