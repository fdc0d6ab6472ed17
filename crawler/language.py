"""Words of three languages: which language a text is in, how words are folded for matching, what their lemmas are."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LETTERS = {"uk": frozenset("іїєґ"), "ru": frozenset("ыэъё"), "be": frozenset("ў")}
"""Letters that only one of the Cyrillic languages we read has. Belarusian shares і with Ukrainian and ы, э, ё with Russian."""

FUNCTION_WORDS = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "was",
            "were",
            "is",
            "are",
            "on",
            "for",
            "with",
            "from",
            "by",
            "has",
            "have",
            "that",
        ]
    ),
    "ru": frozenset(
        [
            "и",
            "в",
            "на",
            "что",
            "не",
            "с",
            "по",
            "его",
            "их",
            "это",
            "как",
            "был",
            "были",
            "для",
            "из",
            "при",
            "также",
        ]
    ),
    "uk": frozenset(
        [
            "і",
            "в",
            "на",
            "що",
            "не",
            "з",
            "та",
            "його",
            "їх",
            "це",
            "як",
            "був",
            "були",
            "для",
            "із",
            "під",
            "також",
        ]
    ),
}
"""Short words that tell languages apart where letters don't."""

WORD = re.compile(r"[^\W\d_]+(?:['’ʼ‑-][^\W\d_]+)*")

APOSTROPHES = "’ʼ‘`´"

INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Soft hyphen, zero-width and direction marks: they part no words."""

LOOKALIKES = dict(zip("aceopxyiABCEHKMOPTXYIk", "асеорхуіАВСЕНКМОРТХУІк", strict=True))
"""Latin letters that stand in for Cyrillic ones inside Cyrillic words."""

DETECT_CHARS = 2000


def detect(text: str, among: Sequence[str]) -> str | None:
    """Return the language of a text: one of `among` where it may be, another code where it clearly is not, else None.

    Letters decide first (і, ї, є, ґ against ы, э, ъ, ё), then function words.
    """
    sample = _without_lookalikes(text[:DETECT_CHARS]).lower()
    cyrillic = sum("а" <= char <= "ӿ" for char in sample)
    latin = sum("a" <= char <= "z" for char in sample)
    if not cyrillic and not latin:
        return None
    if latin > cyrillic:
        return "en" if "en" in among or _function_words(sample, "en") >= 2 else None
    return _cyrillic(sample, among)


def _cyrillic(sample: str, among: Sequence[str]) -> str | None:
    counts = {code: sum(sample.count(letter) for letter in letters) for code, letters in LETTERS.items()}
    if counts["be"] and counts["uk"] and counts["ru"]:
        return "be"
    if counts["uk"] != counts["ru"]:
        return "uk" if counts["uk"] > counts["ru"] else "ru"
    words = {code: _function_words(sample, code) for code in ("ru", "uk")}
    if words["ru"] != words["uk"]:
        return max(words, key=lambda code: words[code])
    candidates = [code for code in among if code in ("ru", "uk", "be")]
    return candidates[0] if len(candidates) == 1 else None


def _function_words(sample: str, code: str) -> int:
    return sum(word in FUNCTION_WORDS[code] for word in WORD.findall(sample))


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made ready for matching, with the way back to the original's characters."""

    text: str
    _starts: tuple[int, ...]
    """For each run of equal distance: where it starts in the folded text."""
    _shifts: tuple[int, ...]
    """How far the original is ahead there."""
    _length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters `start` to `end` of the folded text stand in the original."""
        if end <= start:
            return self._back(start), self._back(start)
        return self._back(start), self._back(end - 1) + 1

    def _back(self, position: int) -> int:
        if position >= len(self.text):
            return self._length
        return position + self._shifts[bisect_right(self._starts, position) - 1]


def folded(text: str) -> Folded:
    """Fold a text for matching: lower case, ё as е, one apostrophe, plain blanks, no invisible or stress marks.

    Latin look-alikes inside Cyrillic words become Cyrillic: `пoлонені` with a Latin o matches.
    """
    source = _without_lookalikes(text)
    lowered = source.lower()
    if len(lowered) == len(source) and not any(_needs_care(char) for char in set(source)):
        return Folded(lowered.translate(PLAIN), (0,), (0,), len(text))
    chars: list[str] = []
    starts, shifts, shift = [0], [0], 0
    for position, char in enumerate(source):
        out = _folded_char(char, source, position)
        if position - len(chars) != shift and out:
            shift = position - len(chars)
            starts.append(len(chars))
            shifts.append(shift)
        chars.append(out)
        if not out:
            chars.pop()
    return Folded("".join(chars), tuple(starts), tuple(shifts), len(text))


PLAIN = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "), "ё": "е"}
)
"""Letters that stand for others, one for one."""


def _needs_care(char: str) -> bool:
    """Say whether a character may vanish, or be read with its neighbour: texts without any are folded at once."""
    return char in INVISIBLE or unicodedata.combining(char) != 0 or char == "Σ"


def fold(text: str) -> str:
    """Return a text folded for matching, where the way back is not needed."""
    return folded(text).text


def _folded_char(char: str, source: str, position: int) -> str:
    """Return the one character that stands for `char`, or nothing."""
    if "a" <= char <= "z" or char == " ":
        return char
    if char in INVISIBLE or unicodedata.combining(char):
        return ""
    if char in APOSTROPHES:
        return "'"
    if char in "\u00a0\u202f\u2009\u2007":
        return " "
    following = source[position + 1] if position + 1 < len(source) else ""
    if following and unicodedata.combining(following):
        composed = unicodedata.normalize("NFC", char + following)
        if len(composed) == 1 and composed.lower() in "йїё":
            char = composed
    lower = char.lower()
    lower = lower if len(lower) == 1 else char
    return "е" if lower == "ё" else lower


CYRILLIC = re.compile("[а-яёіїєґА-ЯЁІЇЄҐ]")

MIXED = re.compile("[а-яёіїєґА-ЯЁІЇЄҐ][A-Za-z]|[A-Za-z][а-яёіїєґА-ЯЁІЇЄҐ]")

LETTER_RUN = re.compile(r"[^\W\d_]+")

LONGEST_WORD = 60
"""Letters; what is longer is no word of a language, and looking for its lemma takes for ever."""


def _without_lookalikes(text: str) -> str:
    """Turn Latin look-alikes in words that also have Cyrillic letters; lengths stay."""
    if text.isascii() or not MIXED.search(text):
        return text

    def turned(match: re.Match[str]) -> str:
        word = match.group()
        if not MIXED.search(word):
            return word
        cyrillic = sum("Ѐ" <= char <= "ӿ" for char in word)
        return "".join(LOOKALIKES.get(char, char) for char in word) if cyrillic * 2 >= len(word) else word

    return LETTER_RUN.sub(turned, text)


def lemmas(text: str, language: str | None) -> str:
    """Return a text's words as lemmas, blank-separated and folded: what the search index holds."""
    code = language or detect(text, ("en", "ru", "uk")) or "en"
    words = WORD_OR_NUMBER.findall(fold(text))
    return " ".join(lemma(word, code) if len(word) <= LONGEST_WORD else word for word in words)


WORD_OR_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")


def query_lemmas(query: str) -> list[list[str]]:
    """Return for each word of a query what may stand for it in the index: itself, and its lemmas in three languages."""
    found: list[list[str]] = []
    for word in WORD_OR_NUMBER.findall(fold(query)):
        codes = ("en",) if word.isascii() else ("ru", "uk")
        found.append(list(dict.fromkeys([word, *(lemma(word, code) for code in codes)])))
    return found


@lru_cache(maxsize=100_000)
def lemma(word: str, language: str) -> str:
    """Return the lemma of one folded word, in the language's first reading; the word itself where there is none."""
    if word[:1].isdigit():
        return word
    if word.isascii():
        import simplemma  # noqa: PLC0415 - its tables load on first use

        return fold(str(simplemma.lemmatize(word, lang="en"))) if language == "en" else word
    if language not in ("ru", "uk"):
        return word
    return fold(str(morphology(language).parse(word)[0].normal_form))


@lru_cache(maxsize=2)
def morphology(language: str) -> Any:
    """Return the dictionary of Russian or Ukrainian word forms; it loads in 0.1 s and takes some 20 MB."""
    import pymorphy3  # noqa: PLC0415 - only texts in these languages need it

    return pymorphy3.MorphAnalyzer(lang=language)
