"""A config file while the job runs: noticed when it changed, whatever editor wrote it, and read once it has come to rest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from crawler.config import reading
from crawler.config.loading import loads
from crawler.config.settings import Config

Stamp = tuple[int, int, int] | None
"""Number, time and size of a file; None where there is none."""


class ConfigFile:
    """Looks at a file again and again; editors that write in place, by a new file, or in pieces all come out the same."""

    def __init__(self, config: Config) -> None:
        """`config` is the one in use, read from the file at its path."""
        self.path: Path = config.path
        self._taken: Stamp = (-1, -1, -1)
        self._last: Stamp = (-1, -1, -1)
        self._digest = config.digest

    def look(self, environ: Mapping[str, str], *, ask_again: bool = False) -> Config | None:
        """Return the new configuration, or None where there is none.

        A file counts as written once two looks in a row found it the same.

        Args:
            environ: where secrets come from.
            ask_again: read it now, and also where it has not changed: a secret may have.

        Raises:
            ConfigError: the file can't be used; said once for each state of it.
        """
        if not (self._at_rest() or ask_again):
            return None
        try:
            body = reading.read_bytes(self.path)
        finally:
            known, self._digest = self._digest, ""
        self._digest = hashlib.sha256(body).hexdigest()
        if self._digest == known and not ask_again:
            return None
        return loads(body, name=self.path.name, environ=environ, folder=self.path.parent)

    def _at_rest(self) -> bool:
        """Say, once for each state of the file, that it is new and rests."""
        stamp = _stamp(self.path)
        rests, self._last = stamp == self._last, stamp
        if not rests or stamp == self._taken:
            return False
        self._taken = stamp
        return True


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
