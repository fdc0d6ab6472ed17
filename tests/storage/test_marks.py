"""Claims marked as wrong, found again after their report was read anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine

import scheduler
from crawler.model import Finding, Speaker
from ledger import keeping
from ledger.model import Action
from newsdesk import ledger as shown
from storage import decisions, queries, retagging
from storage.books import books
from storage.engine import transaction
from storage.exchanges import ExchangeFilters, listed
from tests.ledger.told import report
from tests.storage.ledger_nouns import finding_of, keep

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
TOLD = report("2025-12-30", {"ukraine people": 189, "russia people": 300}, outlet="a.example")


def reread(store: Engine, number: int, found: Finding) -> None:
    """Read a finding under another lexicon, and keep the ledger."""
    judged = replace(found, verdict=replace(found.verdict, lexicon="next"))
    with transaction(store) as session:
        retagging.renew(session, number, judged, now=NOW)
    scheduler.update_ledger(store)


def marked(store: Engine) -> tuple[int, int]:
    """Keep a report and mark its first claim as wrong; return the numbers of both."""
    (number,) = keep(store, TOLD)
    scheduler.update_ledger(store)
    with transaction(store) as session:
        found = queries.finding(session, number)
        assert found
        claim = min(one.id for one in found.claims)
        decisions.add(session, Action.WRONG_CLAIM, why="a sum", by="olena", now=NOW, finding_ids=[number], claim_ids=[claim])  # fmt: skip
        keeping.restand(books(session))
    assert figures(store) == {300}
    return number, claim


def figures(store: Engine) -> set[int]:
    with transaction(store) as session:
        numbers = [one.id for one in listed(session, ExchangeFilters())]
        return {one.count for found in shown.whole(session, numbers) for one in found.record.accounts}


def again(store: Engine) -> tuple[tuple[int, int | None], ...]:
    with transaction(store) as session:
        (made,) = decisions.decisions(session)
    return made.read_again


def test_a_mark_goes_on_to_the_same_claim_read_again(store: Engine) -> None:
    number, claim = marked(store)
    assert again(store) == ((claim, claim),)
    reread(store, number, finding_of(TOLD))
    ((old, now),) = again(store)
    assert old == claim
    assert now not in (None, claim)
    assert figures(store) == {300}


def test_a_claim_read_otherwise_is_no_longer_marked_and_the_mark_is_kept(store: Engine) -> None:
    number, claim = marked(store)
    found = finding_of(TOLD)
    first, *rest = found.claims
    reread(store, number, replace(found, claims=(replace(first, claimed_by=(Speaker.RU_MOD,)), *rest)))
    assert again(store) == ((claim, None),)
    assert figures(store) == {189, 300}


def test_of_two_alike_only_the_marked_one_is_wrong(store: Engine) -> None:
    number, _ = marked(store)
    found = finding_of(TOLD)
    first, *rest = found.claims
    title = first.quote + ". " + found.article.text
    moved = replace(first.span, start=first.span.start, end=first.span.end)
    twice = replace(
        found,
        article=replace(found.article, text=title),
        claims=(
            replace(first, span=moved),
            replace(first, span=replace(moved, start=len(first.quote) + 2, end=2 * len(first.quote) + 2)),
            *rest,
        ),
    )
    reread(store, number, twice)
    assert figures(store) == {189, 300}
