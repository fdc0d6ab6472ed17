"""`swapwatch serve` as a process of its own, asked over loopback."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from storage import engine, migrate

COMMAND = str(Path(sys.executable).with_name("swapwatch"))


def config(folder: Path, serve: str = "") -> Path:
    path = folder / "config.yaml"
    path.write_text(
        "version: 1\ncontact: t@x.invalid\n"
        f"{serve}sources:\n  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk],"
        " url: 'https://a.example/rss'}\n",
        encoding="utf-8",
    )
    return path


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the command on a free port until the end of the block."""
    store = engine.connect(f"sqlite:///{folder}/data/swapwatch.db")
    migrate.upgrade(store, backup_to=None)
    store.dispose()
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            match = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            assert match, line
            yield process, int(match.group(1))
        finally:
            process.kill()


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config(tmp_path)
    with serving(tmp_path) as (process, port):
        asking = HTTPConnection("127.0.0.1", port, timeout=30)
        asking.request("GET", "/findings")
        answer = asking.getresponse()
        assert answer.status == 200
        assert "Nothing is kept yet" in answer.read().decode()
        assert answer.getheader("Server") is None
        asking.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_query_of_ten_megabytes_is_refused_and_the_next_one_answered(tmp_path: Path) -> None:
    """H09: nothing is read that could not be an address."""
    config(tmp_path)
    with serving(tmp_path) as (_, port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as door:
            head = b"GET /findings?q="
            try:
                door.sendall(head + b"x" * 10_000_000)
                answer = door.recv(64)
            except OSError:
                answer = b"HTTP/1.1 400"  # it hung up before it had read it all
            assert answer[:12] == b"HTTP/1.1 400"
        asking = HTTPConnection("127.0.0.1", port, timeout=30)
        asking.request("GET", "/findings")
        assert asking.getresponse().status == 200
        asking.close()


@pytest.mark.parametrize(
    ("serve", "arguments"),
    [("serve: {host: 0.0.0.0}\n", ()), ("", ("--host", "::"))],
    ids=["config", "option"],
)
def test_it_refuses_an_open_door(tmp_path: Path, serve: str, arguments: tuple[str, ...]) -> None:
    config(tmp_path, serve)
    done = subprocess.run(
        [COMMAND, "serve", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "serve.password" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_store_it_says_what_to_do(tmp_path: Path) -> None:
    config(tmp_path)
    done = subprocess.run(
        [COMMAND, "serve", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 5
    assert "swapwatch run" in done.stderr


def test_five_hundred_who_never_finish_asking_keep_nobody_out_and_are_shown_out(tmp_path: Path) -> None:
    """H09: half a request holds a place for some seconds only, and a reader is answered meanwhile."""
    config(tmp_path)
    with ExitStack() as stack:
        _, port = stack.enter_context(serving(tmp_path))
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(500)
        ]
        for door in slow:
            door.sendall(b"GET /findings HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        asking = HTTPConnection("127.0.0.1", port, timeout=60)
        asking.request("GET", "/findings")
        assert asking.getresponse().status == 200
        asking.close()
        assert {_ended(door) for door in slow} == {True}


def _ended(door: socket.socket) -> bool:
    """Wait until the other side closes a connection, without an answer."""
    try:
        return door.recv(1) == b""
    except ConnectionResetError:
        return True
