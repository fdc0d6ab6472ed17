"""Failures, drawn by the remedy they ask for.

    SwapwatchError
    ├── ConfigError            mend config.yaml (file, line, key and remedy are in the text)
    ├── OutletError            the outlet's doing; carries source and address
    │   ├── OutletUnreachable  try again later
    │   └── PageChanged        look at the source: what came back is not what it used to be
    ├── StoreError             the operator's storage
    │   ├── StoreUnavailable   try again: locked, full disk, server away
    │   └── StoreRefused       do not start: newer or foreign database, lock held, read-only
    └── UsageError             wrong call of the command

Expected outcomes of single pages are values (`crawler.model.Skipped`), not errors.
"""

from __future__ import annotations

from functools import partial


class SwapwatchError(Exception):
    """Root of every failure this project raises on purpose."""


class ConfigError(SwapwatchError):
    """The configuration cannot be used; `problems` lists every complaint, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class OutletError(SwapwatchError):
    """Something an outlet did; says which source and address, and the cause in words."""

    def __init__(self, cause: str, *, url: str, source_id: str | None = None) -> None:
        where = f"{source_id} ({url})" if source_id else url
        super().__init__(f"{where}: {cause}")
        self.cause = cause
        self.url = url
        self.source_id = source_id

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Survive the way back from a worker process."""
        return partial(type(self), url=self.url, source_id=self.source_id), (self.cause,)


class OutletUnreachable(OutletError):
    """No usable answer: refused, timed out, failed TLS, 5xx."""


class PageChanged(OutletError):
    """An answer that is not what the source promises: HTML instead of a feed, an empty body."""


class StoreError(SwapwatchError):
    """The store could not do its work."""


class StoreUnavailable(StoreError):
    """The store is away for now: locked, full or unreachable."""


class StoreRefused(StoreError):
    """The store must not be used as it is: newer, foreign, locked by another job, read-only."""


class UsageError(SwapwatchError):
    """The command was called in a way it can't serve; the text says how to call it."""
