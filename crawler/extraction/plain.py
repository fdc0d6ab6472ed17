"""One line of plain words out of whatever a page's markup, metadata or script held."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
"""Control characters, noncharacters and lone surrogates: nothing a reader sees, and what stores choke on."""

MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
"""Tags that a title was given with: `A <b>bold</b> title`."""

NO_LETTERS = re.compile(r"[\W_]+")

TITLE_LENGTH = 500

WORD = re.compile(r"\w{3,40}")
CYRILLIC = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)
LATIN_TWIN = re.compile(r"[aceiopxyABCEHIKMOPTXY]")
"""Latin letters that look like Cyrillic ones."""


def clean(text: str) -> str:
    """Return the text without characters that no reader sees and no store takes, composed (NFC)."""
    return unicodedata.normalize("NFC", UNPRINTABLE.sub("", text))


def line(raw: str | None, *, longest: int = TITLE_LENGTH) -> str:
    """Return one line of words: entities read, tags dropped, blanks collapsed, cut at a word with an ellipsis."""
    if not raw:
        return ""
    text = unescape(raw)
    if "&" in text:  # outlets escape twice: `&amp;quot;`
        text = unescape(text)
    text = " ".join(MARKUP.sub("", clean(text)).split())
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]}…"


def squeezed(text: str) -> str:
    """Return letters and digits only, in lower case: what two spellings of one sentence share."""
    return NO_LETTERS.sub("", text.lower())


def mixed_words(text: str) -> list[str]:
    """Return words in Cyrillic letters with Latin twins among them, which no search for the word would find.

    >>> mixed_words("oбмeн 200 на 200 через Telegram")
    ['oбмeн']
    """
    return [
        word
        for word in dict.fromkeys(WORD.findall(text))
        if LATIN_TWIN.search(word) and len(CYRILLIC.findall(word)) >= len(word) / 2
    ]
