"""`export`: records for other programs, streamed to stdout or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Format, configured, opened, say
from newsdesk.cli.output import write_csv, write_rows
from newsdesk.cli.querying import (
    ConflictOption,
    KindOption,
    LangOption,
    NearOption,
    SinceOption,
    SourceOption,
    UntilOption,
    filters_of,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.search import Filters


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


FormOption = Annotated[ExportFormat, typer.Option("--format", help="csv, xlsx, json or jsonl.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write here instead of stdout; xlsx needs it.")
]
BomOption = Annotated[bool, typer.Option("--bom", help="Start a CSV file with a byte-order mark, for Excel.")]
TextOption = Annotated[
    bool, typer.Option("--with-text", help="Article texts too; they belong to their outlets.")
]
VersionsOption = Annotated[
    bool, typer.Option("--with-versions", help="Every version, nested in its finding.")
]
MaskOption = Annotated[
    bool, typer.Option("--mask-names", help="Mask personal names, as far as they are recognised.")
]
WaczOption = Annotated[
    Path | None,
    typer.Option(
        "--wacz", help="The findings' captures as a web archive (WACZ) instead of rows; with --with-text."
    ),
]
CdxOption = Annotated[
    Path | None, typer.Option("--cdx", help="An index (CDXJ) of all capture files instead of rows.")
]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        "export",
        help="Write findings, leads, exchanges, claims or marks for other programs; no article text unless asked for.\n\nExample: swapwatch export findings --format csv --bom > findings.csv",
    )(export)


def export(
    what: Annotated[What, typer.Argument(help="findings, leads, exchanges, claims or marks.")],
    form: FormOption = ExportFormat.CSV,
    output: OutputOption = None,
    bom: BomOption = False,
    with_text: TextOption = False,
    with_versions: VersionsOption = False,
    mask_names: MaskOption = False,
    wacz: WaczOption = None,
    cdx: CdxOption = None,
    source: SourceOption = None,
    lang: LangOption = None,
    kind: KindOption = None,
    conflict: ConflictOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    near_misses: NearOption = False,
    config: ConfigOption = None,
) -> None:
    """Stream records to stdout or a file."""
    from newsdesk import ledger
    from newsdesk.cli import marking
    from newsdesk.cli.archiving import web_archive
    from storage.engine import transaction

    filters = filters_of(
        source=source, lang=lang, kind=kind, conflict=conflict, since=since, until=until, near=near_misses
    )
    if wacz or cdx:
        web_archive(
            filters, configured(config), wacz=wacz, cdx=cdx, with_text=with_text, mask_names=mask_names
        )
        return
    with transaction(opened(configured(config))) as session:
        if what in (What.FINDINGS, What.LEADS):
            columns, rows = _articles(
                session, what, filters, with_text=with_text, with_versions=with_versions
            )
        elif what is What.EXCHANGES:
            columns = ledger.EXCHANGE_COLUMNS
            rows = ledger.exported(session, since=since, until=until, conflict=filters.conflict)
        elif what is What.CLAIMS:
            columns, rows = ledger.CLAIM_COLUMNS, ledger.claims(session, filters)
        else:
            columns = (*marking.MARK_COLUMNS, *("text",) * with_text)
            rows = marking.labelled(session, with_text=with_text)
        rows = _masked(rows) if mask_names else rows
        _write(rows, columns=columns, form=form, output=output, bom=bom)


def _masked(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from newsdesk.cli.masking import WARNING, masked_record

    say(WARNING)
    return map(masked_record, rows)


def _articles(
    session: Session, what: What, filters: Filters, *, with_text: bool, with_versions: bool
) -> tuple[tuple[str, ...], Iterator[dict[str, Any]]]:
    """Return the columns and records of findings, or of leads."""
    from newsdesk import export as records
    from storage import queries

    if what is What.LEADS:
        leads = queries.leads(session, source=filters.source)
        return records.LEAD_COLUMNS, (records.lead_record(one) for one in leads)
    extra = ("text",) * with_text + ("history", "looks", "edits") * with_versions
    found = queries.findings(session, filters)
    rows = (records.finding_record(one, with_text=with_text, with_versions=with_versions) for one in found)
    return (*records.FINDING_COLUMNS, *extra), rows


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
