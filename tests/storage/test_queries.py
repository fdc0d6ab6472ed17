"""What people ask of the store: whole findings and leads, as nouns."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from crawler.model import (
    CrawlReport,
    Habits,
    Kind,
    Outcome,
    Part,
    Reason,
    Skipped,
    SkipReason,
    SourceState,
    Span,
    Stage,
)
from storage import frontier, notes, queries, runs, sources
from storage.engine import transaction
from storage.job_tables import RunRow
from storage.search import Filters
from tests.storage.nouns import ADDRESS, NOW, finding, kept, lead, lead_id, whole

STATE = SourceState(
    etag='"1"',
    last_modified="x",
    body_sha256="0" * 64,
    last_full_fetch=NOW,
    last_success=NOW,
    last_poll=NOW,
    next_due=NOW,
    failing_since=NOW,
    failures=3,
    error="e",
    entries=5,
    last_post=7,
    not_before=NOW,
    habits=Habits(at=NOW, items=(0.5,) * 24, hours=(0.25,) * 24, seen=12.0, relevant=0.75, last_rate=3.5),
)


def address(number: int) -> str:
    return f"https://slovo.example/war/{number}"


def report(**counts: int) -> CrawlReport:
    return CrawlReport(
        source_id="slovo",
        started=NOW,
        finished=NOW + timedelta(seconds=3),
        outcome=Outcome.STORED,
        skipped=((SkipReason.ROBOTS, 2), (SkipReason.GONE, 1)),
        **counts,  # type: ignore[arg-type]
    )


def test_a_whole_finding_has_its_reasons_with_their_places(store: Engine) -> None:
    reason = Reason(rule="r", weight=1.5, words="Обмін", span=Span(part=Part.TITLE, start=0, end=5))
    verdict = replace(finding().verdict, reasons=(reason,), tags=("a",), deal="Стамбул", mediators=("uae",))
    found = whole(store, kept(store, replace(finding(), verdict=verdict)).finding_id)
    assert found.verdict.reasons == (
        {"rule": "r", "weight": 1.5, "words": "Обмін", "part": "title", "start": 0, "end": 5},
    )
    assert (found.verdict.tags, found.verdict.deal, found.verdict.mediators) == (("a",), "Стамбул", ("uae",))


def test_nouns_not_rows_leave_the_store(store: Engine) -> None:
    found = whole(store, kept(store, finding()).finding_id)
    for noun in (found, found.current, found.verdict, found.claims[0], found.carriers[0]):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, fields(noun)[0].name, None)


@pytest.mark.parametrize("number", [0, -1, 1000, 2**31, 2**63, 10**30])
def test_a_number_of_no_finding_finds_none(store: Engine, number: int) -> None:
    kept(store, finding())
    with transaction(store) as session:
        assert queries.finding(session, number) is None


def test_findings_stream_in_the_order_of_their_numbers_each_with_its_own(store: Engine) -> None:
    """More than are read at once; each with its own claims, versions and carriers."""
    amount = queries.AT_ONCE + 5
    with transaction(store) as session:
        for number in range(amount):
            found = finding(address(number), text=f"Додому повернулися 205 захисників. Звістка {number}.")
            queried = lead_id(session, address(number))
            queries_kept = frontier_keep(session, found, queried)
            assert queries_kept == number + 1
    with transaction(store) as session:
        streamed = list(queries.findings(session, Filters()))
    assert [one.id for one in streamed] == list(range(1, amount + 1))
    for number, one in enumerate(streamed):
        assert one.current.text.endswith(f"Звістка {number}.")
        assert (len(one.claims), len(one.versions), len(one.carriers)) == (1, 1, 1)


def frontier_keep(session: object, found: object, number: int) -> int:
    from storage import findings

    return findings.keep(session, found, lead_id=number, captures=(), now=NOW).finding_id  # type: ignore[arg-type]


def test_findings_are_narrowed_as_a_search_is(store: Engine) -> None:
    kept(store, finding())
    with transaction(store) as session:
        assert len(list(queries.findings(session, Filters(kind=Kind.EXCHANGE_COMPLETED)))) == 1
        assert list(queries.findings(session, Filters(kind=Kind.BACKGROUND))) == []


def test_leads_stream_with_how_they_ended(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    with transaction(store) as session:
        dropped = lead_id(session, address(2))
        skipped = Skipped(url=address(2), reason=SkipReason.OFF_TOPIC, stage=Stage.TAG, detail="score 0.10")
        frontier.close(session, dropped, skipped, now=NOW)
    with transaction(store) as session:
        first, second = queries.leads(session)
        assert [one.id for one in queries.leads(session, state="skipped")] == [second.id]
        assert list(queries.leads(session, source="other")) == []
    assert (first.state, first.finding_id, first.lead) == ("kept", number, lead())
    assert (second.state, second.stage, second.reason, second.detail) == (
        "skipped",
        "tag",
        "off_topic",
        "score 0.10",
    )


def test_an_address_tells_its_leads_and_its_finding(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    with transaction(store) as session:
        assert [one.lead.url for one in queries.leads_to(session, ADDRESS)] == [ADDRESS]
        assert queries.finding_at(session, ADDRESS) == number
        assert queries.finding_at(session, address(99)) is None


def test_counts_of_all_runs_are_summed_by_name(store: Engine) -> None:
    with transaction(store) as session:
        first = runs.record(session, report(fetched=3))
        second = runs.record(session, report(fetched=4, findings=1))
        assert second > first
    with transaction(store) as session:
        assert queries.totals(session) == {
            "slovo": {
                "fetched": 7,
                "findings": 1,
                "skipped:robots": 4,
                "skipped:gone": 2,
                "polls": 2,
                "milliseconds": 6000,
            }
        }


def test_a_sources_state_comes_back_whole(store: Engine) -> None:
    with transaction(store) as session:
        assert sources.state(session, "slovo") == SourceState()
        sources.save_state(session, "slovo", SourceState(failures=1))
        sources.save_state(session, "slovo", STATE)
    with transaction(store) as session:
        assert sources.state(session, "slovo") == STATE
        assert sources.states(session) == {"slovo": STATE}


def test_what_an_outlet_put_into_an_error_costs_no_poll(store: Engine) -> None:
    """An error may quote a page's title, and a title may hold anything."""
    with transaction(store) as session:
        sources.save_state(session, "slovo", SourceState(error="title «a\x00b\ud800»", etag="\x00"))
        runs.record(session, replace(report(), error="\x00\ud800", url="https://a.example/\ud800"))
    with transaction(store) as session:
        assert sources.state(session, "slovo").error == "title «a\ufffdb\ufffd»"


def test_single_crawls_are_forgotten_and_their_days_stay(store: Engine) -> None:
    with transaction(store) as session:
        runs.record(session, report(fetched=3))
        later = runs.record(
            session,
            replace(report(fetched=4), started=NOW + timedelta(days=40), finished=NOW + timedelta(days=40)),
        )
    with transaction(store) as session:
        assert runs.prune(session, now=NOW + timedelta(days=41), keep_days=30) == 1
    with transaction(store) as session:
        assert session.scalars(select(RunRow.id)).all() == [later]
        assert queries.totals(session)["slovo"]["fetched"] == 7


def test_the_last_note_under_a_name_stands(store: Engine) -> None:
    with transaction(store) as session:
        assert notes.read(session, notes.PULSE) is None
        notes.write(session, notes.PULSE, "process 1", now=NOW)
    with transaction(store) as session:
        notes.write(session, notes.PULSE, "process 2", now=NOW + timedelta(seconds=20))
    with transaction(store) as session:
        assert notes.read(session, notes.PULSE) == notes.Note(
            at=NOW + timedelta(seconds=20), words="process 2"
        )
