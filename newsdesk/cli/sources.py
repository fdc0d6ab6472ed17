"""`sources`: what is configured and how it fares."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from newsdesk.cli.app import ConfigOption, Exit, Format, FormatOption, configured, opened
from newsdesk.cli.output import write_rows
from newsdesk.cli.running import OnlyOption, _check_sources, print_reports

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
        "check",
        help="Ask each source once, store nothing, and say what came; exits 4 if one fails.\n\nExample: swapwatch sources check pravda-ua-uk",
    )(check)
    group.command(
        "status", help="Show how each source fares, the worst first.\n\nExample: swapwatch sources status"
    )(status)
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
            "every": str(one.interval),
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


def check(
    source: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these sources.")] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Poll sources into a scratch store and print the table."""
    import tempfile
    from dataclasses import replace
    from pathlib import Path

    import scheduler
    from crawler.model import Outcome

    checked = configured(config)
    _check_sources([one.id for one in checked.sources], source or [])
    with tempfile.TemporaryDirectory(prefix="swapwatch-check-") as folder:
        few = tuple(
            replace(one, limits=replace(one.limits, pages=min(one.limits.pages, 3)))
            for one in checked.sources
        )
        scratch = replace(
            checked, database_url=f"sqlite:///{folder}/check.db", data=Path(folder), sources=few
        )
        summary = scheduler.run(scratch, once=True, only=source or [])
    print_reports(summary.reports, form)
    return Exit.CHECK_FAILED if any(one.outcome is Outcome.ERROR for one in summary.reports) else Exit.DONE


STATUS_COLUMNS = (
    "source",
    "state",
    "since",
    "last_success",
    "next_due",
    "failures",
    "findings",
    "leads",
    "error",
)


def status(source: OnlyOption = None, form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print how each configured source fares."""
    from storage import queries, sources
    from storage.engine import transaction

    checked = configured(config)
    with transaction(opened(checked)) as session:
        states, totals = sources.states(session), queries.totals(session)
    rows: list[dict[str, Any]] = []
    for one in checked.sources:
        if source and one.id not in source:
            continue
        known = states.get(one.id)
        counted = totals.get(one.id, {})
        failing = known is not None and known.failures > 0
        rows.append(
            {
                "source": one.id,
                "state": "disabled"
                if not one.enabled
                else "new"
                if known is None
                else "failing"
                if failing
                else "ok",
                "since": known.failing_since if known and failing else None,
                "last_success": known.last_success if known else None,
                "next_due": known.next_due if known else None,
                "failures": known.failures if known else 0,
                "findings": counted.get("findings", 0),
                "leads": counted.get("leads_new", 0),
                "error": known.error
                if known and failing
                else one.disabled_reason
                if not one.enabled
                else None,
            }
        )
    order = {"failing": 0, "new": 1, "ok": 2, "disabled": 3}
    rows.sort(key=lambda row: (order[row["state"]], -row["failures"], row["source"]))
    write_rows(rows, columns=STATUS_COLUMNS, form=form)
