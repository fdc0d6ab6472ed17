"""The history of a finding as sentences: published, edited, gone on this day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from crawler.model import PageState
from storage.queries import WholeFinding

WORDS = {
    PageState.SAME: "looked again, the same",
    PageState.GONE: "gone",
    PageState.REDIRECTED: "gone: its address led elsewhere",
    PageState.SOFT_404: "gone: the page said it is not there",
    PageState.EMPTIED: "gone: the page was empty",
    PageState.REPLACED: "gone: something else stood there",
    PageState.WALL: "not readable: a wall",
    PageState.TIMED_OUT: "not reached: no answer in time",
    PageState.UNREACHABLE: "not reached",
    PageState.UNREAD: "not read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened to an article, as far as was seen."""

    at: datetime
    words: str
    until: datetime | None = None
    """The last time the same was seen, where it was seen more than once."""


def history(found: WholeFinding) -> list[Moment]:
    """Return what is known of a finding's life, oldest first; the same seen again and again is one moment."""
    moments = sorted([*_versions(found), *_looks(found)], key=lambda moment: moment.at)
    told = []
    for words, group in groupby(moments, key=lambda moment: moment.words):
        same = list(group)
        told.append(Moment(at=same[0].at, words=words, until=same[-1].at if len(same) > 1 else None))
    published = found.versions[0].published
    if published is None:
        return told
    return [Moment(at=published, words="published, as the outlet says"), *told]


def _versions(found: WholeFinding) -> Iterator[Moment]:
    for version in found.versions:
        what = "first kept" if version.number == 1 else "edited"
        yield Moment(at=version.fetched_at, words=f"{what} (version {version.number})")


def _looks(found: WholeFinding) -> Iterator[Moment]:
    for look in found.looks:
        state = PageState(look.state)
        if state is not PageState.EDITED:  # its version tells of it
            detail = f" ({look.detail})" if look.detail and state is not PageState.SAME else ""
            yield Moment(at=look.at, words=WORDS[state] + detail)
