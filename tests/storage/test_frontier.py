"""The durable frontier: what was discovered is never lost and never doubled."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from crawler.model import Lead, Skipped, SkipReason, SourceState, Stage
from storage import frontier, sources
from storage.engine import transaction
from storage.job_tables import SeenRow
from storage.tables import CarrierRow, LeadRow
from tests.storage.nouns import ADDRESS, NOW, TEXT, finding, kept, lead

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


def test_leads_and_feed_state_are_lost_together(store: Engine) -> None:
    """What interrupts the one interrupts the other: the next poll sees the list as if for the first time."""

    def interrupted() -> None:
        with transaction(store) as session:
            frontier.discovered(session, "slovo", [(ADDRESS, lead())], state=STATE, now=NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert waiting(store) == []
    with transaction(store) as session:
        assert sources.state(session, "slovo") == SourceState()
    assert discover(store, lead()).new == 1


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


def test_a_failed_try_waits_longer_each_time_until_tries_run_out(store: Engine) -> None:
    discover(store, lead())
    lead_id = waiting(store)[0].id
    pauses = []
    for _ in range(frontier.TRIES):
        close(store, lead_id, SkipReason.TIMEOUT, retry=True)
        with transaction(store) as session:
            row = session.get_one(LeadRow, lead_id)
            pauses.append((row.next_try - NOW) / timedelta(minutes=1) if row.next_try else None)
    assert pauses == [1, 2, 4, 8, None]
    assert (row.state, row.reason, row.attempts) == ("failed", "timeout", 5)


def test_a_lead_is_not_tried_before_its_pause_is_over(store: Engine) -> None:
    discover(store, lead())
    close(store, waiting(store)[0].id, SkipReason.TIMEOUT, retry=True)
    assert waiting(store) == []
    assert waiting(store, hours=0.02)[0].attempts == 1


def test_a_changed_entry_does_not_shorten_the_pause_of_a_failing_page(store: Engine) -> None:
    """A feed that rewrites its entries at each poll must not have a failing page fetched at each poll."""
    discover(store, lead())
    close(store, waiting(store)[0].id, SkipReason.TIMEOUT, retry=True)
    assert discover(store, lead(title="уточнено")).changed == 1
    assert waiting(store) == []
    assert (waiting(store, hours=0.02)[0].attempts, waiting(store, hours=1)[0].lead.title) == (1, "уточнено")


def test_newest_leads_come_first_and_only_as_many_as_asked_for(store: Engine) -> None:
    dated = [
        replace(lead(f"https://slovo.example/{day}"), published=NOW + timedelta(days=day))
        for day in (1, 3, 2)
    ]
    undated = replace(lead("https://slovo.example/0"), published=None)
    discover(store, *dated, undated)
    with transaction(store) as session:
        found = frontier.pending(session, "slovo", now=NOW, limit=3)
    assert [one.lead.url[-1] for one in found] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("another", "waits"),
    [
        (lead(source="wire"), False),
        (replace(lead(source="wire"), updated=NOW - timedelta(hours=1)), False),
        (replace(lead(source="wire"), updated=NOW + timedelta(hours=1)), True),
        (replace(lead(source="wire"), complete=True, text=TEXT), False),
        (replace(lead(source="wire"), complete=True, text="Уточнено: 204"), True),
    ],
    ids=["plain", "older", "updated since", "same whole text", "other whole text"],
)
def test_only_news_of_a_kept_article_is_fetched_through_another_source(
    store: Engine, another: Lead, waits: bool
) -> None:
    kept(store, finding())
    discover(store, another, source="wire")
    assert bool(waiting(store, source="wire")) == waits
    with transaction(store) as session:
        assert set(session.scalars(select(CarrierRow.source_id))) == {"slovo", "wire"}


def test_a_carriers_entry_that_changes_later_is_fetched(store: Engine) -> None:
    kept(store, finding())
    discover(store, lead(source="wire"), source="wire")
    assert discover(store, lead(source="wire", title="уточнено"), source="wire").changed == 1
    assert len(waiting(store, source="wire")) == 1


def test_pruning_forgets_details_but_no_address(store: Engine) -> None:
    """And what was forgotten does not come back as new or changed."""
    told = replace(lead(), text="довгий текст", guid="1", authors=("Олена",), warnings=("x",))
    untold = lead("https://slovo.example/war/2", title=None)
    discover(store, told, untold)
    for one in waiting(store):
        close(store, one.id, SkipReason.OFF_TOPIC)
    with transaction(store) as session:
        assert frontier.prune(session, now=NOW + timedelta(days=179)) == 0
        assert frontier.prune(session, now=NOW + timedelta(days=181)) == 2
        assert frontier.prune(session, now=NOW + timedelta(days=181)) == 0
        assert session.scalar(select(func.count()).select_from(SeenRow)) == 2
        row = session.scalars(select(LeadRow).where(LeadRow.url == ADDRESS)).one()
        assert (row.title, row.text, row.detail, row.guid, row.authors) == (None, None, None, None, [])
        assert (row.reason, row.stage, row.url) == ("off_topic", "fetch", ADDRESS)
    assert discover(store, told, untold) == frontier.Discovery()


def test_pruning_leaves_what_waits_and_what_was_kept(store: Engine) -> None:
    kept(store, finding())
    discover(store, lead("https://slovo.example/war/2"))
    with transaction(store) as session:
        assert frontier.prune(session, now=NOW + timedelta(days=1000)) == 0


EXAMPLES = count()
TITLES = st.sampled_from(["Обмін", "Обмін: уточнено", "a\x00b", None])
LISTS = st.lists(st.tuples(st.integers(min_value=0, max_value=5), TITLES), max_size=12)


# one store for all examples: each has a source of its own
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=st.lists(LISTS, max_size=4))
def test_no_sequence_of_lists_doubles_or_loses_an_address(
    store: Engine, lists: list[list[tuple[int, str | None]]]
) -> None:
    """However often and in whatever order entries come, each address is one lead; the same list twice is no news."""
    source = f"source{next(EXAMPLES)}"
    new = 0
    for entries in lists:
        leads = [
            lead(f"https://slovo.example/{number}", source=source, title=title) for number, title in entries
        ]
        new += discover(store, *leads, source=source).new
        assert discover(store, *leads, source=source) == frontier.Discovery()
    addresses = {f"https://slovo.example/{number}" for entries in lists for number, _ in entries}
    found = waiting(store, source=source)
    assert sorted(one.lead.url for one in found) == sorted(addresses)
    assert new == len(addresses)


def test_what_no_database_takes_is_marked_not_fatal(store: Engine) -> None:
    discover(store, lead(title="a\x00b\ud800c"))
    assert waiting(store)[0].lead.title == "a\ufffdb\ufffdc"
