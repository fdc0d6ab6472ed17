"""Two versions of a text beside each other: which words went and which came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

TOKEN = re.compile(r"\s+|[\w’'ʼ-]+|[^\w\s]")

MOST_COMPARED = 4_000_000
"""Words before times words after up to which words are compared one by one; above, the passage is shown as replaced."""


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in a row that share their fate."""

    change: Change
    text: str


def difference(before: str, after: str) -> tuple[Words, ...]:
    """Return the words of both texts in reading order; without the new ones they are the old text.

    >>> [(one.change.value, one.text) for one in difference("205 came", "207 came")]
    [('gone', '205'), ('new', '207'), ('same', ' came')]
    """
    found: list[Words] = []
    for words in _lines(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        before_it = found.pop().text if found and found[-1].change is words.change else ""
        found.append(Words(change=words.change, text=before_it + words.text))
    return tuple(found)


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Words]:
    """Compare paragraphs first: most of a long text is the same."""
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = "".join(before[a:b]), "".join(after[c:d])
        if what == "equal":
            yield Words(change=Change.SAME, text=old)
        elif what == "replace":
            yield from _words(TOKEN.findall(old), TOKEN.findall(new))
        else:
            yield from _replaced(old, new)


def _words(before: Sequence[str], after: Sequence[str]) -> Iterator[Words]:
    if len(before) * len(after) > MOST_COMPARED:
        yield from _replaced("".join(before), "".join(after))
        return
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Words(change=Change.SAME, text="".join(before[a:b]))
        else:
            yield from _replaced("".join(before[a:b]), "".join(after[c:d]))


def _replaced(old: str, new: str) -> Iterator[Words]:
    if old:
        yield Words(change=Change.GONE, text=old)
    if new:
        yield Words(change=Change.NEW, text=new)
