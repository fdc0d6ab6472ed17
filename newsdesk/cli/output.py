"""Rows for people and for machines: a table, JSON, JSON Lines or CSV, with nothing in them that acts."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TextIO

from newsdesk.cli.app import Format, printable

if TYPE_CHECKING:
    from storage.stored import StoredEdit

FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Cells that begin so are run by spreadsheets (OWASP, CSV injection)."""

Row = Mapping[str, Any]


def write_rows(
    rows: Iterable[Row], *, columns: Sequence[str], form: Format, to: TextIO | None = None
) -> None:
    """Write rows to stdout in the form asked for; only a table waits for all of them."""
    out = to or sys.stdout
    if form is Format.JSONL:
        for row in rows:
            out.write(json_line(row) + "\n")
    elif form is Format.JSON:
        out.write(json.dumps([plain(row) for row in rows], ensure_ascii=False, indent=2) + "\n")
    elif form is Format.CSV:
        write_csv(rows, columns=columns, to=out)
    else:
        table(list(rows), columns=columns)


def json_line(row: Row) -> str:
    """Return a row as one line of JSON."""
    return json.dumps(plain(row), ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; instants as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def write_csv(rows: Iterable[Row], *, columns: Sequence[str], to: TextIO) -> None:
    """Write rows as CSV that a spreadsheet shows and does not run."""
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(row.get(column)) for column in columns])


def safe_cell(value: Any) -> Any:
    """Return a cell's value; text that a spreadsheet would run gets a quote mark before it."""
    if isinstance(value, list | tuple):
        value = "; ".join(str(plain(one)) for one in value)
    value = plain(value)
    if isinstance(value, str):
        text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in value)
        return f"'{text}" if text.startswith(FORMULA_START) else text
    return value


def table(rows: Sequence[Row], *, columns: Sequence[str]) -> None:
    """Print rows as a table as wide as the terminal; one record, one row."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 160)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        numeric = bool(rows) and all(
            isinstance(row.get(column), int | float) or row.get(column) in (None, "") for row in rows
        )
        shown.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(short(row.get(column))) for column in columns))
    console.print(shown)


def short(value: Any) -> str:
    """Return a value as a table shows it: one line, instants to the minute in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    if isinstance(value, list | tuple):
        return ", ".join(short(one) for one in value)
    return " ".join(printable(str(value)).split())


def edits_told(edits: Iterable[tuple[StoredEdit, str]]) -> Iterator[str]:
    """Yield edits that changed claims, each with the name it is told under: what was said before, what is said now."""
    from storage.edits import edit_words

    for place, (edit, name) in enumerate(edits):
        if place == 0:
            yield "\nClaims changed by edits"
        how = "the page gives a later date" if edit.declared else "in silence"
        yield f"  {short(edit.at)}  {name}version {edit.before} to {edit.after}, {how}"
        yield from (f"     {short(edit_words(change))}" for change in edit.changes)
