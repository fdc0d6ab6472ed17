"""Renewed verdicts: the old ones stay, the finding points at the new one."""

from dataclasses import replace

from sqlalchemy import Engine, func, select

from crawler.model import Kind, Skipped, SkipReason, Stage, Standing
from storage import frontier, retagging
from storage.engine import transaction
from storage.search import Filters, search
from storage.tables import VerdictRow
from tests.storage.nouns import NOW, finding, kept, lead_id, whole


def test_a_finding_is_renewed_once_per_lexicon(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    verdict = replace(finding().verdict, lexicon="next", kind=Kind.BACKGROUND)
    with transaction(store) as session:
        assert retagging.judged_otherwise(session, "test") == []
        assert retagging.judged_otherwise(session, "next") == [number]
        for _ in range(2):
            retagging.renew(session, number, replace(finding(), verdict=verdict), now=NOW)
        assert retagging.judged_otherwise(session, "next") == []
        assert session.scalar(select(func.count()).select_from(VerdictRow)) == 2
    found = whole(store, number)
    assert (found.verdict.lexicon, found.verdict.kind) == ("next", Kind.BACKGROUND)
    assert len(found.claims) == len(finding().claims)


def test_a_finding_that_turns_off_topic_leaves_searches_and_keeps_its_number(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    verdict = replace(finding().verdict, lexicon="next", standing=Standing.OFF_TOPIC)
    with transaction(store) as session:
        retagging.renew(session, number, replace(finding(), verdict=verdict, claims=()), now=NOW)
    with transaction(store) as session:
        assert search(session, [], filters=Filters()) == []
    assert whole(store, number).verdict.standing == Standing.OFF_TOPIC


def test_a_dropped_lead_is_opened_again(store: Engine) -> None:
    with transaction(store) as session:
        number = lead_id(session)
        dropped = Skipped(url="u", reason=SkipReason.OFF_TOPIC, stage=Stage.TAG)
        frontier.close(session, number, dropped, now=NOW)
        assert frontier.pending(session, "slovo", now=NOW, limit=5) == []
        retagging.open_again(session, [number], now=NOW)
        assert [one.id for one in frontier.pending(session, "slovo", now=NOW, limit=5)] == [number]
