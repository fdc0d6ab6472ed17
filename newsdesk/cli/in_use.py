"""The config for `sources status` and `health`: the file, or what a running job goes on under while the file is broken."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import ConfigError, StoreError
from newsdesk.cli.app import SHARED, configured, say

if TYPE_CHECKING:
    from crawler.config import Config


def configured_or_in_use(path: Path | None) -> Config:
    """Return the config of the file; where that is refused, what a living job runs under, with the complaints on stderr.

    Raises:
        ConfigError: the file can't be used, and no job runs.
    """
    try:
        return configured(path)
    except ConfigError as error:
        found = _in_use(path or SHARED.config)
        if found is None:
            raise
        for problem in error.problems:
            say(f"refused: {problem}")
        return found


def _in_use(path: Path) -> Config | None:
    from crawler.config import Config, database_of
    from newsdesk.health.job import STALLED
    from storage import engine as database
    from storage import notes, schema

    url = database_of(path, os.environ)
    if url is None:
        return None
    engine = database.connect(url, read_only=True)
    try:
        schema.require_current(engine)
        with database.transaction(engine) as session:
            pulse, sources = notes.read(session, notes.PULSE), notes.read_sources(session)
    except StoreError:
        return None
    finally:
        engine.dispose()
    if pulse is None or datetime.now(UTC) - pulse.at > STALLED:
        return None
    return Config(
        path=path.absolute(), contact=None, database_url=url, data=path.absolute().parent, sources=sources
    )
