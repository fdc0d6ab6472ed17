"""`findings mark`: an analyst's word on whether a finding, or a claim, was read rightly."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, say
from newsdesk.cli.ledger import ByOption, WhyOption, decide, finding_number, writing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MARK_COLUMNS = (
    "id",
    "mark",
    "by",
    "why",
    "marked_at",
    "lang",
    "published",
    "title",
    "relevant",
    "wrong_claims",
    "address",
)

group = typer.Typer(
    name="findings",
    no_args_is_help=True,
    rich_markup_mode=None,
    help='Say whether findings were read rightly.\n\nExample: swapwatch findings mark f12 irrelevant --why "an art exchange"',
)


class Mark(StrEnum):
    """What an analyst says of a finding."""

    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    WRONG_CLAIM = "wrong-claim"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group.command(
        "mark",
        help="Mark a finding as relevant or irrelevant, or a claim of it as wrong; `export marks` gives them as labelled cases."
        '\n\nExample: swapwatch findings mark f12 wrong-claim --claim c34 --why "a year\'s total"',
    )(mark)
    app.add_typer(group)


def mark(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="A finding's number, such as f12.")],
    verdict: Annotated[Mark, typer.Argument(metavar="MARK", help="relevant, irrelevant or wrong-claim.")],
    why: WhyOption,
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", metavar="ID", help="The wrong claim; may be given several times."),
    ] = None,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep a mark beside the machine's verdict, and apply it to the ledger."""
    from ledger.model import Action
    from storage import queries

    number = finding_number(finding)
    with writing(config) as session:
        found = queries.finding(session, number)
        if found is None:
            raise UsageError(f"there is no finding f{number}; `swapwatch search` lists what there is")
        claims = _claims(claim or [], {one.id for one in found.claims}, finding)
        if bool(claims) != (verdict is Mark.WRONG_CLAIM):
            raise UsageError("name the wrong claim with --claim c34, and only with wrong-claim")
        made = decide(
            session, Action(verdict.replace("-", "_")), why=why, by=by, finding_ids=[number], claim_ids=claims
        )
    say(f"d{made}: f{number} is marked {verdict}; `swapwatch ledger undo d{made}` undoes it")


def _claims(names: list[str], own: set[int], finding: str) -> list[int]:
    numbers = []
    for name in names:
        digits = name.removeprefix("c")
        if not digits.isdigit() or int(digits) not in own:
            raise UsageError(f"{name} is no claim of {finding}; `swapwatch show {finding}` lists its claims")
        numbers.append(int(digits))
    return numbers


def labelled(session: Session, *, with_text: bool) -> Iterator[dict[str, Any]]:
    """Yield each mark that holds as a labelled case: the article as `tag` takes it, with what the analyst said."""
    from ledger.model import Action
    from storage import decisions, queries
    from storage.marks import quotes

    marks = (Action.RELEVANT, Action.IRRELEVANT, Action.WRONG_CLAIM)
    for one in decisions.decisions(session):
        if one.action not in marks or one.undone_at is not None:
            continue
        found = queries.finding(session, one.finding_ids[0])
        if found is None:
            continue
        wrong = [quote for _, quote in sorted(quotes(session, one.claim_ids).items())]
        record = {
            "id": f"f{found.id}",
            "mark": str(one.action),
            "by": one.made_by,
            "why": one.why,
            "marked_at": one.made_at,
            "lang": found.current.language,
            "published": found.current.published,
            "title": found.current.title,
            "relevant": {Action.RELEVANT: "yes", Action.IRRELEVANT: "no"}.get(one.action),
            "wrong_claims": wrong,
            "address": found.address,
        }
        yield record | ({"text": found.current.text} if with_text else {})
