"""`exchanges` and `exchange ID`: the ledger, each side's account beside the other's, every number with its quotes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, opened, printable, say
from newsdesk.cli.output import edits_told, short, write_rows
from newsdesk.cli.querying import ConflictOption, exchange_number, one_of

if TYPE_CHECKING:
    from ledger.model import Account, Exchange
    from newsdesk.ledger import WholeExchange
    from storage.exchanges import ExchangeFilters

LIST_COLUMNS = ("id", "day", "conflict", "what", "status", "deal", "returned", "stands", "reports")

SinceDayOption = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="On or after this day (Kyiv).")
]
UntilDayOption = Annotated[str | None, typer.Option("--until", metavar="DATE", help="Before this day.")]
StatusOption = Annotated[str | None, typer.Option("--status", help="Only this status, such as announced.")]
DealOption = Annotated[str | None, typer.Option("--deal", help="Only under this deal, such as Istanbul.")]
DisputedOption = Annotated[bool, typer.Option("--disputed", help="Only where the sides' figures differ.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "exchanges",
        help="List the exchanges that reports tell of, the newest first.\n\nExample: swapwatch exchanges --since 2025-06-01 --disputed",
    )(exchanges)
    app.command(
        "exchange",
        help="Show one exchange: what each side says, with the quotes.\n\nExample: swapwatch exchange x45",
    )(exchange)


def exchanges(
    since: SinceDayOption = None,
    until: UntilDayOption = None,
    conflict: ConflictOption = None,
    status: StatusOption = None,
    deal: DealOption = None,
    disputed: DisputedOption = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most exchanges shown.")] = 50,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print exchanges in brief."""
    from newsdesk.ledger import whole
    from storage.engine import transaction
    from storage.exchanges import listed

    filters = narrowed(
        since=since, until=until, conflict=conflict, status=status, deal=deal, disputed=disputed
    )
    with transaction(opened(configured(config))) as session:
        numbers = [one.id for one in listed(session, filters, limit=limit)]
        rows = [list_row(found) for found in whole(session, numbers)]
    write_rows(rows, columns=LIST_COLUMNS, form=form)
    if not rows:
        say("no exchange fits; `swapwatch ledger review` shows reports that belong to none yet")


def narrowed(
    *,
    since: str | None,
    until: str | None,
    conflict: str | None,
    status: str | None,
    deal: str | None,
    disputed: bool,
) -> ExchangeFilters:
    """Return the filters that the options ask for.

    Raises:
        UsageError: a day, conflict or status that is none.
    """
    from crawler.model import Conflict
    from ledger.model import ExchangeStatus
    from storage.exchanges import ExchangeFilters

    return ExchangeFilters(
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        conflict=one_of(Conflict, conflict, "--conflict"),
        status=one_of(ExchangeStatus, status, "--status"),
        deal=deal,
        disputed=True if disputed else None,
    )


def _day(value: str | None, option: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"{option} {value}: write a date such as 2026-01-31") from error


def list_row(found: WholeExchange) -> dict[str, Any]:
    """Return an exchange as a row of a list."""
    from newsdesk.ledger import MATTERS, returned

    one = found.record
    stage = f" {one.stage}" if one.stage is not None else ""
    return {
        "id": f"x{one.id}",
        "day": f"{one.day}…{one.last_day}" if one.last_day else str(one.day),
        "conflict": str(one.conflict),
        "what": MATTERS[one.matter],
        "status": str(one.status or ""),
        "deal": f"{one.deal or ''}{stage}".strip(),
        "returned": returned(one),
        "stands": _stands(one),
        "reports": len(one.finding_ids),
    }


def _stands(one: Exchange) -> str:
    from ledger.model import Agreement

    order = (
        Agreement.DISPUTED,
        Agreement.WITHHELD,
        Agreement.AGREED,
        Agreement.ONE_SIDED,
        Agreement.UNATTRIBUTED,
    )
    held = [each.agreement for each in one.comparisons]
    return next((str(each) for each in order if each in held), "")


def exchange(
    name: Annotated[str, typer.Argument(metavar="ID", help="An exchange's number, such as x45.")],
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print one exchange whole."""
    from newsdesk.ledger import exchange_record, find
    from storage.engine import transaction
    from storage.exchanges import exists

    number, checked = exchange_number(name), configured(config)
    with transaction(opened(checked)) as session:
        found, moved = find(session, number)
        known = exists(session, number)
    if found is None and known:
        raise UsageError(
            f"no report stands under x{number} any more; `swapwatch ledger decisions` may say why"
        )
    if found is None:
        raise UsageError(f"there is no exchange x{number}; `swapwatch exchanges` lists what there is")
    if found.record.id != number:
        say(f"x{number} was joined to x{found.record.id}")
    elif moved:
        say(f"some reports of x{number} went to {', '.join(f'x{one}' for one in moved)}")
    if form is not Format.TABLE:
        record = exchange_record(found) | _changes(found)
        write_rows([record], columns=tuple(record), form=form)
        return
    sides = {one.id: str(one.side) for one in checked.sources}
    typer.echo("\n".join(printable(line) for line in page(found, sides)))


def _changes(found: WholeExchange) -> dict[str, Any]:
    """Return what became of the reports, for programs."""
    from newsdesk.export import edit_record

    down = [
        {"finding": f"f{one.finding_id}", "since": one.at, "state": str(one.state), "detail": one.detail}
        for one in found.down
    ]
    edited = [{"finding": f"f{one.finding_id}"} | edit_record(one) for one in found.edits]
    return {"edits": edited, "taken_down": down}


def page(found: WholeExchange, sides: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of an exchange's page.

    Args:
        found: the exchange.
        sides: whose outlet each source is, by its id.
    """
    yield from _head(found)
    yield _carried(found.record, sides)
    yield from _sides(found)
    one = found.record
    for title, accounts in (
        ("Planned (agreed or announced, not counted as done)", one.planned),
        ("Handed over besides the exchange", one.besides),
    ):
        if accounts:
            yield f"\n{title}"
            yield from _quoted(found, accounts)
    if one.planned:
        yield f"    done in this exchange: {_done(one)}"
    if one.flags:
        yield "\nDoes not add up"
        for flag in one.flags:
            claims = ", ".join(f"c{number}" for number in flag.claim_ids)
            yield f"  {flag.words}" + (f" ({claims})" if claims else "")
    if one.questions:
        yield "\nOpen questions"
        yield from (f"  {words}" for words in one.questions)
    yield "\nStatus"
    yield from (f"  {short(each.since)}  {each.status}  f{each.finding_id}" for each in one.statuses)
    yield f"\nReports: {len(one.finding_ids)}, of {one.origins} independent origins"
    for put in found.reports:
        report = put.part.report
        yield f"  f{report.finding_id}  {short(report.published)}  {report.outlet}  {report.kind}  {short(report.title)}  [{put.because}]"
    yield from _changed(found)
    if found.decisions:
        yield "\nAnalysts"
    for each in found.decisions:
        undone = f", undone by {each.undone_by} {short(each.undone_at)}" if each.undone_at else ""
        yield f"  d{each.id}  {short(each.made_at)}  {each.made_by}: {each.action}{undone}: {each.why}"


def _done(one: Exchange) -> str:
    """Return what each side got back, beside what was planned."""
    from ledger.parts import NAMES, SIDES
    from ledger.totals import received

    sizes = [(side, received(one, side)) for side in SIDES.get(one.conflict, ())]
    return "; ".join(f"{'?' if size is None else size} to {NAMES[side]}" for side, size in sizes)


def _changed(found: WholeExchange) -> Iterator[str]:
    """Yield what reports said before they were edited, and which of them were taken down."""
    yield from edits_told((one, f"f{one.finding_id}  ") for one in found.edits)
    if found.down:
        yield "\nTaken down"
    for one in found.down:
        yield f"  {short(one.at)}  f{one.finding_id}  {one.state}  {one.detail or one.address}"


def _head(found: WholeExchange) -> Iterator[str]:
    from ledger.parts import NAMES
    from newsdesk.ledger import MATTERS

    one = found.record
    day = f"{one.day} to {one.last_day}" if one.last_day else f"{one.day}"
    due = " (day announced, not yet reported done)" if one.day_precision == "due" else ""
    frame = [
        f"stage {one.stage}" if one.stage is not None else "",
        f"deal: {one.deal}" if one.deal else "",
        f"number {one.sequence}" if one.sequence is not None else "",
        f"place: {one.place}" if one.place else "",
        f"mediators: {', '.join(one.mediators)}" if one.mediators else "",
    ]
    vouched = ", confirmed by an analyst" if found.confirmed else ""
    yield f"x{one.id}  {day}{due}  {one.conflict}  {MATTERS[one.matter]}  {one.status or 'status unknown'}{vouched}"
    if any(frame):
        yield "; ".join(part for part in frame if part)
    first = found.reports[0].part.report
    yield f"first report: {first.outlet}, {short(first.published)} (f{first.finding_id})"
    if one.confirmations:
        yield _confirmed(one)
    for each in one.acknowledged:
        yield f"confirmed by {NAMES[each.side]}, without its size, {short(each.since)} (f{each.finding_id}): «{short(each.quote)}»"


def _carried(one: Exchange, sides: Mapping[str, str]) -> str:
    """Say whose outlets report it: where the size is withheld, that is what there is of a confirmation."""
    by_side: dict[str, list[str]] = {}
    for source in one.sources:
        by_side.setdefault(sides.get(source, "unknown"), []).append(source)
    told = "; ".join(f"{side}: {', '.join(sources)}" for side, sources in sorted(by_side.items()))
    return f"carried by {told}"


def _confirmed(one: Exchange) -> str:
    from ledger.parts import NAMES

    first, *others = one.confirmations
    if not others:
        return (
            f"figures so far from {NAMES[first.side]} only, since {short(first.since)} (f{first.finding_id})"
        )
    after = others[0].since - first.since
    minutes = int(after.total_seconds() // 60)
    return (
        f"first figures: {NAMES[first.side]}, {short(first.since)} (f{first.finding_id});"
        f" {NAMES[others[0].side]} {minutes // 60} h {minutes % 60:02} min later (f{others[0].finding_id})"
    )


def _sides(found: WholeExchange) -> Iterator[str]:
    """Yield for each receiving side what each voice says of it, how that stands, and the quotes."""
    from ledger.parts import NAMES
    from newsdesk.ledger import by_voice

    one = found.record
    for comparison in one.comparisons:
        whom = f"{comparison.category.replace('_', ' ').capitalize()} returned to {NAMES[comparison.returned_to]}"
        note = f" ({comparison.note})" if comparison.note else ""
        yield f"\n{whom}: {comparison.agreement}{note}"
        said = by_voice(comparison.accounts)
        if said:
            yield "  " + "   |   ".join(f"{who}: {', '.join(figures)}" for who, figures in said.items())
        yield from _quoted(found, comparison.accounts)
    if not one.comparisons:
        yield "\nNo figure yet."
    subsets = [each for each in one.accounts if each.subset]
    if subsets:
        yield "\nOf them"
        yield from _quoted(found, subsets)


def _quoted(found: WholeExchange, accounts: Sequence[Account]) -> Iterator[str]:
    """Yield each figure with its quotes; one that is said of both sides is said once."""
    from itertools import groupby

    from ledger.parts import NAMES
    from newsdesk.ledger import figure

    def said(one: Account) -> tuple[object, ...]:
        return one.claim_ids, one.category, one.subset or "", one.speaker

    for _, group in groupby(sorted(accounts, key=said), key=said):
        same = list(group)
        account, sides = same[0], " and ".join(NAMES[one.returned_to] for one in same)
        what = account.category.replace("_", " ") + (
            f", {account.subset.replace('_', ' ')}" if account.subset else ""
        )
        yield f"    {figure(account)} {what} to {sides}, says {account.speaker}"
        for report, claim in list(found.quotes(account))[:3]:
            yield f"      f{report.finding_id} {report.outlet} {short(report.published)}: «{short(claim.quote)}»"
        if len(account.claim_ids) > 3:
            yield f"      and {len(account.claim_ids) - 3} more"
