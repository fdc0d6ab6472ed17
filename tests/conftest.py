"""Databases for tests: a SQLite file, and PostgreSQL where it is installed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from storage import engine as database
from storage import migrate
from tests.cluster import NoServer, cluster

NOBODY = 65534


@pytest.fixture(scope="session")
def postgresql_admin_url() -> Iterator[str]:
    """The URL of a PostgreSQL server: of SWAPWATCH_TEST_POSTGRES, or of a throw-away cluster."""
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    if given := os.environ.get("SWAPWATCH_TEST_POSTGRES"):
        yield given
        return
    try:
        with cluster() as made:
            yield made.url
    except NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def postgresql_url(postgresql_admin_url: str) -> Iterator[str]:
    """The URL of a database of our own: nothing that was on the server before is touched."""
    admin = create_engine(
        make_url(postgresql_admin_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    name = f"swapwatch_test_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} encoding 'UTF8' template template0"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/swapwatch.db"
    url: str = request.getfixturevalue("postgresql_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Engine]:
    """A migrated, empty store, on each engine in turn."""
    engine = database.connect(database_url)
    migrate.upgrade(engine, backup_to=None)
    yield engine
    engine.dispose()


@pytest.fixture
def unprivileged_folder() -> Iterator[Path]:
    """A folder of a user without rights; root becomes that user for the test."""
    folder = Path(tempfile.mkdtemp(prefix="swapwatch-unprivileged-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield folder
    finally:
        if root:
            os.setresuid(0, 0, 0)
        folder.chmod(0o700)
        shutil.rmtree(folder)
