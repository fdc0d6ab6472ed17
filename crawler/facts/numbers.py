"""Counts in a folded text: digits with or without group marks, and number words of three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = re.compile(
    r"(?<![\d.,:/№#-])(?:\d{1,3}(?:[ ,]\d{3})+|\d{1,6})(?![\d:/]|[.,]\d|-?(?:[йяеіїа]|го|му|th|st|nd|rd)\b|\s?[%°])"
)
"""1,000; 1 000; 185. Not: dates, times, percentages, ordinals."""

UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать"
    " семнадцать восемнадцать девятнадцать",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять десять одинадцять дванадцять тринадцять чотирнадцять п'ятнадцять шістнадцять"
    " сімнадцять вісімнадцять дев'ятнадцять",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "uk": "двадцять тридцять сорок п'ятдесят шістдесят сімдесят вісімдесят дев'яносто",
}
HUNDREDS = {
    "ru": "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот",
    "uk": "сто двісті триста чотириста п'ятсот шістсот сімсот вісімсот дев'ятсот",
}
OTHERS = {
    "en": {"hundred": 100, "thousand": 1000, "dozen": 12},
    "ru": {
        "двое": 2, "трое": 3, "четверо": 4, "пятеро": 5, "шестеро": 6, "семеро": 7, "двух": 2, "двоих": 2, "троих": 3, "трех": 3,
        "одного": 1, "тысяча": 1000, "тысячу": 1000, "тысячи": 1000, "тысяч": 1000, "тыс": 1000, "ста": 100,
    },
    "uk": {
        "двоє": 2, "троє": 3, "четверо": 4, "п'ятеро": 5, "шестеро": 6, "семеро": 7, "двох": 2, "трьох": 3, "двадцятеро": 20,
        "одного": 1, "тисяча": 1000, "тисячу": 1000, "тисячі": 1000, "тисяч": 1000, "тис": 1000, "ста": 100,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number and where it stands in the folded text."""

    value: int
    start: int
    end: int


def _table(language: str) -> dict[str, int]:
    table = {word: n for n, word in enumerate(UNITS[language].split())}
    table |= {word: 10 * n for n, word in enumerate(TENS[language].split(), start=2)}
    table |= {word: 100 * n for n, word in enumerate(HUNDREDS.get(language, "").split(), start=1)}
    return table | OTHERS[language]


WORDS = {language: _table(language) for language in UNITS}
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def counts(text: str, language: str) -> list[Count]:
    """Return every count of a folded text, in order."""
    found = [Count(int(re.sub(r"[ ,]", "", m.group())), m.start(), m.end()) for m in DIGITS.finditer(text)]
    found = [_scaled(count, text, language) for count in found]
    taken = [(count.start, count.end) for count in found]
    words = [
        c for c in _spelled(text, WORDS[language]) if not any(s < c.end and c.start < e for s, e in taken)
    ]
    return sorted([*found, *words], key=lambda count: count.start)


def _scaled(count: Count, text: str, language: str) -> Count:
    """`1 тыс.` is a thousand."""
    match = re.compile(r"\s?(?:тыс|тис|thousand)\w*\.?").match(text, count.end)
    return (
        Count(count.value * 1000, count.start, match.end())
        if match and count.value < 1000 and language
        else count
    )


def _spelled(text: str, table: dict[str, int]) -> Iterator[Count]:
    total = current = 0
    start = end = -1
    for match in WORD.finditer(text):
        value = table.get(match.group())
        joined = start >= 0 and re.fullmatch(r"[\s-]*(?:and\s)?", text[end : match.start()])
        if value is None or (start >= 0 and not joined):
            if match.group() == "and" and start >= 0:
                continue
            if start >= 0:
                yield Count(total + current, start, end)
            total, current, start = 0, 0, -1
        if value is None:
            continue
        start = match.start() if start < 0 else start
        end = match.end()
        if value == 1000:
            total, current = total + max(current, 1) * 1000, 0
        elif value in (100, 12) and match.group() in ("hundred", "dozen"):
            current = max(current, 1) * value
        else:
            current += value
    if start >= 0:
        yield Count(total + current, start, end)
