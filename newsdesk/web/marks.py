"""Evidence inside a text: spans, which may overlap, to pieces that a page can show one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")


class Role(StrEnum):
    """What marked words are evidence of."""

    CLAIM = "claim"
    FOR = "for"
    AGAINST = "against"
    FOUND = "found"
    """A word of the reader's query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Characters `start` to `end` (exclusive) of a text, and what they are evidence of."""

    id: str
    """Unique within its page: a link leads to it."""
    role: Role
    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words between two borders of marks."""

    text: str
    marks: tuple[Mark, ...] = ()
    """Every mark that covers the piece."""
    begins: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()


def pieces(text: str, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """Return a text cut at every border of a mark; put together, the pieces are the text again.

    >>> [piece.text for piece in pieces("abcd", [Mark(id="c1", role=Role.CLAIM, start=1, end=3)])]
    ['a', 'bc', 'd']
    """
    return tuple(_cut(text, 0, len(text), _inside(text, marks)))


def paragraphs(text: str, marks: Iterable[Mark]) -> tuple[tuple[Piece, ...], ...]:
    """Return the pieces of each paragraph; a mark over several begins in the first and ends in the last."""
    inside = _inside(text, marks)
    return tuple(tuple(_cut(text, *match.span(), inside)) for match in PARAGRAPH.finditer(text))


def _inside(text: str, marks: Iterable[Mark]) -> list[Mark]:
    return sorted(
        (mark for mark in marks if 0 <= mark.start < mark.end <= len(text)),
        key=lambda mark: (mark.start, -mark.end, mark.id),
    )


def _cut(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Piece]:
    here = [mark for mark in marks if mark.start < end and mark.end > start]
    borders = {start, end}
    borders |= {at for mark in here for at in (mark.start, mark.end) if start < at < end}
    places = sorted(borders)
    for first, last in pairwise(places):
        over = tuple(mark for mark in here if mark.start < last and mark.end > first)
        yield Piece(
            text=text[first:last],
            marks=over,
            begins=tuple(mark for mark in over if mark.start == first),
            ends=tuple(mark for mark in over if mark.end == last),
        )
