"""Connections and transactions: durable, aware of zones, and clear when something is wrong."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, select, text
from structlog.testing import capture_logs

from crawler.errors import StoreRefused, StoreUnavailable
from crawler.model import SourceState
from storage import engine as database
from storage import migrate, schema, sources
from storage.engine import transaction
from storage.job_tables import SourceStateRow
from tests.storage.nouns import NOW, finding, kept, whole


@pytest.fixture
def careless_url(postgresql_url: str) -> Iterator[str]:
    """The URL of a role whose commits do not wait for the disk."""
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create role careless login superuser"))
        connection.execute(text("alter role careless set synchronous_commit = off"))
    yield make_url(postgresql_url).set(username="careless").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("drop role careless"))
    admin.dispose()


def test_sqlite_is_durable(tmp_path: Path) -> None:
    with database.connect(f"sqlite:///{tmp_path}/a.db").connect() as connection:
        pragmas = {
            name: connection.execute(text(f"pragma {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_postgresql_that_may_lose_commits_is_named_once(careless_url: str) -> None:
    engine = database.connect(careless_url)
    with capture_logs() as logs:
        for _ in range(2):
            engine.connect().close()
    assert [(one["event"], one["setting"]) for one in logs] == [
        ("database_not_durable", "synchronous_commit = off")
    ]
    engine.dispose()


def test_a_durable_postgresql_is_nothing_to_warn_of(postgresql_url: str) -> None:
    engine = database.connect(postgresql_url)
    with capture_logs() as logs:
        engine.connect().close()
    assert logs == []
    engine.dispose()


def test_an_instant_comes_back_in_utc_whatever_zone_it_had(store: Engine) -> None:
    kyiv = datetime(2026, 3, 5, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with transaction(store) as session:
        sources.save_state(session, "slovo", SourceState(last_poll=kyiv))
    with transaction(store) as session:
        found = sources.state(session, "slovo").last_poll
    assert found == kyiv
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(store: Engine) -> None:
    bare = SourceState(last_poll=NOW.replace(tzinfo=None))
    with pytest.raises(StoreUnavailable, match="without a zone"), transaction(store) as session:
        sources.save_state(session, "slovo", bare)


@pytest.mark.parametrize("name", ["plain.db", "with space.db", "100%.db", "#1.db", "обмін.db"])
def test_a_read_only_engine_reads_and_writes_nothing(tmp_path: Path, name: str) -> None:
    writer = database.connect(f"sqlite:///{tmp_path}/{name}")
    migrate.upgrade(writer, backup_to=None)
    number = kept(writer, finding()).finding_id
    reader = database.connect(f"sqlite:///{tmp_path}/{name}", read_only=True)
    schema.require_current(reader)
    assert whole(reader, number).id == number
    assert database.place(reader) == f"{tmp_path}/{name}"
    with pytest.raises(StoreUnavailable, match="readonly"), transaction(reader) as session:
        session.execute(text("delete from claim"))
    writer.dispose()
    reader.dispose()


def test_a_read_only_engine_writes_nothing_on_postgresql(postgresql_url: str) -> None:
    reader = database.connect(postgresql_url, read_only=True)
    with pytest.raises(StoreUnavailable, match="read-only"), transaction(reader) as session:
        session.execute(text("create table a (id integer)"))
    reader.dispose()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """An export may take minutes: it must neither hold up the job nor wait for it."""
    url = f"sqlite:///{tmp_path}/a.db"
    writer, reader = database.connect(url), database.connect(url, read_only=True)
    migrate.upgrade(writer, backup_to=None)
    with transaction(reader) as reading:
        reading.scalars(select(SourceStateRow)).all()
        with transaction(writer) as writing:
            sources.save_state(writing, "slovo", SourceState(failures=1))
            assert sources.states(reading) == {}
    writer.dispose()
    reader.dispose()


def test_writers_wait_for_each_other_instead_of_failing(store: Engine) -> None:
    def count_up() -> None:
        for _ in range(15):
            with transaction(store) as session:
                row = session.get_one(SourceStateRow, "slovo", with_for_update=True)
                row.failures += 1

    with transaction(store) as session:
        sources.save_state(session, "slovo", SourceState())
    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(store) as session:
        assert sources.state(session, "slovo").failures == 60


def test_a_full_disk_is_said_with_the_place_and_the_remedy(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/a.db")
    migrate.upgrade(engine, backup_to=None)
    with engine.connect() as connection:
        connection.execute(text("pragma max_page_count = 1"))  # as long as the pool keeps this connection
    with (
        pytest.raises(StoreUnavailable, match=r"a\.db: the disk is full .*free some space"),
        transaction(engine) as session,
    ):
        sources.save_state(session, "slovo", SourceState(error="x" * 1_000_000))
    engine.dispose()


def test_another_programs_lock_is_said_with_the_place(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/a.db", connect_args={"timeout": 0.01})
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        with (
            pytest.raises(StoreUnavailable, match=r"a\.db: another process has locked"),
            transaction(engine) as session,
        ):
            session.execute(text("create table a (id integer)"))
    engine.dispose()


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    engine = database.connect("postgresql+psycopg://user:secret@127.0.0.1:1/swapwatch")
    with pytest.raises(StoreUnavailable) as problem, transaction(engine) as session:
        session.execute(text("select 1"))
    assert "127.0.0.1:1" in str(problem.value)
    assert "secret" not in str(problem.value)


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreRefused, match=r"cannot make the folder of .*data/sub/a\.db"):
        database.connect(f"sqlite:///{tmp_path}/data/sub/a.db")


def test_times_before_the_epoch_and_far_ahead_survive(store: Engine) -> None:
    ends = SourceState(last_poll=datetime(1900, 1, 1, tzinfo=UTC), next_due=datetime(9999, 1, 1, tzinfo=UTC))
    with transaction(store) as session:
        sources.save_state(session, "slovo", ends)
    with transaction(store) as session:
        assert sources.state(session, "slovo") == ends
