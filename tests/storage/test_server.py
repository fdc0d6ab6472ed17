"""PostgreSQL that restarts, has no place, cancels and rolls back: retried, and one job at a time throughout."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from crawler.errors import StoreRefused, StoreUnavailable
from crawler.model import SourceState
from storage import engine as database
from storage import lock, migrate, sources
from storage.engine import retrying, transaction
from storage.job_tables import SourceStateRow
from tests.cluster import Cluster, NoServer, cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A cluster of these tests' own, with few places: they stop it."""
    try:
        with cluster("max_connections=12", "superuser_reserved_connections=0") as made:
            yield made
    except NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture
def url(server: Cluster) -> Iterator[str]:
    engine = database.connect(server.url)
    migrate.upgrade(engine, backup_to=None)
    yield server.url
    engine.dispose()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as a slow machine needs for a restart."""
    monkeypatch.setattr(database, "RETRY_PAUSES", (0.5,) * 80)


def test_a_restart_is_ridden_out(server: Cluster, url: str, patient: None) -> None:
    engine = database.connect(url)
    with transaction(engine) as session:
        sources.save_state(session, "slovo", SourceState(failures=1))
    server.stop()
    starting = threading.Timer(0.5, server.start)
    starting.start()
    with capture_logs() as logs:
        found = retrying(engine, lambda session: sources.state(session, "slovo"))
    starting.join()
    assert found.failures == 1
    assert {one["event"] for one in logs} == {"store_tried_again"}
    engine.dispose()


def take_all(url: str, taken: list[Connection]) -> None:
    while True:
        taken.append(create_engine(url, poolclass=NullPool).connect())


def test_no_free_place_is_waited_for(url: str, patient: None) -> None:
    """Whoever took the last connection gives it back."""
    taken: list[Connection] = []
    with pytest.raises(OperationalError, match="too many clients"):
        take_all(url, taken)

    def leave() -> None:
        for one in taken:
            one.close()

    engine = database.connect(url)
    with pytest.raises(StoreUnavailable, match="too many clients"), transaction(engine) as session:
        session.execute(text("select 1"))
    leaving = threading.Timer(0.5, leave)
    leaving.start()
    assert retrying(engine, lambda session: session.scalar(text("select 1"))) == 1
    leaving.join()
    engine.dispose()


def test_a_statement_that_takes_too_long_is_tried_again(url: str) -> None:
    engine = database.connect(url)
    tries = []

    def slow_once(session: Session) -> int:
        tries.append(1)
        if len(tries) == 1:
            session.execute(text("set local statement_timeout = 50"))
            session.execute(text("select pg_sleep(5)"))
        return len(tries)

    assert retrying(engine, slow_once) == 2
    engine.dispose()


def test_two_that_cannot_both_be_right_are_done_one_after_the_other(url: str) -> None:
    engine = create_engine(url, isolation_level="SERIALIZABLE")
    with transaction(engine) as session:
        session.merge(SourceStateRow(source_id="slovo", failures=0))
    meeting, met = threading.Barrier(2, timeout=20), set()

    def count_up(session: Session) -> None:
        row = session.get_one(SourceStateRow, "slovo")
        if threading.get_ident() not in met:  # the second try of either meets nobody
            met.add(threading.get_ident())
            meeting.wait()
        row.failures += 1

    with capture_logs() as logs:
        threads = [threading.Thread(target=retrying, args=(engine, count_up)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with transaction(engine) as session:
        assert session.get_one(SourceStateRow, "slovo").failures == 2
    assert [one["event"] for one in logs] == ["store_tried_again"]
    engine.dispose()


def test_what_trying_again_does_not_mend_is_said_at_once(url: str) -> None:
    engine = database.connect(url)
    tries = []

    def wrong(session: Session) -> None:
        tries.append(1)
        session.execute(text("select no_such_column"))

    with pytest.raises(StoreUnavailable, match="no_such_column"):
        retrying(engine, wrong)
    assert len(tries) == 1
    engine.dispose()


def test_the_lock_is_taken_again_after_a_restart(server: Cluster, url: str) -> None:
    engine, other = database.connect(url), database.connect(url)
    with lock.hold(engine) as held:
        server.stop()
        server.start()
        held.check()
        with pytest.raises(StoreRefused, match="already runs"), lock.hold(other):
            pass
    engine.dispose()
    other.dispose()


@pytest.mark.parametrize("asks", ["a new connection", "the pulse"])
def test_a_job_that_lost_its_lock_to_another_writes_nothing_more(
    server: Cluster, url: str, asks: str
) -> None:
    engine, other = database.connect(url), database.connect(url)
    with lock.hold(engine) as held:
        with transaction(engine) as session:
            sources.save_state(session, "slovo", SourceState(error="before"))
        server.stop()
        server.start()
        by_two = partial(sources.save_state, source_id="slovo", state=SourceState(error="by two at once"))
        ask = held.check if asks == "the pulse" else partial(retrying, engine, by_two)
        with lock.hold(other), pytest.raises(StoreRefused, match="already runs"):
            ask()
    with transaction(other) as session:
        assert sources.state(session, "slovo").error == "before"
    engine.dispose()
    other.dispose()


def test_a_lock_whose_connection_was_ended_alone_is_taken_again(url: str) -> None:
    engine = database.connect(url)
    with lock.hold(engine) as held:
        with transaction(engine) as session:
            session.execute(
                text("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
            )
        held.check()
        with transaction(engine) as session:
            assert session.scalar(text("select count(*) from pg_locks where locktype = 'advisory'")) == 1
    engine.dispose()
