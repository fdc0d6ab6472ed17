"""`ledger …`: the analyst's hand over the ledger. Every decision is kept with who, when and why, and can be undone."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Format, FormatOption, configured, opened, say
from newsdesk.cli.output import short, write_rows
from newsdesk.cli.querying import exchange_number

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ledger.model import Action, Decision

DECISION_COLUMNS = (
    "id",
    "made_at",
    "by",
    "action",
    "exchange",
    "other",
    "findings",
    "claims",
    "why",
    "undone",
)
REVIEW_COLUMNS = ("finding", "published", "outlet", "kind", "what", "reason", "because", "title")

group = typer.Typer(
    name="ledger",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Put right what the ledger concluded; every decision is kept and can be undone.\n\nExample: swapwatch ledger review",
)

WhyOption = Annotated[str, typer.Option("--why", help="The ground, for those who read it later.")]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who decides; the user of this machine unless said."),
]
ExchangeArgument = Annotated[
    str, typer.Argument(metavar="EXCHANGE", help="An exchange's number, such as x45.")
]
FindingArgument = Annotated[str, typer.Argument(metavar="FINDING", help="A finding's number, such as f12.")]

COMMANDS = (
    ("merge", "Join two records of one exchange; the first keeps its number.", 'merge x45 x47 --why "one event, two days"'),
    ("split", "Give reports of an exchange a record of their own.", 'split x45 f12 f13 --why "the evening\'s exchange"'),
    ("attach", "Put a report to an exchange.", 'attach f12 x45 --why "names the same convoy"'),
    ("detach", "Take a report out of an exchange.", 'detach f12 x45 --why "tells of March"'),
    ("note", "Write a note into an exchange's record.", 'note x45 "the list was published on 3 June"'),
    ("confirm", "Vouch for an exchange's record.", 'confirm x45 --why "checked against both ministries"'),
    ("undo", "Undo a decision; it stays in the list.", "undo d7"),
    ("decisions", "List what analysts decided.", "decisions --format csv"),
    ("review", "List marks that came to nothing, reports that belong to no exchange yet, and why, and near misses nobody has marked.", "review"),
    ("rebuild", "Reconcile all reports anew; numbers and decisions stay.", "rebuild"),
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    functions: tuple[Callable[..., None], ...] = (
        merge,
        split,
        attach,
        detach,
        note,
        confirm,
        undo,
        decisions,
        review,
        rebuild,
    )
    for (name, words, example), function in zip(COMMANDS, functions, strict=True):
        group.command(name, help=f"{words}\n\nExample: swapwatch ledger {example}")(function)
    app.add_typer(group)


@contextmanager
def writing(config: ConfigOption) -> Iterator[Session]:
    """Open a transaction in which the ledger may be changed, also while the job runs."""
    from storage import engine as database
    from storage import schema

    engine = database.connect(configured(config).database_url)
    schema.require_current(engine)
    try:
        with database.transaction(engine) as session:
            yield session
    finally:
        engine.dispose()


def merge(
    exchange: ExchangeArgument,
    other: ExchangeArgument,
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Join `other` to `exchange`."""
    from ledger.model import Action

    into, joined = exchange_number(exchange), exchange_number(other)
    if into == joined:
        raise UsageError(f"{exchange} and {other} are one exchange already")
    with writing(config) as session:
        _require_exchanges(session, into, joined)
        number = decide(session, Action.MERGE, why=why, by=by, exchange_id=into, other_id=joined)
    say(f"d{number}: x{joined} now stands under x{into}; `swapwatch ledger undo d{number}` undoes it")


def split(
    exchange: ExchangeArgument,
    findings: Annotated[list[str], typer.Argument(metavar="FINDING...", help="The reports to take out.")],
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Mint a number for some reports of an exchange."""
    from ledger.model import Action
    from storage import exchanges, reports

    old, taken = exchange_number(exchange), [finding_number(one) for one in findings]
    with writing(config) as session:
        _require_exchanges(session, old)
        parts = [one for one in exchanges.put(session, taken) if one.exchange_id == old]
        if {one.finding_id for one in parts} != set(taken):
            raise UsageError(
                f"not all of {', '.join(findings)} stand under {exchange}; `swapwatch exchange {exchange}` lists what does"
            )
        first = reports.reports(session, taken)[0]
        new = exchanges.mint(
            session,
            conflict=first.conflict,
            matter=parts[0].matter,
            day=first.day or first.published_on,
            now=datetime.now(UTC),
        )
        number = decide(
            session, Action.SPLIT, why=why, by=by, exchange_id=old, other_id=new, finding_ids=taken
        )
    say(
        f"d{number}: {', '.join(findings)} now stand under x{new}; `swapwatch ledger undo d{number}` undoes it"
    )


def attach(
    finding: FindingArgument,
    exchange: ExchangeArgument,
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a report to an exchange."""
    from ledger.model import Action

    _move(Action.ATTACH, finding, exchange, why=why, by=by, config=config)


def detach(
    finding: FindingArgument,
    exchange: ExchangeArgument,
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a report out of an exchange."""
    from ledger.model import Action

    _move(Action.DETACH, finding, exchange, why=why, by=by, config=config)


def _move(
    action: Action, finding: str, exchange: str, *, why: str, by: str | None, config: ConfigOption
) -> None:
    from ledger.model import Action
    from storage import exchanges

    number, one = exchange_number(exchange), finding_number(finding)
    with writing(config) as session:
        _require_exchanges(session, number)
        parts = exchanges.put(session, [one])
        if not parts:
            raise UsageError(
                f"{finding} is no report that the ledger has read; `swapwatch show {finding}` says what it is"
            )
        if action is Action.DETACH and number not in {part.exchange_id for part in parts}:
            raise UsageError(f"{finding} does not stand under {exchange}; nothing was changed")
        made = decide(session, action, why=why, by=by, exchange_id=number, finding_ids=[one])
    where = "now stands under" if action is Action.ATTACH else "stands no more under"
    say(f"d{made}: {finding} {where} {exchange}; `swapwatch ledger undo d{made}` undoes it")


def note(
    exchange: ExchangeArgument,
    words: Annotated[str, typer.Argument(help="The note.")],
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a note into a record."""
    from ledger.model import Action

    _vouch(Action.NOTE, exchange, why=words, by=by, config=config)


def confirm(
    exchange: ExchangeArgument, why: WhyOption, by: ByOption = None, config: ConfigOption = None
) -> None:
    """Vouch for a record."""
    from ledger.model import Action

    _vouch(Action.CONFIRM, exchange, why=why, by=by, config=config)


def _vouch(action: Action, exchange: str, *, why: str, by: str | None, config: ConfigOption) -> None:
    number = exchange_number(exchange)
    with writing(config) as session:
        _require_exchanges(session, number)
        made = decide(session, action, why=why, by=by, exchange_id=number)
    say(f"d{made}: kept with x{number}")


def undo(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="A decision's number, such as d7.")],
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Undo a decision."""
    from ledger import keeping
    from storage import decisions as made
    from storage.books import books

    digits = decision.removeprefix("d")
    if not digits.isdigit():
        raise UsageError(f"{decision}: not a decision's number; they look like d7")
    with writing(config) as session:
        shelf = books(session)
        if made.undo(session, int(digits), by=who(by), now=datetime.now(UTC)) is None:
            raise UsageError(f"d{digits} is no decision that holds; `swapwatch ledger decisions` lists them")
        keeping.update(shelf, now=datetime.now(UTC))
        keeping.restand(shelf)
    say(f"d{digits} is undone")


def decisions(form: FormatOption = Format.TABLE, config: ConfigOption = None) -> None:
    """Print all decisions, undone ones too."""
    from storage import decisions as made
    from storage.engine import transaction

    with transaction(opened(configured(config))) as session:
        rows = [_decision_row(one) for one in made.decisions(session)]
    write_rows(rows, columns=DECISION_COLUMNS, form=form)


def _decision_row(one: Decision) -> dict[str, Any]:
    return {
        "id": f"d{one.id}",
        "made_at": one.made_at,
        "by": one.made_by,
        "action": str(one.action),
        "exchange": f"x{one.exchange_id}" if one.exchange_id else None,
        "other": f"x{one.other_id}" if one.other_id else None,
        "findings": [f"f{finding}" for finding in one.finding_ids],
        "claims": [_marked(claim, now) for claim, now in one.read_again],
        "why": one.why,
        "undone": f"{short(one.undone_at)} {one.undone_by}" if one.undone_at else None,
    }


def _marked(claim: int, now: int | None) -> str:
    """Return a marked claim, and what it is since its report was read anew."""
    if now == claim:
        return f"c{claim}"
    return f"c{claim} (not read any more)" if now is None else f"c{claim} (now c{now})"


def review(
    every: Annotated[bool, typer.Option("--all", help="Also those that tell of no one exchange.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, max=1000, help="Most near misses shown.")] = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print marks whose claim is not read any more, reports without an exchange, and near misses without a mark."""
    from ledger.model import Unclear
    from newsdesk.ledger import MATTERS
    from storage import exchanges, reports
    from storage.engine import transaction

    reasons = [one for one in Unclear if every or one is not Unclear.NO_EVENT]
    with transaction(opened(configured(config))) as session:
        left = exchanges.left_over(session, reasons)
        told = {one.finding_id: one for one in reports.reports(session, [part.finding_id for part in left])}
        near, lost = _near_misses(session, limit), _lost_marks(session)
    rows = [
        {
            "finding": f"f{part.finding_id}",
            "published": told[part.finding_id].published,
            "outlet": told[part.finding_id].outlet,
            "kind": str(told[part.finding_id].kind),
            "what": MATTERS[part.matter],
            "reason": str(part.reason or "detached"),
            "because": part.because if part.reason else "an analyst took it out",
            "title": told[part.finding_id].title,
        }
        for part in left
        if part.finding_id in told
    ]
    write_rows([*lost, *rows, *near], columns=REVIEW_COLUMNS, form=form)


def _lost_marks(session: Session) -> list[dict[str, Any]]:
    """Return the marks of wrong claims that came to nothing: their reports do not say so any more, or are read otherwise."""
    from storage import decisions as made
    from storage import marks, queries

    rows = []
    for one in made.decisions(session):
        lost = [claim for claim, now in one.read_again if now is None]
        found = queries.finding(session, one.finding_ids[0]) if lost and one.undone_at is None else None
        if found is None:
            continue
        for claim, quote in sorted(marks.quotes(session, lost).items()):
            rows.append(
                {
                    "finding": f"f{found.id}",
                    "published": found.current.published,
                    "outlet": found.outlet,
                    "kind": str(found.verdict.kind),
                    "what": None,
                    "reason": "mark_lost",
                    "because": f"c{claim} «{quote}», marked wrong in d{one.id}, is not read so any more",
                    "title": found.current.title,
                }
            )
    return rows


def _near_misses(session: Session, limit: int) -> list[dict[str, Any]]:
    """Return near misses that nobody has marked yet, the newest first."""
    from crawler.model import Standing
    from storage import decisions as made
    from storage.search import Filters, search

    marked = {one for each in made.decisions(session) if each.exchange_id is None for one in each.finding_ids}
    hits = search(session, [], filters=Filters(standings=(Standing.NEAR_MISS,)), limit=limit)
    return [
        {
            "finding": f"f{hit.id}",
            "published": hit.published,
            "outlet": hit.outlet,
            "kind": str(hit.kind),
            "what": None,
            "reason": "near_miss",
            "because": f"score {hit.score:.2f}, relevant from 0.50",
            "title": hit.title,
        }
        for hit in hits
        if hit.id not in marked
    ]


def rebuild(config: ConfigOption = None) -> None:
    """Reconcile everything anew."""
    import scheduler
    from storage import engine as database
    from storage import schema

    engine = database.connect(configured(config).database_url)
    schema.require_current(engine)
    count = scheduler.rebuild_ledger(engine)
    engine.dispose()
    say(f"reconciled {count} reports anew")


def decide(
    session: Session,
    action: Action,
    *,
    why: str,
    by: str | None,
    exchange_id: int | None = None,
    other_id: int | None = None,
    finding_ids: Sequence[int] = (),
    claim_ids: Sequence[int] = (),
) -> int:
    """Store a decision and apply it; return its number."""
    from ledger import keeping
    from storage import decisions as made
    from storage.books import books

    if not why.strip():
        raise UsageError("--why is empty; say what speaks for it")
    shelf = books(session)
    number = made.add(
        session, action, why=why, by=who(by), now=datetime.now(UTC), exchange_id=exchange_id, other_id=other_id, finding_ids=finding_ids, claim_ids=claim_ids
    )  # fmt: skip
    keeping.update(shelf, now=datetime.now(UTC))  # what is marked relevant is a report from now on
    keeping.restand(shelf)
    return number


def who(by: str | None) -> str:
    """Return who decides: the name given, else this machine's user.

    Raises:
        UsageError: that user has no name.
    """
    if by and by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError("this machine's user has no name; say who decides with --by NAME") from error


def _require_exchanges(session: Session, *numbers: int) -> None:
    from storage import exchanges

    for number in numbers:
        if not exchanges.exists(session, number):
            raise UsageError(f"there is no exchange x{number}; `swapwatch exchanges` lists what there is")


def finding_number(name: str) -> int:
    """Return the number of a finding as people write it.

    Raises:
        UsageError: it is none.
    """
    digits = name.removeprefix("f")
    if not digits.isdigit():
        raise UsageError(f"{name}: not a finding's number; they look like f12")
    return int(digits)
