"""A title or text as folded sentences, each cut into clauses, with the way back to the original's characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from crawler.language import Folded, folded, pieces
from crawler.model import Part

ABBREVIATION = re.compile(
    r"(?:(?<!\w)(?:[a-zа-яіїєґ]|oct|dec|nov|sept?|aug|jan|feb|mar|apr|gen|lt|col|maj|capt|sgt|mr|mrs|dr|st|no|тыс|тис|млн|млрд|руб|грн|им|ім|ст|см"
    r"|чел|ос|ул|вул|обл|гг|рр|р-н|u\.s|u\.n)|\d)\.$"
)
"""What a full stop belongs to where it ends no sentence; a letter alone is an initial."""

STOP = re.compile(r"(?:[.!?…]+[»\"”')\]]*)(?=\s|$)|\n+")

TURN = re.compile(
    r";|(?:,|—|–|\.)\s(?=(?:while|whereas|but|однако|но|а|але|проте|натомість|зато|втім|тогда как|тоді як|in return|in exchange|взамен|в обмен|в ответ|у відповідь"
    r"|навзамін|за них|for their part)(?!\w))|\s(?=(?:and that|и что|і що|та що|in return for|in exchange for|в обмен на|взамен на|в обмін на|за это|за це)(?!\w))"
    r"|\s(?=(?:and|и|і|та|й) (?:received|got|took|получил\w*|забрал\w*|отримал\w*|одержал\w*|дістал\w*|handed|gave|передал\w*|отдал\w*|віддал\w*)(?!\w))"
)
"""Where a sentence turns to the other side or another matter."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, folded; positions in it count from its own start."""

    part: Part
    paragraph: int
    number: int
    start: int
    text: str
    whole: Folded

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Where each clause starts and ends."""
        cuts = [0, *(match.end() for match in TURN.finditer(self.text)), len(self.text)]
        return tuple((a, b) for a, b in pairwise(cuts) if b > a)

    def clause_of(self, position: int) -> tuple[int, int]:
        """Return where the clause around a position starts and ends."""
        return next((pair for pair in self.clauses if pair[0] <= position < pair[1]), (0, len(self.text)))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where these characters of the sentence stand in the original title or text."""
        return self.whole.span(self.start + start, self.start + end)


def sentences(raw: str, part: Part) -> tuple[Sentence, ...]:
    """Return the sentences of a raw title or text."""
    whole = folded(raw)
    return tuple(
        Sentence(part, paragraph, number, start, whole.text[start:end], whole)
        for number, (paragraph, start, end) in enumerate(_spans(whole.text))
    )


def _spans(text: str) -> Iterator[tuple[int, int, int]]:
    start = paragraph = 0
    for match in STOP.finditer(text):
        line_end = "\n" in match.group()
        if not line_end and _goes_on(text, start, match):
            continue
        if text[start : match.end()].strip():
            yield from ((paragraph, *piece) for piece in pieces(text, start, match.end()))
        start = match.end()
        paragraph += line_end or text[start : start + 1] == "\n"
    if text[start:].strip():
        yield from ((paragraph, *piece) for piece in pieces(text, start, len(text)))


def _goes_on(text: str, start: int, match: re.Match[str]) -> bool:
    """Say whether a full stop belongs to an abbreviation or a number in the middle of a sentence."""
    if match.group() != ".":
        return False
    head = text[max(start, match.start() - 8) : match.end()]
    if re.search(r"\d\.$", head):
        return bool(re.match(r"\s*\d", text[match.end() : match.end() + 3]))
    return bool(ABBREVIATION.search(head)) and match.end() < len(text)
