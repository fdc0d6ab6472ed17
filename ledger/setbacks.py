"""Whether an exchange that did not take place was put off or failed: by the words its report opens with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.model import ExchangeStatus, Report

PUT_OFF = re.compile(
    r"postpon|delay|put(?:s|ting)? off|reschedul|suspend|on hold|paus(?:e|ing)|stall"
    r"|отлож|отклад|перен[её]с|перенос|приостан|задерж|отсроч"
    r"|відклад|відклал|перенес|перенос|відтермін|призупин|затрим"
)
"""Words that leave it open until when."""

FELL_THROUGH = re.compile(
    r"(?<!not )(?:call(?:s|ed|ing)? off|cancel|abort|scrap(?:s|ped)|scupper|derail|thwart|abandon|halt(?:s|ed)|collaps)"
    r"|f[ae]ll(?:s|en)? (?:through|apart)|(?:did|does|do|will|would) not (?:take place|happen|go ahead)"
    r"|(?:exchange|swap|deal|handover|release)s? (?:has |have )?fail(?:s|ed)"
    r"|(?<!не )(?:сорва|срыв|отмен|провал)|не состо|не произо"
    r"|(?<!не )(?:зірва|зрив|скасов|провал)|не відбу"
    r"|обм[іе]н\w*(?: \w+){0,3} не буд[еу]т?|не буд[еу]т? (?:\w+ ){0,2}обм[іе]н"
)
"""Words that leave nothing to wait for."""

SOON = 600
"""Characters within which a report of a setback says so."""

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?\n]+|$)")


def setback(report: Report) -> ExchangeStatus:
    """Return whether the exchange a report says did not take place failed, or was put off.

    Its headline and first sentence decide together, then each later sentence in turn. What is both called off and put
    off is put off; without a word of either it is too: the milder claim needs less.
    """
    for words in _openings(report):
        if PUT_OFF.search(words):
            return ExchangeStatus.POSTPONED
        if FELL_THROUGH.search(words):
            return ExchangeStatus.FAILED
    return ExchangeStatus.POSTPONED


def _openings(report: Report) -> Iterator[str]:
    sentences = SENTENCE.findall(report.opening.casefold()[:SOON])
    yield " ".join([report.title.casefold(), *sentences[:1]])
    yield from sentences[1:]
