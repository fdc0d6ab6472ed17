"""One job per database."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import Engine

from crawler.errors import StoreRefused
from storage import engine as database
from storage import lock

HOLD_AND_DIE = """
import os, sys
from storage import engine, lock
with lock.hold(engine.connect(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), 9)
"""


def test_a_second_job_is_refused_and_told_who_holds_it(store: Engine, database_url: str) -> None:
    other = database.connect(database_url)
    with (
        lock.hold(store),
        pytest.raises(StoreRefused, match=f"process {os.getpid()} on .* already runs"),
        lock.hold(other),
    ):
        pass
    with lock.hold(other):
        pass
    other.dispose()


def test_the_lock_dies_with_its_process(store: Engine, database_url: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD_AND_DIE, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(StoreRefused, match=str(child.pid)), lock.hold(store):
        pass
    child.communicate("")
    with lock.hold(store):
        pass
