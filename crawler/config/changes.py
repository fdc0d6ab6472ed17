"""What differs between two configurations, for people and for the job that goes on under the second."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace

from crawler.config.settings import Config
from crawler.model import Source

AT_START = ("database_url", "data", "metrics")
NETWORK_AT_START = ("nameserver", "ca_file")
"""Settings that a running job can't change."""

SILENT = ("path", "digest", "warnings", "sources", "network", *AT_START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs; source ids in the order of the file."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[str, ...]]
    """Which keys of a source changed."""
    settings: tuple[str, ...]
    """Which other settings changed."""
    at_start: tuple[str, ...]
    """Which changed settings wait for the next start."""

    @property
    def words(self) -> str:
        """The changes in a line: `+2 sources, 1 interval`."""
        said = [
            f"{sign}{len(ids)} {_plural('source', len(ids))}"
            for sign, ids in (("+", self.added), ("-", self.removed))
            if ids
        ]
        counts = Counter(key for keys in self.changed.values() for key in keys)
        said += [f"{count} {_plural(key, count)}" for key, count in sorted(counts.items())]
        said += self.settings
        said += [f"{name} (at the next start)" for name in self.at_start]
        return ", ".join(said) or "nothing"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 or noun.endswith("s") else f"{noun}s"


def changes(old: Config, new: Config) -> Changes:
    """Return what differs between two configurations."""
    before, after = {one.id: one for one in old.sources}, {one.id: one for one in new.sources}
    return Changes(
        added=tuple(one for one in after if one not in before),
        removed=tuple(one for one in before if one not in after),
        changed={
            one: _differing(before[one], after[one])
            for one in after
            if one in before and before[one] != after[one]
        },
        settings=(
            *(one for one in _differing(old, new) if one not in SILENT),
            *(
                f"network.{one}"
                for one in _differing(old.network, new.network)
                if one not in NETWORK_AT_START
            ),
        ),
        at_start=(
            *(one for one in _differing(old, new) if one in AT_START),
            *(f"network.{one}" for one in _differing(old.network, new.network) if one in NETWORK_AT_START),
        ),
    )


def _differing(old: object, new: object) -> tuple[str, ...]:
    names = [field.name for field in fields(old)]  # type: ignore[arg-type]
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def live(old: Config, new: Config) -> Config:
    """Return what a job that runs under `old` can make of `new`: all but what is settled at its start."""
    network = replace(new.network, nameserver=old.network.nameserver, ca_file=old.network.ca_file)
    return replace(new, network=network, database_url=old.database_url, data=old.data)


def moved(old: Source, new: Source) -> bool:
    """Say whether a source now reads another list, so that what was remembered of the last one means nothing."""
    return (old.url, old.type) != (new.url, new.type)
