"""The schema: made, moved forward, or refused with the reason."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from crawler.errors import StoreRefused, StoreUnavailable
from crawler.model import Habits, SourceState
from storage import custody, frontier, migrate, reports, rounds, runs, schema, search, sources
from storage import engine as database
from storage.engine import transaction
from tests.storage.nouns import NOW, finding, kept, whole

OLD_ROWS = (
    (
        "insert into article (id, address, address_hash, outlet, first_seen)"
        " values (7, 'https://a.example/1', 'h', 'a.example', '2026-01-01 00:00:00.000000')"
    ),
    (
        'insert into capture (id, file, "offset", length, record_id, url, status, fetched_at, body_sha256)'
        " values (3, 'f', 0, 1, 'r', 'u', 200, '2026-01-01 00:00:00.000000', 'b')"
    ),
    (
        "insert into version (id, article_id, number, title, text, lemmas, authors, zone_known, fetched_at, from_feed, partial,"
        " warnings, text_sha256, capture_id) values (5, 7, 1, 'Обмін', 'Обмін', 'обмін', '[]', true,"
        " '2026-01-01 00:00:00.000000', false, false, '[]', 't', 3)"
    ),
    (
        "insert into verdict (id, version_id, lexicon, standing, score, kind, conflict, reasons, tags, mediators, judged_at)"
        " values (6, 5, 'l', 'relevant', 0.9, 'background', 'ru-ua', '[]', '[]', '[]', '2026-01-01 00:00:00.000000')"
    ),
    (
        "insert into finding (id, article_id, verdict_id, standing, first_kept, changed_at)"
        " values (9, 7, 6, 'relevant', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')"
    ),
    "insert into search_text (finding_id, lemmas) values (9, 'обмін 10.06.2025')",
    (
        "insert into lead (id, source_id, url, address_hash, seen_in, state, zone_known, authors, complete, warnings,"
        " fingerprint, discovered_at, changed_at, attempts, article_id) values (4, 'slovo', 'https://a.example/1', 'h', 'l',"
        " 'kept', true, '[]', false, '[]', 'p', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 0, 7)"
    ),
)
"""One finding, as the first schema held it."""


def sqlite(path: Path) -> Engine:
    return database.connect(f"sqlite:///{path}")


def made(path: Path) -> Engine:
    engine = sqlite(path)
    migrate.upgrade(engine, backup_to=None)
    return engine


def of_the_first_schema(url: str) -> Engine:
    engine = database.connect(url)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in OLD_ROWS:
            connection.execute(text(row))
    return engine


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_noted_revisions_are_those_shipped() -> None:
    shipped = [script.revision for script in ScriptDirectory.from_config(migrate._config()).walk_revisions()]
    assert tuple(reversed(shipped)) == schema.REVISIONS


def test_tables_and_migrations_agree(store: Engine) -> None:
    with store.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.check(config)


def test_a_second_upgrade_has_nothing_to_do(store: Engine) -> None:
    assert not migrate.upgrade(store, backup_to=None)
    schema.require_current(store)


def test_the_full_text_index_is_whole_on_each_engine(store: Engine) -> None:
    """Rebuilding a table drops its triggers without a word: they are counted after every migration."""
    with store.connect() as connection:
        if store.dialect.name == "sqlite":
            found = connection.execute(
                text("select name from sqlite_master where type = 'trigger'")
            ).scalars()
            assert sorted(found) == ["search_text_ad", "search_text_ai", "search_text_au"]
            assert "search_fts" in inspect(connection).get_table_names()
        else:
            (column,) = [c for c in inspect(connection).get_columns("search_text") if c["name"] == "words"]
            assert "simple" in column["computed"]["sqltext"]
            found = connection.execute(text("select indexdef from pg_indexes")).scalars()
            assert any("USING gin (words)" in one for one in found)


def test_an_older_database_moves_forward_with_its_numbers(database_url: str, tmp_path: Path) -> None:
    engine = of_the_first_schema(database_url)
    with pytest.raises(StoreRefused, match="run `swapwatch migrate`"):
        schema.require_current(engine)
    assert migrate.upgrade(engine, backup_to=tmp_path / "backups")
    found = whole(engine, 9)
    assert (found.state, found.current.text, [one.file for one in found.captures]) == ("live", "Обмін", ["f"])
    with transaction(engine) as session:
        for word in ("обмін", "2025"):
            assert [hit.id for hit in search.search(session, [[word]], filters=search.Filters())] == [9]
        (due,) = frontier.pending(session, "slovo", now=NOW, limit=9)
    assert (due.id, due.known, due.again) == (4, True, True)
    assert kept(engine, finding()).finding_id > 9 or engine.dialect.name != "sqlite"
    engine.dispose()


HABITS = Habits(at=NOW, items=(1.5,) * 24, hours=(2.0,) * 24, seen=36.0, relevant=0.5)

OLD_RUNS = (
    "insert into source_state (source_id, failures) values ('slovo', 0)",
    (
        "insert into run (id, source_id, started, finished, outcome) values"
        " (1, 'slovo', '2026-03-04 23:50:00.000000', '2026-03-04 23:51:00.000000', 'stored'),"
        " (2, 'slovo', '2026-03-05 00:10:00.000000', '2026-03-05 00:11:00.000000', 'stored'),"
        " (3, 'slovo', '2026-03-05 08:00:00.000000', '2026-03-05 08:01:00.000000', 'error')"
    ),
    (
        "insert into run_count (run_id, what, count) values (1, 'leads_new', 4), (1, 'requests', 5),"
        " (2, 'leads_new', 2), (3, 'requests', 1)"
    ),
)
"""Three crawls, as the second schema held them: two days in UTC."""


def test_crawls_of_before_are_summed_up_by_day(database_url: str) -> None:
    engine = of_the_first_schema(database_url)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for row in OLD_RUNS:
            connection.execute(text(row.replace("000000'", "000000+00'") if "pos" in database_url else row))
    migrate.upgrade(engine, backup_to=None)
    with transaction(engine) as session:
        (first, second) = runs.days(session, since=date(2026, 1, 1))["slovo"]
        state = sources.state(session, "slovo")
    assert (first.day, first["leads_new"], first["requests"], first["polls"]) == (date(2026, 3, 4), 4, 5, 1)
    assert (second["leads_new"], second["requests"], second["polls"], second["failed"]) == (2, 1, 2, 1)
    assert state.last_new == datetime(2026, 3, 5, 0, 11, tzinfo=UTC)
    engine.dispose()


def test_a_database_of_the_second_schema_gets_the_ledger_and_keeps_its_findings(
    database_url: str, tmp_path: Path
) -> None:
    engine = of_the_first_schema(database_url)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    assert migrate.upgrade(engine, backup_to=tmp_path / "backups")
    assert whole(engine, 9).current.text == "Обмін"
    with transaction(engine) as session:
        assert reports.unread(session) == [9]
    engine.dispose()


def test_a_database_of_the_fifth_schema_has_everything_to_learn(database_url: str, tmp_path: Path) -> None:
    engine = of_the_first_schema(database_url)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(
            text("insert into source_state (source_id, failures, entries) values ('slovo', 0, 9)")
        )
    assert migrate.upgrade(engine, backup_to=tmp_path / "backups")
    with transaction(engine) as session:
        assert sources.state(session, "slovo") == SourceState(entries=9)
        sources.save_state(session, "slovo", SourceState(entries=9, habits=HABITS))
    with transaction(engine) as session:
        assert sources.states(session)["slovo"].habits == HABITS
    engine.dispose()


def test_a_database_of_the_fifth_schema_has_all_its_evidence_read_again(
    database_url: str, tmp_path: Path
) -> None:
    engine = of_the_first_schema(database_url)
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    assert migrate.upgrade(engine, backup_to=tmp_path / "backups")
    with transaction(engine) as session:
        custody.adopt(session, now=NOW)
        assert rounds.due(session, now=NOW, within=timedelta(days=1), limit=9) == [0]
        assert [one.what for one in rounds.read_again(session, tmp_path, 0).problems] == [
            "capture",
            "version",
        ]
    names = {index["name"] for index in inspect(engine).get_indexes("finding")}
    assert {"ix_finding_newest", "ix_finding_changed_at"} <= names
    engine.dispose()


def test_an_older_sqlite_database_is_copied_before_it_is_touched(tmp_path: Path) -> None:
    engine = of_the_first_schema(f"sqlite:///{tmp_path}/a.db")
    migrate.upgrade(engine, backup_to=tmp_path / "backups")
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.startswith(f"before-{schema.HEAD}-")
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("select version_num from alembic_version").fetchall() == [("0001",)]
        assert old.execute("select id, lemmas from finding join search_text").fetchall() == [
            (9, "обмін 10.06.2025")
        ]
    engine.dispose()


def test_a_migration_that_cannot_be_backed_up_does_not_begin(tmp_path: Path) -> None:
    engine = of_the_first_schema(f"sqlite:///{tmp_path}/a.db")
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="no backup could be written"):
        migrate.upgrade(engine, backup_to=tmp_path / "backups")
    with engine.connect() as connection:
        assert connection.scalar(text("select version_num from alembic_version")) == "0001"
    engine.dispose()


def test_a_row_that_points_to_nothing_stops_a_migration(tmp_path: Path) -> None:
    engine = of_the_first_schema(f"sqlite:///{tmp_path}/a.db")
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "a.db")) as broken:
        broken.execute("delete from version")
        broken.commit()
    with pytest.raises(StoreRefused, match="points to nothing"):
        migrate.upgrade(sqlite(tmp_path / "a.db"), backup_to=None)
    with closing(sqlite3.connect(tmp_path / "a.db")) as untouched:
        assert untouched.execute("select version_num from alembic_version").fetchone() == ("0001",)


def test_a_new_database_comes_to_its_place_whole_and_private(tmp_path: Path) -> None:
    (tmp_path / "a.db.new").write_bytes(b"left by a killed start")
    (tmp_path / "a.db.new-journal").write_bytes(b"left too")
    engine = made(tmp_path / "a.db")
    schema.require_current(engine)
    engine.dispose()
    assert names(tmp_path) == ["a.db"]
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600


def test_a_query_on_a_missing_database_says_what_makes_it(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/none.db", read_only=True)
    with pytest.raises(StoreRefused, match="swapwatch run"):
        schema.require_current(engine)
    assert not (tmp_path / "none.db").exists()


def refused(path: Path, match: str) -> None:
    """A job and a query refuse the database, say where and why, and leave it as it was."""
    before = path.read_bytes() if path.is_file() else None
    for read_only in (False, True):
        engine = database.connect(f"sqlite:///{path}", read_only=read_only)
        with pytest.raises(StoreRefused, match=match) as refusal:
            (
                schema.require_current(engine)
                if read_only
                else migrate.upgrade(engine, backup_to=path.parent / "b")
            )
        engine.dispose()
        assert str(path) in str(refusal.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not (path.parent / "b").exists()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    engine = made(tmp_path / "a.db")
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    refused(tmp_path / "a.db", "newer swapwatch.*9999.*update")


@pytest.mark.parametrize(
    "statements",
    [
        ["create table recipes (id integer)"],
        [
            "create table recipes (id integer)",
            "create table alembic_version (version_num)",
            "insert into alembic_version values ('ae1')",
        ],
    ],
    ids=["plain", "with Alembic"],
)
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_another_programs_database_is_refused(tmp_path: Path, statements: list[str], journal: str) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute(f"pragma journal_mode={journal}")
        for statement in statements:
            other.execute(statement)
        other.commit()
    refused(tmp_path / "a.db", "another program.*recipes.*use another")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database at all" * 100)
    refused(tmp_path / "a.db", "no SQLite database.*restore a backup")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """SQLite would take it for a new database, and the loss of all findings for a first start."""
    (tmp_path / "a.db").touch()
    refused(tmp_path / "a.db", "empty file.*restore a backup")


def test_a_folder_in_the_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    refused(tmp_path / "a.db", "is a folder")


def test_a_log_without_its_database_is_refused(tmp_path: Path) -> None:
    """Beside a new database SQLite would play the old one's log into it."""
    (tmp_path / "a.db-wal").write_bytes(b"frames of a database that is gone")
    with pytest.raises(StoreRefused, match=r"a\.db is missing but its log a\.db-wal is there"):
        made(tmp_path / "a.db")
    assert names(tmp_path) == ["a.db-wal"]


def test_a_read_only_folder_is_refused(unprivileged_folder: Path) -> None:
    unprivileged_folder.chmod(0o500)
    with pytest.raises(StoreRefused, match=f"{unprivileged_folder} can't be written.*owner or mode"):
        made(unprivileged_folder / "a.db")


def test_a_folder_that_cannot_be_made_is_refused(unprivileged_folder: Path) -> None:
    unprivileged_folder.chmod(0o500)
    with pytest.raises(StoreRefused, match=r"cannot make the folder.*owner and mode"):
        made(unprivileged_folder / "data" / "a.db")


def test_a_read_only_file_is_refused(unprivileged_folder: Path) -> None:
    made(unprivileged_folder / "a.db").dispose()
    (unprivileged_folder / "a.db").chmod(0o400)
    with pytest.raises(StoreRefused, match=r"a\.db can't be written.*owner or mode"):
        made(unprivileged_folder / "a.db")


def test_an_unreadable_file_is_refused(unprivileged_folder: Path) -> None:
    made(unprivileged_folder / "a.db").dispose()
    (unprivileged_folder / "a.db").chmod(0o000)
    engine = database.connect(f"sqlite:///{unprivileged_folder}/a.db", read_only=True)
    with pytest.raises(StoreRefused, match=r"a\.db can't be read"):
        schema.require_current(engine)


def test_a_backup_is_a_whole_database_also_while_it_is_written_to(tmp_path: Path) -> None:
    engine = made(tmp_path / "a.db")
    number = kept(engine, finding()).finding_id
    with transaction(engine) as session:
        session.execute(text("update article set outlet = 'not committed yet'"))
        migrate.backup(engine, tmp_path / "copies" / "b.db")
    copy = sqlite(tmp_path / "copies" / "b.db")
    schema.require_current(copy)
    assert whole(copy, number).outlet == "slovo.example"
    with copy.connect() as connection:
        assert connection.scalar(text("pragma integrity_check")) == "ok"
    assert (tmp_path / "copies" / "b.db").stat().st_mode & 0o777 == 0o600
    copy.dispose()
    assert names(tmp_path / "copies") == ["b.db"]
