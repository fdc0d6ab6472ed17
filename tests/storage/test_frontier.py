"""The durable frontier: what was discovered is never lost and never doubled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from crawler.model import Lead, Skipped, SkipReason, SourceState, Stage
from storage import findings, frontier, sources
from storage.engine import transaction
from storage.tables import CarrierRow, LeadRow, SeenRow
from tests.storage.nouns import ADDRESS, NOW, finding, lead

STATE = SourceState(etag='"1"', entries=2)


def discover(store: Engine, *leads: Lead, source: str = "slovo") -> frontier.Discovery:
    with transaction(store) as session:
        pairs = [(one.url, one) for one in leads]
        return frontier.discovered(session, source, pairs, state=STATE, now=NOW)


def waiting(store: Engine, *, source: str = "slovo", hours: float = 0) -> list[frontier.OpenLead]:
    with transaction(store) as session:
        return frontier.pending(session, source, now=NOW + timedelta(hours=hours), limit=100)


def close(store: Engine, lead_id: int, reason: SkipReason, *, retry: bool = False) -> None:
    skipped = Skipped(url=ADDRESS, reason=reason, stage=Stage.FETCH, detail="x", retry=retry)
    with transaction(store) as session:
        frontier.close(session, lead_id, skipped, now=NOW)


def test_leads_and_feed_state_are_stored_together(store: Engine) -> None:
    assert discover(store, lead(), lead("https://slovo.example/war/2")) == frontier.Discovery(new=2)
    with transaction(store) as session:
        assert sources.state(session, "slovo") == STATE


def test_a_lead_comes_back_as_it_went_in(store: Engine) -> None:
    original = replace(
        lead(), authors=("Олена",), zone_known=False, warnings=("edited",), complete=True, text="т"
    )
    discover(store, original)
    assert [one.lead for one in waiting(store)] == [original]


def test_the_same_leads_twice_are_the_same_leads(store: Engine) -> None:
    discover(store, lead(), lead("https://slovo.example/war/2"))
    assert discover(store, lead(), lead("https://slovo.example/war/2")) == frontier.Discovery()
    assert len(waiting(store)) == 2


def test_a_list_longer_than_one_statement_is_stored_whole(store: Engine) -> None:
    many = [lead(f"https://slovo.example/war/{n}") for n in range(1000)]
    assert discover(store, *many).new == 1000
    assert discover(store, *many).new == 0


def test_a_changed_entry_is_fetched_again(store: Engine) -> None:
    discover(store, lead())
    close(store, waiting(store)[0].id, SkipReason.OFF_TOPIC)
    assert waiting(store) == []
    assert discover(store, lead(title="Обмін полоненими: уточнено")) == frontier.Discovery(changed=1)
    assert waiting(store)[0].lead.title == "Обмін полоненими: уточнено"


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (SkipReason.OFF_TOPIC, "skipped"),
        (SkipReason.ROBOTS, "skipped"),
        (SkipReason.GONE, "gone"),
        (SkipReason.TIMEOUT, "failed"),
    ],
)
def test_a_closed_lead_says_how_it_ended(store: Engine, reason: SkipReason, state: str) -> None:
    discover(store, lead())
    close(store, waiting(store)[0].id, reason)
    with transaction(store) as session:
        row = session.scalars(select(LeadRow)).one()
        assert (row.state, row.reason, row.stage) == (state, reason, "fetch")


def test_a_failed_try_waits_longer_each_time(store: Engine) -> None:
    discover(store, lead())
    lead_id = waiting(store)[0].id
    close(store, lead_id, SkipReason.TIMEOUT, retry=True)
    assert waiting(store) == []
    assert waiting(store, hours=0.02)[0].attempts == 1
    for _ in range(30):
        close(store, lead_id, SkipReason.TIMEOUT, retry=True)
    assert waiting(store, hours=1)


def test_an_address_kept_through_another_source_becomes_a_carrier_without_a_fetch(store: Engine) -> None:
    discover(store, lead())
    with transaction(store) as session:
        findings.keep(session, finding(), lead_id=1, captures=(), now=NOW)
    discover(store, lead(source="wire"), source="wire")
    assert waiting(store, source="wire") == []
    with transaction(store) as session:
        assert set(session.scalars(select(CarrierRow.source_id))) == {"slovo", "wire"}


def test_pruning_forgets_details_but_no_address(store: Engine) -> None:
    discover(store, replace(lead(), text="довгий текст"))
    close(store, waiting(store)[0].id, SkipReason.OFF_TOPIC)
    with transaction(store) as session:
        assert frontier.prune(session, now=NOW + timedelta(days=200)) == 1
        assert session.scalar(select(func.count()).select_from(SeenRow)) == 1
        assert session.scalars(select(LeadRow)).one().text is None


def test_what_no_database_takes_is_marked_not_fatal(store: Engine) -> None:
    discover(store, lead(title="a\x00b\ud800c"))
    assert waiting(store)[0].lead.title == "a\ufffdb\ufffdc"
