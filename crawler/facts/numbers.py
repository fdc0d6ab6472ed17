"""Counts in a folded text: digits with or without group marks, and number words of three languages in every case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

DIGITS = re.compile(
    r"(?<![\w.,:/№#$€₴])(?:(?<!-)|(?<=for-)|(?<=на-))(?:\d{1,3}(?:[ ,]\d{3})+|\d{1,6})(?:[.,]\d{1,2}(?=\s?(?:тыс|тис|thousand)))?"
    r"(?!\d|[:/]\d|[.,]\d|-?(?:[йяеїх]|ый|ій|ий|ой|го|ого|му|ом|ым|им|ти|мм|st|nd|rd|th)(?!\w)|-(?:year|лет|річ|рок|год|day|ти)|\s?[%°])"
)
"""1,000; 1 000; 185; 1.2 thousand. Not: dates, times, percentages, ordinals, ages."""

EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
)
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

RU_SMALL = {
    1: "один одного одному одним одна одну одной одно", 2: "два две двух двум двумя двое двоих двоим", 3: "три трех трем тремя трое троих троим",
    4: "четыре четырех четырем четырьмя четверо четверых", 5: "пять пяти пятью пятеро пятерых", 6: "шесть шести шестью шестеро шестерых",
    7: "семь семи семью семеро семерых", 8: "восемь восьми восемью восьмеро", 9: "девять девяти девятью девятеро",
    10: "десять десяти десятью десятеро", 11: "одиннадцать", 12: "двенадцать", 13: "тринадцать", 14: "четырнадцать", 15: "пятнадцать",
    16: "шестнадцать", 17: "семнадцать", 18: "восемнадцать", 19: "девятнадцать", 20: "двадцать", 30: "тридцать", 40: "сорок сорока",
    50: "пятьдесят пятидесяти пятьюдесятью", 60: "шестьдесят шестидесяти", 70: "семьдесят семидесяти", 80: "восемьдесят восьмидесяти",
    90: "девяносто девяноста", 100: "сто ста сотня сотню сотни сотней", 200: "двести двухсот двумстам двумястами двухстах",
    300: "триста трехсот тремстам тремястами трехстах", 400: "четыреста четырехсот четыремстам", 500: "пятьсот пятисот пятистам",
    600: "шестьсот шестисот", 700: "семьсот семисот", 800: "восемьсот восьмисот", 900: "девятьсот девятисот",
    1000: "тысяча тысячу тысячи тысяч тысячей тысячам тысячами тысяче тыс",
}  # fmt: skip
"""Number words of Russian with their case forms; those in -дцать take -и besides."""

UK_SMALL = {
    1: "один одного одному одним одна одну однієї одне", 2: "два дві двох двом двома двоє двійко", 3: "три трьох трьом трьома троє",
    4: "чотири чотирьох чотирьом чотирма четверо", 5: "п'ять п'яти п'ятьох п'ятьом п'ятьма п'ятеро", 6: "шість шести шістьох шістьма шестеро шістьом",
    7: "сім семи сімох сімома семеро сімом", 8: "вісім восьми вісьмох вісьмома восьмеро вісьмом", 9: "дев'ять дев'яти дев'ятьох дев'ятеро",
    10: "десять десяти десятьох десятьом десятьма десятеро", 11: "одинадцять", 12: "дванадцять", 13: "тринадцять", 14: "чотирнадцять",
    15: "п'ятнадцять", 16: "шістнадцять", 17: "сімнадцять", 18: "вісімнадцять", 19: "дев'ятнадцять", 20: "двадцять", 30: "тридцять",
    40: "сорок сорока", 50: "п'ятдесят п'ятдесяти п'ятдесятьох", 60: "шістдесят шістдесяти шістдесятьох", 70: "сімдесят сімдесяти сімдесятьох",
    80: "вісімдесят вісімдесяти вісімдесятьох", 90: "дев'яносто дев'яноста", 100: "сто ста сотня сотню сотні сотнею",
    200: "двісті двохсот двомстам", 300: "триста трьохсот трьомстам", 400: "чотириста чотирьохсот", 500: "п'ятсот п'ятисот",
    600: "шістсот шестисот", 700: "сімсот семисот", 800: "вісімсот восьмисот", 900: "дев'ятсот дев'ятисот",
    1000: "тисяча тисячу тисячі тисяч тисячею тисячам тисячами тис",
}  # fmt: skip
"""Number words of Ukrainian with their case forms; those in -дцять take -и, -ох and -еро besides."""

HALF = re.compile(r"(?:(?:with|and) a half|(?:с|з) (?:половиной|половиною)) $")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
SCALE = re.compile(r"\s?(?:тыс|тис|thousand)\w*\.?")


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number and where it stands in the folded text."""

    value: int
    start: int
    end: int
    spelled: bool = False


NONE = re.compile(r"(?<!\w)(?:not a single|not one|ни одн(?:ого|ой)|жодн(?:ого|ої))(?!\w)")
"""None at all: `Russia received not a single body`."""


@cache
def words(language: str) -> dict[str, int]:
    """Return the value of each number word of a language, in every form."""
    if language == "en":
        table = {word: n for n, word in enumerate(EN.split())}
        table |= {word: 10 * n for n, word in enumerate(EN_TENS.split(), start=2)}
        return table | {"hundred": 100, "thousand": 1000, "dozen": 12}
    forms = RU_SMALL if language == "ru" else UK_SMALL
    table = {form: value for value, row in forms.items() for form in row.split()}
    for value, row in forms.items():
        stem = row.split()[0][:-1]
        if 11 <= value <= 30 and language == "ru":
            table |= {stem + "и": value, stem + "ью": value}
        if 11 <= value <= 30 and language == "uk":
            table |= {stem + end: value for end in ("и", "ьох", "ьом", "ьма", "еро")}
    return table | {"полсотни": 50, "півсотні": 50}


def counts(text: str, language: str) -> list[Count]:
    """Return every count of a folded text, in order."""
    found = [_scaled(match, text) for match in DIGITS.finditer(text)]
    found += [Count(0, match.start(), match.end(), spelled=True) for match in NONE.finditer(text)]
    taken = [(count.start, count.end) for count in found]
    spelled = [c for c in _spelled(text, language) if not any(s < c.end and c.start < e for s, e in taken)]
    return sorted([*found, *spelled], key=lambda count: count.start)


def _scaled(match: re.Match[str], text: str) -> Count:
    """`1 тыс.` and `1.2 thousand` are thousands."""
    digits = match.group()
    scale = SCALE.match(text, match.end())
    fraction = re.fullmatch(r"(\d{1,3})[.,](\d{1,2})", digits)
    if scale and fraction:
        return Count(round(float(f"{fraction[1]}.{fraction[2]}") * 1000), match.start(), scale.end())
    value = int(re.sub(r"[ ,]", "", digits))
    if scale and value < 1000:
        return Count(value * 1000, match.start(), scale.end())
    return Count(value, match.start(), match.end())


def _spelled(text: str, language: str) -> Iterator[Count]:
    """Yield number words, joined where they make one number: `one hundred and eighty-five`."""
    table = words(language)
    run: list[tuple[int, int, int]] = []
    for match in WORD.finditer(text):
        value = table.get(match.group())
        if run and (value is None or not _joined(text[run[-1][2] : match.start()], run[-1][0], value)):
            if (
                match.group() in ("and", "with", "с", "з", "a", "half", "половиной", "половиною")
                and value is None
            ):
                continue
            yield _sum(run, text)
            run = []
        if value is not None:
            run.append((value, match.start(), match.end()))
    if run:
        yield _sum(run, text)


def _joined(between: str, last: int, value: int) -> bool:
    """Say whether a number word goes on where the last one stopped: `сто двадцать` does, `семь восемь` does not."""
    if not re.fullmatch(r"[ -]+(?:and )?|\s(?:с|з) полов\w+ |\s?and a half ", between):
        return False
    return value in (100, 1000, 12) or last in (100, 1000) or last > value or last % 1000 == 0


def _sum(run: list[tuple[int, int, int]], text: str) -> Count:
    total = current = 0
    for value, start, _ in run:
        if value == 1000:
            current = max(current, 1) * 1000 + (500 if HALF.search(text[max(0, start - 14) : start]) else 0)
            total, current = total + current, 0
        elif value in (100, 12) and 0 < current < 10:
            current *= value
        else:
            current += value
    return Count(total + current, run[0][1], run[-1][2], spelled=True)
