"""A throw-away PostgreSQL cluster on loopback that can be stopped in the middle of things."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoServer(Exception):
    """PostgreSQL is not installed."""


def server_program(name: str) -> Path | None:
    """Return where a program of the server is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    on_path = shutil.which(name)
    return found[-1] if found else Path(on_path) if on_path else None


def _as_postgres(command: list[str]) -> None:
    """Run a server program; the server refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")


class Cluster:
    """A running cluster of our own."""

    def __init__(self, control: Path, folder: Path, port: int) -> None:
        self._control, self._folder, self._port = control, folder, port

    @property
    def url(self) -> str:
        """The URL of its superuser."""
        return f"postgresql+psycopg://swapwatch@127.0.0.1:{self._port}/postgres"

    def start(self, *settings: str) -> None:
        """Start it, with settings such as `max_connections=5`, and wait until it answers."""
        given = [
            "listen_addresses=127.0.0.1",
            f"port={self._port}",
            f"unix_socket_directories={self._folder}",
            *settings,
        ]
        options = " ".join(f"-c {one}" for one in given)
        log = str(self._folder / "log")
        _as_postgres([str(self._control), "-D", self._data, "-o", options, "-l", log, "-w", "start"])

    def stop(self) -> None:
        """Stop it at once, as a crash would: what is not in its log is lost, every connection ends."""
        _as_postgres([str(self._control), "-D", self._data, "-m", "immediate", "stop"])

    @property
    def _data(self) -> str:
        return str(self._folder / "data")


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Make and start a cluster for the time of the block.

    Raises:
        NoServer: PostgreSQL is not installed.
    """
    initdb, control = server_program("initdb"), server_program("pg_ctl")
    if initdb is None or control is None:
        raise NoServer("PostgreSQL is not installed: its tests need initdb and pg_ctl")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="swapwatch-postgres-"))
    folder.chmod(0o777)
    data = str(folder / "data")
    _as_postgres([str(initdb), "-D", data, "-U", "swapwatch", "-A", "trust", "-E", "UTF8", "--no-sync"])
    made = Cluster(control, folder, port)
    made.start(*settings)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
