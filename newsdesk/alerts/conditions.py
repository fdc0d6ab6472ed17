"""What is wrong at one instant, and what is to be told when that begins or ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crawler.model import Side, Source, SourceState
from newsdesk.health import Check, SourceHealth, State
from storage.conditions import Condition, Place
from storage.outbox import Alert, AlertKind

BREAKS_AFTER = 3
"""Failed polls in a row before people are told: outlets stumble."""

JOB = "job"

ENOUGH = 1.5
"""A disk is low until this many times the threshold is free, so that it is not told again and again."""

BROKEN, BLOCKED, SILENT = AlertKind.SOURCE_BROKEN, AlertKind.SOURCE_BLOCKED, AlertKind.SOURCE_SILENT
TOLD_ANEW = {AlertKind.CONFIG_REFUSED, AlertKind.CHAIN_BROKEN}
"""Conditions that are told again where their words change."""

MOST_NAMED = 5
"""Changed pieces of evidence that one alert names."""

ENDS = {BROKEN, BLOCKED, SILENT}
"""Conditions of a source whose end is told too."""


def of_source(health: SourceHealth) -> dict[Place, str]:
    """Return what is wrong with a source."""
    found: dict[Place, str] = {}
    for problem in health.problems:
        if problem.check not in (Check.VOLUME, Check.WALLS):
            found[health.source_id, f"{AlertKind.EXPECTATION}:{problem.check}"] = problem.words
    for_long = health.failures >= BREAKS_AFTER
    if health.state in (State.FAILING, State.GONE) and for_long:
        found[health.source_id, BROKEN] = health.words
    elif health.state is State.BLOCKED and (for_long or not health.failures):
        found[health.source_id, BLOCKED] = health.words
    elif health.state is State.QUIET:
        found[health.source_id, SILENT] = health.words
    return found


def of_sides(
    sources: Sequence[Source], states: Mapping[str, SourceState], *, now: datetime, patience: timedelta
) -> dict[Place, str]:
    """Return which side's sources have brought nothing new for too long."""
    found: dict[Place, str] = {}
    for side in (Side.UA, Side.RU):
        own = [one for one in sources if one.enabled and one.side is side]
        last = [at for one in own if (at := states.get(one.id, SourceState()).last_new)]
        if last and now - max(last) > patience:
            words = f"none of {len(own)} sources has brought anything new since {max(last):%Y-%m-%d %H:%MZ}"
            found[f"side {side}", AlertKind.SIDE_SILENT] = words
    return found


def of_job(
    *, free: int, disk_low: int, was_low: bool, refused: str, changed: Sequence[str] = ()
) -> dict[Place, str]:
    """Return what is wrong with the job itself.

    Args:
        free: bytes free beside the captures.
        disk_low: bytes below which people are told.
        was_low: True where they have been.
        refused: complaints about the config file, empty where it is in use.
        changed: evidence that is not as it was kept, each in words.
    """
    found: dict[Place, str] = {}
    if free < disk_low * (ENOUGH if was_low else 1):
        found[JOB, AlertKind.DISK_LOW] = (
            f"{free // 1024**2} MiB are free beside the captures; free some space"
        )
    if refused:
        found[JOB, AlertKind.CONFIG_REFUSED] = refused
    if changed:
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        found[JOB, AlertKind.CHAIN_BROKEN] = (
            f"{'; '.join(changed[:MOST_NAMED])}{more}; stop the job, keep what is there, and look: swapwatch verify"
        )
    return found


def begun(known: Mapping[Place, Condition], current: Mapping[Place, str]) -> dict[Place, str]:
    """Return what is wrong now and was not; other complaints about config or evidence are another matter."""
    return {
        place: words
        for place, words in current.items()
        if place not in known or (place[1] in TOLD_ANEW and known[place].words != words)
    }


def ended(
    known: Mapping[Place, Condition], current: Mapping[Place, str], *, held: Iterable[str] = ()
) -> list[Place]:
    """Return what was wrong and is not any more; `held` are subjects of which nothing is known right now."""
    kept = set(held)
    return [place for place in known if place not in current and place[0] not in kept]


def alerts_of_begin(new: Mapping[Place, str], *, now: datetime) -> list[Alert]:
    """Return what to tell of conditions that begin."""
    return [
        Alert(
            kind=AlertKind(name.partition(":")[0]),
            subject=subject,
            title=f"{subject}: {TITLES[AlertKind(name.partition(':')[0])]}",
            body=words,
            at=now,
            key=f"{name} {now.isoformat()}",
        )
        for (subject, name), words in new.items()
    ]


TITLES = {
    BROKEN: "the source is broken",
    BLOCKED: "the source blocks us",
    SILENT: "the source is silent",
    AlertKind.EXPECTATION: "the source is not as usual",
    AlertKind.DISK_LOW: "the disk is nearly full",
    AlertKind.CHAIN_BROKEN: "evidence is not as it was kept",
    AlertKind.CONFIG_REFUSED: "the edited config is refused, the job goes on with the last one",
    AlertKind.SIDE_SILENT: "one side is silent",
}

WAS = {BROKEN: "it was broken", BLOCKED: "it was blocked", SILENT: "it was silent"}


def alerts_of_end(
    over: Iterable[Place],
    known: Mapping[Place, Condition],
    current: Mapping[Place, str],
    enabled: Iterable[str],
    *,
    now: datetime,
) -> list[Alert]:
    """Return which sources are to be told as recovered: enabled, and not badly off in another way."""
    still = {subject for subject, name in current if name in ENDS}
    well = set(enabled) - still
    found = {}
    for place in over:
        subject, name = place
        if name in ENDS and subject in well:
            since = known[place].since
            found[subject] = Alert(
                kind=AlertKind.SOURCE_RECOVERED,
                subject=subject,
                title=f"{subject}: the source is back",
                body=f"{WAS[AlertKind(name)]} since {since:%Y-%m-%d %H:%MZ}",
                at=now,
                key=f"{name} {since.isoformat()}",
            )
    return list(found.values())
