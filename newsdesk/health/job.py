"""Whether the job itself is alive and gets anything at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import Source, SourceState
from storage.notes import Note

STALLED = timedelta(minutes=2)
"""A job that gave no sign of life for so long is stopped or stuck; it gives one every 20 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHealth:
    """How the job fares: red where any complaint stands, with warnings beside."""

    pulse: datetime | None
    last_success: datetime | None
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def well(self) -> bool:
        """True where nothing is red."""
        return not self.complaints


def job_health(
    *,
    pulse: Note | None,
    config: Note | None,
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    now: datetime,
    patience: timedelta,
) -> JobHealth:
    """Return how the job fares.

    Args:
        pulse: its last sign of life.
        config: what became of its config file when it last looked.
        sources: the configured ones.
        states: what the store remembers of them.
        now: the instant of the question.
        patience: how long no source at all may have succeeded.
    """
    enabled = [source for source in sources if source.enabled]
    successes = [at for source in enabled if (at := states.get(source.id, SourceState()).last_success)]
    last = max(successes, default=None)
    complaints = []
    if pulse is None:
        complaints.append("the job has never run on this database; start it: swapwatch run")
    elif now - pulse.at > STALLED:
        complaints.append(
            f"the job gave no sign of life since {_minute(pulse.at)} ({pulse.words}): it is stopped or stuck; start it again"
        )
    if enabled and (last is None or now - last > patience):
        when = f"since {_minute(last)}" if last else "yet"
        complaints.append(
            f"none of {len(enabled)} sources has succeeded {when}; look at the network, then: swapwatch sources status"
        )
    refused = (
        (f"the job still runs on the last good config: {config.words}",) if config and config.words else ()
    )
    return JobHealth(
        pulse=pulse.at if pulse else None,
        last_success=last,
        complaints=tuple(complaints),
        warnings=refused,
    )


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%MZ}"
