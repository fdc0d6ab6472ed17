"""What of a text is the report, and what changes beside it: clocks, counters, links to other reports, advertisements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

WORD = re.compile(r"[^\W\d_]+")

TIME = re.compile(r"\d[:./]\d")
"""Signs of a time or date; a number alone may be part of a report."""

SENTENCE_END = re.compile(r"[.!?…][\"'»”)]*$")

SHORT = 60
"""Characters that a counter, a clock or a call to follow has at most."""

LINK = 200
"""Characters that a line leading to another report has at most."""

HEADLINES = 10
"""Lines behind a lone `Read also` that are taken for headlines at most, where they end as no sentence does."""


@cache
def signs(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return the signs of a kind, each as its words."""
    text = (files("crawler.extraction") / "cosmetics.yaml").read_text(encoding="utf-8")
    return tuple(tuple(row["sign"].split()) for row in YAML(typ="safe", pure=True).load(text)[kind])


def core(text: str) -> str:
    r"""Return the lines of a text that are its report: texts with equal cores are one version.

    >>> core("Оновлено 12:03\nДодому повернулися 205 захисників.\nПереглядів: 1204")
    'Додому повернулися 205 захисників.'
    """
    return "\n".join(_report(text.split("\n")))


def _report(lines: list[str]) -> Iterator[str]:
    headlines = 0
    for line in lines:
        words = tuple(word.casefold() for word in WORD.findall(line))
        if related := _related(words, line):
            headlines = HEADLINES if related == len(words) else 0
            continue
        if headlines and line.strip() and not SENTENCE_END.search(line.strip()):
            headlines -= 1
            continue
        headlines = headlines if not line.strip() else 0
        if not (len(line) <= SHORT and _passing(words, line)):
            yield line


def _related(words: tuple[str, ...], line: str) -> int:
    """Return how many words lead to other reports; a sentence that happens to begin so is the report's."""
    if len(line) > LINK or (":" not in line and SENTENCE_END.search(line.strip())):
        return 0
    return _starts(words, "related")


def _passing(words: tuple[str, ...], line: str) -> bool:
    """Say whether a short line is a clock, a counter, an advertisement or a call to follow."""
    if not words:
        return TIME.search(line) is not None
    if SENTENCE_END.search(line):
        return False
    clock = any(char.isdigit() for char in line) and all((word,) in signs("clock") for word in words)
    return clock or bool(_starts(words, "starts"))


def _starts(words: tuple[str, ...], kind: str) -> int:
    """Return how many words the sign has that a line begins with, 0 for none."""
    return next((len(sign) for sign in signs(kind) if words[: len(sign)] == sign), 0)
