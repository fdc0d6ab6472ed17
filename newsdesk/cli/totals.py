"""`ledger totals` and `ledger checks`: official totals beside the ledger's sums, and what does not add up across exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, opened
from newsdesk.cli.ledger import group
from newsdesk.cli.output import write_rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ledger.model import Exchange
    from ledger.totals import Step, Total, YearSum

STEP_COLUMNS = (
    "day",
    "speaker",
    "returned_to",
    "basis",
    "total",
    "grew_by",
    "held",
    "drift",
    "exchanges",
    "unsized",
    "source",
)
YEAR_COLUMNS = ("year", "returned_to", "held", "exchanges", "unsized", "official", "drift")
CHECK_COLUMNS = ("kind", "words", "claims")


def register(_app: typer.Typer) -> None:
    """Add the commands of this module to the ledger's."""
    group.command(
        "totals",
        help="Official running totals beside the ledger's own sum, step by step, or by year.\n\nExample: swapwatch ledger totals --years",
    )(totals)
    group.command(
        "checks",
        help="What does not add up, within and across exchanges.\n\nExample: swapwatch ledger checks",
    )(checks)


def totals(
    years: Annotated[bool, typer.Option("--years", help="By year instead of step by step.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also steps from before the store's first exchange.")
    ] = False,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print how official totals grew and what the ledger holds of it."""
    from ledger import totals as sums
    from storage.engine import transaction

    with transaction(opened(configured(config))) as session:
        records = _records(session)
        series = _series(session)
    if years:
        found = sums.year_sums(records, sums.reference_years())
        write_rows([_year_row(one) for one in found], columns=YEAR_COLUMNS, form=form)
        return
    told = [one for one in sums.steps(series, records) if one.covered or every]
    rows = [_step_row(one) for one in sorted(told, key=lambda one: (one.total.day, one.total.returned_to))]
    if form is Format.TABLE:  # whole addresses would squeeze the figures
        rows = [row | {"source": urlsplit(row["source"]).hostname or row["source"]} for row in rows]
    write_rows(rows, columns=STEP_COLUMNS, form=form)


def checks(form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print every flag."""
    from ledger import totals as sums
    from ledger.frames import frame_flags
    from storage.engine import transaction

    with transaction(opened(configured(config))) as session:
        records = _records(session)
        series = _series(session)
    flags = [(f"x{record.id}: {flag.words}", flag) for record in records for flag in record.flags]
    flags += [
        (flag.words, flag) for flag in (*frame_flags(records), *sums.total_flags(sums.steps(series, records)))
    ]
    rows = [
        {"kind": str(flag.kind), "words": words, "claims": [f"c{one}" for one in flag.claim_ids]}
        for words, flag in flags
    ]
    write_rows(rows, columns=CHECK_COLUMNS, form=form)


def _records(session: Session) -> list[Exchange]:
    from newsdesk.ledger import whole
    from storage.exchanges import ExchangeFilters, listed

    numbers = [one.id for one in listed(session, ExchangeFilters())][::-1]
    return [found.record for found in whole(session, numbers)]


def _series(session: Session) -> list[Total]:
    """Return the shipped totals and those that reports tell."""
    from ledger import totals as sums
    from storage import browsing, reports

    known = sums.reference_totals()
    return [*known, *sums.told_totals(reports.reports(session, browsing.telling_totals(session)), known)]


def _step_row(step: Step) -> dict[str, Any]:
    return {
        "day": step.total.day,
        "speaker": str(step.total.speaker),
        "returned_to": str(step.total.returned_to),
        "basis": str(step.total.basis),
        "total": step.total.count,
        "grew_by": step.growth,
        "held": step.held if step.covered else None,
        "drift": step.drift if step.covered else None,
        "exchanges": [f"x{number}" for number in step.exchange_ids],
        "unsized": [f"x{number}" for number in step.unsized],
        "source": step.total.source,
    }


def _year_row(one: YearSum) -> dict[str, Any]:
    official = one.official[0] if one.official else None
    return {
        "year": one.year,
        "returned_to": str(one.returned_to),
        "held": one.held,
        "exchanges": len(one.exchange_ids),
        "unsized": [f"x{number}" for number in one.unsized],
        "official": f"{official.count} ({official.speaker})" if official else None,
        "drift": official.count - one.held if official else None,
    }
