"""Which side is reported to confirm an exchange whose size nobody gives, by the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.model import Conflict, Party
from ledger.model import Report

SIDE = {
    Party.UKRAINE: re.compile(
        r"Zelensk|Umerov|Yermak|Lubinets|Budanov|Coordination Headquarters|Kyiv(?= (?:said|says|confirm|announce|report))"
        r"|Зеленс|Умєров|Умеров|Єрмак|Ермак|Лубін|Лубин|Координаційн\w+ штаб|Координационн\w+ штаб|Коордштаб"
        r"|Київ(?= (?:підтверд|повідом|заяв))|Киев(?= (?:подтверд|сообщ|заяв))"
    ),
    Party.RUSSIA: re.compile(
        r"Russia(?:n|'s|’s) (?:Ministry of Defen[cs]e|[Dd]efen[cs]e [Mm]inistry)|Medinsk|Moskalkov|Kremlin"
        r"|Moscow(?= (?:said|says|confirm|announce|report))|Минобороны(?: РФ| России)?|Міноборони (?:РФ|Росії)|Мединс"
        r"|Москальк|Кремл|Москва(?= (?:подтверд|сообщ|заяв|підтверд|повідом))"
    ),
}
"""Who speaks for the sides of the war; other conflicts have no list yet."""

BOTH = re.compile(
    r"(?:[Bb]oth (?:sides|capitals|governments|countries|armies)|officials in both capitals)"
    r"|[Оо]бе стороны|[Оо]бидві сторони|в обеих столицах|в обох столицях"
)

SAYS = re.compile(
    r"(?<!\w)(?:sa(?:id|ys)|confirm\w*|report(?:s|ed)|announc\w+|told)(?!\w)|сообщи|заяви|подтверди|рассказа|написа|повідоми|підтверди|розпові"
)

MOVED = re.compile(
    r"exchange|swap|freed|released|handed over|returned|arrived|came home|brought back"
    r"|обмен|обмін|верну|возвращ|повер|звільн|освобо|прибул|передан"
)

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\s|$)|\n|$)")


def acknowledging(report: Report) -> Iterator[tuple[Party, str]]:
    """Yield each side that a report's opening has speak of the exchange, with the first sentence in which it does."""
    if report.conflict is not Conflict.RU_UA:
        return
    found: dict[Party, str] = {}
    for match in SENTENCE.finditer(report.opening):
        sentence = match.group().strip()
        if not (SAYS.search(sentence) and MOVED.search(sentence)):
            continue
        for side, names in SIDE.items():
            if names.search(sentence) or BOTH.search(sentence):
                found.setdefault(side, sentence)
    yield from found.items()
