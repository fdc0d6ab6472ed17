"""Where the database is, from a config file that can't be used otherwise: who asks how the job fares shall get an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from crawler.config import reading, secrets
from crawler.config.loading import absolute_database
from crawler.config.schema import DatabasePart
from crawler.errors import ConfigError

URL = re.compile(
    rb"""^\s*(?:database:\s*\{\s*)?url:\s*["']?((?:sqlite|postgresql)(?:\$\{\w+\}|[^\s"'}#])*)""",
    re.MULTILINE,
)
"""The line `url: sqlite:///data/swapwatch.db` under `database:`; no source's address begins so."""


def database_of(path: Path, environ: Mapping[str, str]) -> str | None:
    """Return the database URL that a broken config file most likely means, None where a secret of it is missing."""
    path = path.absolute()
    try:
        found = URL.search(reading.read_bytes(path))
    except ConfigError:
        found = None  # being replaced at this instant, or gone: the usual place then
    url = found[1].decode("utf-8", "replace") if found else DatabasePart().url.get_secret_value()
    try:
        filled = secrets.filled(url, ("database", "url"), environ)
    except secrets.Missing:
        return None
    return absolute_database(str(filled), path.parent)
