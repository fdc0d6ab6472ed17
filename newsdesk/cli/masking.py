"""Personal names taken out of what is exported, as far as they are recognised: best effort, and it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from crawler.language import morphology

MASK = "[name]"

WARNING = (
    "names are masked as far as they were recognised, outlets' words and captures may hold others: read it before you pass it on;"
    " officials who speak for a side keep theirs"
)

MASKED_FIELDS = frozenset(
    {"title", "text", "quote", "quotes", "words", "wrong_claims", "why", "notes", "snippet", "detail"}
)
"""Fields with words of people: everything within them is masked."""

EMPTIED_FIELDS = frozenset({"authors"})

CAPITALISED = re.compile(r"(?<![^\W_])[A-ZА-ЯІЇЄҐЁ][^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
CYRILLIC = re.compile(r"[А-Яа-яІіЇїЄєҐґЁё]")

OFFICIALS = re.compile(
    r"Красн|Червон|Крест|Хрест|Слава|Лукашенк|Уиткофф|Віткофф|Вітко|Медведчук|Зеленс|Путін|Путин|Умєров|Умеров|Мединс|Лубін|Лубин|Москальк|Єрмак|Ермак|Буданов|Лавров|Пєсков|Песков|Трамп|Юсов"
    r"|Lukashenk|Medvedchuk|Zelensk|Putin|Umerov|Medinsk|Lubinets|Moskalkov|Yermak|Budanov|Lavrov|Peskov|Trump|Yusov|Witkoff|Netanyahu"
)
"""Public officials whose word is what is reported, and the Red Cross, which reads like a name."""

GIVEN = frozenset(
    [
        "Aleksandr",
        "Aleksei",
        "Aleksey",
        "Alexander",
        "Alexei",
        "Alexey",
        "Alina",
        "Alla",
        "Alona",
        "Anastasia",
        "Anastasiia",
        "Anatolii",
        "Anatoliy",
        "Andrei",
        "Andrey",
        "Andrii",
        "Andriy",
        "Anna",
        "Anton",
        "Antonina",
        "Arsen",
        "Artem",
        "Artur",
        "Bohdan",
        "Boris",
        "Borys",
        "Bogdan",
        "Daria",
        "Dariia",
        "Denis",
        "Denys",
        "Dmitri",
        "Dmitriy",
        "Dmitry",
        "Dmytro",
        "Eduard",
        "Ekaterina",
        "Elena",
        "Emil",
        "Evgeny",
        "Fedir",
        "Galina",
        "Gennady",
        "Grigory",
        "Halyna",
        "Hanna",
        "Hennadii",
        "Hryhorii",
        "Ihor",
        "Igor",
        "Ilya",
        "Illia",
        "Inna",
        "Iryna",
        "Irina",
        "Ivan",
        "Ivanna",
        "Kateryna",
        "Kirill",
        "Kostiantyn",
        "Konstantin",
        "Ksenia",
        "Kyrylo",
        "Larysa",
        "Leonid",
        "Lesia",
        "Lilia",
        "Liudmyla",
        "Lyudmila",
        "Maksim",
        "Maksym",
        "Margaryta",
        "Maria",
        "Mariana",
        "Mariia",
        "Maryna",
        "Marina",
        "Matvii",
        "Maxim",
        "Mikhail",
        "Mykhailo",
        "Mykola",
        "Mykyta",
        "Nadia",
        "Nadiia",
        "Natalia",
        "Nataliia",
        "Nazar",
        "Nikita",
        "Nikolai",
        "Nina",
        "Oksana",
        "Oleg",
        "Oleh",
        "Olena",
        "Oleksandr",
        "Oleksandra",
        "Oleksii",
        "Oleksiy",
        "Olga",
        "Olha",
        "Olya",
        "Orest",
        "Ostap",
        "Pavel",
        "Pavlo",
        "Petro",
        "Pyotr",
        "Roman",
        "Ruslan",
        "Sergei",
        "Sergey",
        "Serhii",
        "Serhiy",
        "Sofia",
        "Sofiia",
        "Stanislav",
        "Stepan",
        "Svetlana",
        "Svitlana",
        "Taras",
        "Tamara",
        "Tatiana",
        "Tetiana",
        "Timur",
        "Tymofii",
        "Vadim",
        "Vadym",
        "Valentin",
        "Valentyn",
        "Valentyna",
        "Valerii",
        "Valeriia",
        "Valery",
        "Vasily",
        "Vasyl",
        "Vera",
        "Victoria",
        "Viktor",
        "Viktoria",
        "Viktoriia",
        "Viacheslav",
        "Vitalii",
        "Vitaly",
        "Vladimir",
        "Vladislav",
        "Vladyslav",
        "Volodymyr",
        "Vyacheslav",
        "Yana",
        "Yaroslav",
        "Yehor",
        "Yelena",
        "Yevgeny",
        "Yevhen",
        "Yulia",
        "Yuliia",
        "Yuri",
        "Yurii",
        "Yuriy",
        "Zoya",
    ]
)
"""Given names as they are written in English; those in Cyrillic are in the dictionaries."""

SURNAME = re.compile(r"\w{2,}(?:enko|chuk|skyi|ivna|ovych|ovich|ievich|iuk|yshyn|ashvili|adze)$")

RUN_GAP = " \u00a0"


def masked(text: str) -> str:
    """Return a text with what looks like the names of people replaced.

    >>> masked("Among them is Olena Kovalenko, a nurse from Kharkiv.")
    'Among them is [name], a nurse from Kharkiv.'
    """
    out, last = [], 0
    for start, end in _names(text):
        out += [text[last:start], MASK]
        last = end
    return "".join([*out, text[last:]])


def masked_record(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with names masked in the fields that hold people's words; bylines are emptied."""
    return {name: _masked_field(name, value) for name, value in record.items()}


def _masked_field(name: str, value: Any) -> Any:
    if name in EMPTIED_FIELDS:
        return []
    if isinstance(value, dict):
        return {
            key: _masked_field(name if name in MASKED_FIELDS else key, each) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked_field(name, each) for each in value]
    return masked(value) if isinstance(value, str) and name in MASKED_FIELDS else value


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names stand: from the first word of a run of capitals that is a name to the run's end."""
    for run in _runs(text):
        words = [match.group() for match in run]
        if any(OFFICIALS.match(word) for word in words):
            continue
        named = [_is_name(word) for word in words]
        chance = _is_also_a_word(words[0]) and _opens(text, run[0].start())
        if chance and not any(named[1:2]):
            named[0] = False  # a capital that only opens the sentence
        sure = [place for place, name in enumerate(named) if name]
        if not sure:
            continue
        first = sure[0]
        if len(words) - first == 1 and _is_also_a_word(words[first]):
            continue
        yield run[first].start(), run[-1].end()


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for match in CAPITALISED.finditer(text):
        if run and text[run[-1].end() : match.start()] not in tuple(RUN_GAP):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _opens(text: str, position: int) -> bool:
    """Say whether a word opens a sentence: its capital says nothing then."""
    before = text[:position].rstrip(' \u00a0«“"„(—–-')
    return not before or before[-1] in ".!?:\n…"


@lru_cache(maxsize=20_000)
def _is_name(word: str) -> bool:
    if word.isupper():
        return False
    if not CYRILLIC.search(word):
        return word in GIVEN or bool(SURNAME.search(word.lower()))
    return any(
        one.is_known and {"Name", "Surn", "Patr"} & set(one.tag.grammemes)
        for language in ("uk", "ru")
        for one in morphology(language).parse(word)
        if one.score >= 0.05 and not _is_place(one)
    ) and not any(_is_place(one) for language in ("uk", "ru") for one in morphology(language).parse(word)[:3])


def _is_place(reading: Any) -> bool:
    return reading.is_known and bool({"Geox", "Orgn"} & set(reading.tag.grammemes))


@lru_cache(maxsize=20_000)
def _is_also_a_word(word: str) -> bool:
    """Say whether a name that stands alone may be a word as well, such as Надія or Роман."""
    if not CYRILLIC.search(word):
        return word in GIVEN
    plain = {"Name", "Surn", "Patr"}
    return any(
        one.is_known and not plain & set(one.tag.grammemes)
        for language in ("uk", "ru")
        for one in morphology(language).parse(word)[:4]
    )
