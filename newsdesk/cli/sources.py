"""`sources`: what is configured and how it fares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from newsdesk.cli import probing
from newsdesk.cli.app import (
    ConfigOption,
    Format,
    FormatOption,
    configured,
    opened,
    printable,
    say,
)
from newsdesk.cli.in_use import configured_or_in_use
from newsdesk.cli.output import write_rows
from newsdesk.cli.running import OnlyOption, _check_sources

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.model import Source
    from newsdesk.health import SourceHealth

group = typer.Typer(
    name="sources",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What is configured and how it fares.\n\nExample: swapwatch sources status",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group.command(
        "list", help="List the configured sources.\n\nExample: swapwatch sources list --format csv"
    )(list_sources)
    group.command(
        "status", help="Show how each source fares, the worst first.\n\nExample: swapwatch sources status"
    )(status)
    probing.register(group)
    app.add_typer(group)


def list_sources(form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print the sources of the config."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "side": str(one.side),
            "ownership": str(one.ownership),
            "languages": one.languages,
            "type": str(one.type),
            "every": str(one.interval) if one.interval else "as learnt",
            "state": "on" if one.enabled else f"off: {one.disabled_reason or 'enabled: false'}",
            "url": one.url,
        }
        for one in configured(config).sources
    ]
    write_rows(
        rows,
        columns=("id", "name", "side", "ownership", "languages", "type", "every", "state", "url"),
        form=form,
    )


STATUS_COLUMNS = (
    "source", "state", "since", "last_success", "next_try", "entries_a_day", "findings_a_day", "extraction_yield",
    "requests_a_day", "kilobytes_a_day", "failures", "polling", "words",
)  # fmt: skip

TABLE_COLUMNS = STATUS_COLUMNS[:-3]
"""Whole sentences in a column would squeeze the figures: they stand below."""


def status(source: OnlyOption = None, form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print how each configured source fares."""
    checked = configured_or_in_use(config)
    _check_sources([one.id for one in checked.sources], source or [])
    chosen = [one for one in checked.sources if not source or one.id in source]
    rows = status_rows(checked, chosen)
    if form is not Format.TABLE:
        write_rows(rows, columns=STATUS_COLUMNS, form=form)
        return
    write_rows([_brief(row) for row in rows], columns=TABLE_COLUMNS, form=form)
    for row in rows:
        said = "; ".join(one for one in (row["words"], row["polling"]) if one)
        if said:
            typer.echo(printable(f"{row['source']}: {said}"))


def status_rows(config: Config, chosen: Sequence[Source]) -> list[dict[str, Any]]:
    """Return how sources fare as rows, the worst first; what the running job refuses to read goes to stderr."""
    from newsdesk.health import look
    from storage import notes
    from storage.engine import transaction

    with transaction(opened(config)) as session:
        found = look(session, chosen, now=datetime.now(UTC))
        refused = notes.read(session, notes.CONFIG)
    if refused and refused.words:
        say(f"warning: the job still runs on the last good config: {refused.words}")
    return [_row(one) for one in found]


def _row(health: SourceHealth) -> dict[str, Any]:
    figures = {name: getattr(health, name) for name in STATUS_COLUMNS[5:10]}
    return {
        "source": health.source_id,
        "state": str(health.state),
        "since": health.since,
        "last_success": health.last_success,
        "next_try": health.next_try,
        **{name: None if value is None else round(value, 3) for name, value in figures.items()},
        "failures": health.failures,
        "polling": health.polling,
        "words": health.words,
        "problems": [str(problem.check) for problem in health.problems],
    }


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for a table: no more digits than people read."""
    brief = dict(row)
    for name in STATUS_COLUMNS[5:10]:
        value = row[name]
        if value is not None:
            brief[name] = (
                f"{value:.0%}"
                if name == "extraction_yield"
                else round(value, 1)
                if value < 10
                else round(value)
            )
    return brief
