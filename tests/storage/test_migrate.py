"""The schema: made, moved forward, or refused with the reason."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from crawler.errors import StoreRefused
from storage import engine as database
from storage import migrate


def sqlite(path: Path) -> Engine:
    return database.connect(f"sqlite:///{path}")


def test_tables_and_migrations_agree(store: Engine) -> None:
    with store.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.check(config)


def test_a_second_upgrade_has_nothing_to_do(store: Engine) -> None:
    assert not migrate.upgrade(store, backup_to=None)
    migrate.require_current(store)


def test_the_full_text_index_has_its_triggers(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "a.db")
    migrate.upgrade(engine, backup_to=None)
    with engine.connect() as connection:
        names = (
            connection.execute(text("select name from sqlite_master where type = 'trigger'")).scalars().all()
        )
    assert sorted(names) == ["search_text_ad", "search_text_ai", "search_text_au"]


def test_sqlite_is_durable(tmp_path: Path) -> None:
    with sqlite(tmp_path / "a.db").connect() as connection:
        pragmas = {
            name: connection.execute(text(f"pragma {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_query_on_a_missing_database_says_what_makes_it(tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/none.db", read_only=True)
    with pytest.raises(StoreRefused, match="swapwatch run"):
        migrate.require_current(engine)
    assert not (tmp_path / "none.db").exists()


def test_a_newer_schema_is_refused_untouched(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "a.db")
    migrate.upgrade(engine, backup_to=None)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreRefused, match="newer swapwatch"):
        migrate.upgrade(sqlite(tmp_path / "a.db"), backup_to=tmp_path)


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("create table recipes (id integer)")
        other.commit()
    with pytest.raises(StoreRefused, match=r"another program.*recipes"):
        migrate.upgrade(sqlite(tmp_path / "a.db"), backup_to=None)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreRefused, match=r"no SQLite database"):
        migrate.upgrade(sqlite(tmp_path / "a.db"), backup_to=None)
    assert (tmp_path / "a.db").read_bytes() == b"not a database at all" * 100


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "a.db")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreRefused, match="owner or mode"):
            migrate.upgrade(engine, backup_to=None)
    finally:
        tmp_path.chmod(0o700)


def test_a_backup_is_a_whole_database(tmp_path: Path) -> None:
    engine = sqlite(tmp_path / "a.db")
    migrate.upgrade(engine, backup_to=None)
    migrate.backup(engine, tmp_path / "copies" / "b.db")
    migrate.require_current(sqlite(tmp_path / "copies" / "b.db"))
