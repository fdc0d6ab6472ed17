"""Part of a text around the words that a query found, and where in it they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(r"\w(?:[\w\u0301\u00ad]|['’ʼ](?=\w))*")
"""A word as written, with its stress marks, soft hyphens and apostrophes: `п’ять`, `обмі́н`."""

FOLDED = str.maketrans({"ё": "е", "’": "'", "ʼ": "'", "\u0301": "", "\u00ad": ""})

UNLIKE_ITSELF = "\u0345"
"""A mark that becomes a letter in folding: with it a word would end elsewhere."""

SHORTEST = 4
"""Letters from which on a lemma may stand for other forms of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Part of a text as it stands there, from `start` on; highlights are offsets into the part."""

    text: str
    start: int
    highlights: tuple[tuple[int, int], ...] = ()


def snippet(text: str, words: Sequence[Sequence[str]], *, length: int = 240) -> Snippet:
    """Return the part of a text in which most of a query's words occur; its beginning, where none does.

    Args:
        text: as stored.
        words: for each word of the query what may stand for it, in lemmas.
        length: most characters of the part.
    """
    found = _found(text, words)
    start = _best_start(text, found, length)
    end = min(start + length, len(text))
    inside = tuple((a - start, b - start) for a, b, _ in found if a >= start and b <= end)
    return Snippet(text=text[start:end], start=start, highlights=inside)


def _found(text: str, words: Sequence[Sequence[str]]) -> list[tuple[int, int, int]]:
    """Return start, end and number of the query's word for each word of the text that it may have found."""
    groups = tuple(tuple(group) for group in words)
    found = []
    for match in _likely(text, groups):
        word = match.group().casefold().translate(FOLDED)
        for number, group in enumerate(groups):
            if any(_may_be(word, lemma) for lemma in group):
                found.append((match.start(), match.end(), number))
                break
    return found


def _likely(text: str, groups: tuple[tuple[str, ...], ...]) -> Iterator[re.Match[str]]:
    """Yield the words of a text that begin as a word of the query does; all its words, where places would shift in folding."""
    folded = text.casefold().translate(FOLDED)
    if len(folded) != len(text) or UNLIKE_ITSELF in text:
        yield from TOKEN.finditer(text)
        return
    for begin in _beginnings(groups).finditer(folded):
        if match := TOKEN.match(text, begin.start()):
            yield match


@lru_cache(maxsize=64)
def _beginnings(groups: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    stems = {_stem(lemma)[0] for group in groups for lemma in group}
    return re.compile(
        r"(?<!\w)(?<!\w')(?:" + "|".join(map(re.escape, sorted(stems))) + ")" if stems else r"(?!)"
    )


def _stem(lemma: str) -> tuple[str, int]:
    """Return how every form of a lemma begins, and how long the longest is."""
    if len(lemma) < SHORTEST:
        return lemma, len(lemma)
    if len(lemma) == SHORTEST:
        return lemma[:-1], len(lemma) + 2
    return lemma[: max(4, len(lemma) - 2)], len(lemma) + 3


def _may_be(word: str, lemma: str) -> bool:
    """Say whether a word may be a form of a lemma: same stem, and not much longer."""
    stem, longest = _stem(lemma)
    return word.startswith(stem) and len(word) <= longest


def _best_start(text: str, found: list[tuple[int, int, int]], length: int) -> int:
    """Return where the part begins that holds most different words of the query, the earliest of equals."""
    best, most = 0, 0
    for place, (first, _, _) in enumerate(found):
        inside = {number for a, b, number in found[place : place + length] if b <= first + length * 2 // 3}
        if len(inside) > most:
            best, most = first, len(inside)
    start = max(best - length // 3, 0)
    return start if start == 0 else _word_start(text, start, best)


def _word_start(text: str, start: int, until: int) -> int:
    """Move a beginning behind the next blank, so that no word is cut."""
    for at in range(start, until):
        if text[at].isspace():
            return at + 1
    return start
