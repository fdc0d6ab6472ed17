"""Every word that could end up in a page's article, in a thirtieth of the time that reading the page takes.

Looser than `extract` on purpose: titles, metadata, JSON-LD and all text of the page, hidden or not, in the page's order.
Words that inline markup parts are given in parts and whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html import unescape

from crawler.charset import decoded
from crawler.extraction.markup import not_markup
from crawler.extraction.paragraphs import INLINE
from crawler.extraction.plain import MARKUP, UNPRINTABLE
from crawler.extraction.rules import rules_for
from crawler.extraction.walls import FEW, wall_kind
from crawler.language import APOSTROPHES, INVISIBLE
from crawler.model import Lead, Page, Source

LARGEST = 1_500_000
"""Bytes of a page up to which it is glanced at; a larger one is read the whole way, where it can be timed out."""

RUN = 80
"""Characters between two block elements from which a run of text reads like prose."""

PROSE = 400
"""Characters of prose from which a page shows an article of some kind, and is neither empty nor a wall."""

JOINT, BREAK = "\ue000", "\ue001"
"""Stand where an inline and where another tag stood: between two letters the first may have parted a word."""

NAMES = "|".join(sorted((*INLINE, *(name.upper() for name in INLINE)), key=len, reverse=True))
# none crosses a `<`: what is no tag stays as text, and no page takes more than one look at each character
INLINE_TAG = re.compile(rf"</?(?:{NAMES})\b[^<>]*>")
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
CODE = re.compile(r"<(script|style)\b[^<>]*>", re.IGNORECASE)
CODE_END = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}

JOINTS = re.compile(f"{JOINT}+")
BLANK = re.compile("[\u00a0\u202f\u2009\u2007]")
JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
COMPOSED = {"и\u0306": "й", "И\u0306": "Й", "і\u0308": "ї", "І\u0308": "Ї", "е\u0308": "ё", "Е\u0308": "Ё"}
UNESCAPED_AT_MOST = 3

AROUND = 200
"""Characters on both sides of a parted word that are given once more, with the word in parts."""


def words_of(page: Page, *, source: Source, lead: Lead) -> str | None:
    """Return every word that may be read in a page, its feed's included; None where only the whole way tells.

    None are pages that are none, large, or too thin to be sure that they are neither empty nor a wall, and pages whose
    rules compute a title.
    """
    if len(page.body) > LARGEST or not_markup(page.body, page.content_type):
        return None
    title = rules_for(page.url, source).title
    if title and re.search(r"[@(]", title):
        return None
    markup, data = _without_code(decoded(page.body, page.content_type))
    if "--!>" in markup:
        return None
    markup = _without_comments(markup)
    shown = TAG.sub(BREAK, INLINE_TAG.sub(JOINT, markup))
    if not _is_article(shown):
        return None
    pieces = (lead.title or "", lead.text or "", " ".join(META.findall(markup)), data, shown)
    return _plain(BREAK.join(pieces))


def _without_code(markup: str) -> tuple[str, str]:
    """Return the markup without scripts and style sheets, and what JSON-LD says; where they can't be told apart, all."""
    kept: list[str] = []
    data: list[str] = []
    at = 0
    while opening := CODE.search(markup, at):
        name = opening.group(1).lower()
        closing = CODE_END[name].search(markup, opening.end())
        if closing is None:
            break  # the rest stays, as text
        content = markup[opening.end() : closing.start()]
        # a tag inside: the opening one stood in an attribute, and what follows it is no code
        if "json" in opening.group().lower() or f"<{name}" in content:
            data.append(JSON_ESCAPE.sub(_unescaped, content) if "\\" in content else content)
        kept.append(markup[at : opening.start()])
        at = closing.start()
    kept.append(markup[at:])
    return BREAK.join(kept), MARKUP.sub(JOINT, "\n".join(data))


def _without_comments(markup: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := markup.find("<!--", at)) >= 0 and (end := markup.find("-->", start + 2)) >= 0:
        kept.append(markup[at:start])
        at = end + 3
    return JOINT.join((*kept, markup[at:]))


def _unescaped(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code, 16)) if code else escape.group()[1] if escape.group()[1] in '/"\\' else " "


def _is_article(shown: str) -> bool:
    """Say whether a page has so much prose that it surely holds an article, and is no wall."""
    runs = [run for run in map(str.strip, shown.split(BREAK)) if len(run) >= RUN]
    prose = sum(len(run) for run in runs)
    if prose < PROSE:
        return False
    return (
        prose > 2 * FEW or wall_kind(" ".join(shown.replace(JOINT, "").replace(BREAK, " ").split())) is None
    )


def _plain(text: str) -> str:
    """Return the words without entities, joints and signs that no reader sees; letters stay as they are."""
    for _ in range(UNESCAPED_AT_MOST):
        if "&" not in text or (read := unescape(text)) == text:
            break
        text = MARKUP.sub(JOINT, read) if "<" in read else read
    text = BLANK.sub(" ", text)
    if _unseen().search(text):
        for parts, whole in COMPOSED.items():
            text = text.replace(parts, whole)
        text = _unseen().sub("", text)
    for apostrophe in APOSTROPHES:
        text = text.replace(apostrophe, "'")
    whole = text.replace(JOINT, "")
    # readers differ on whether an inline tag parts words: both ways, with what stands around
    around = list(_around_parted(text))
    if sum(map(len, around)) > len(text):
        around = [text]
    return "\n".join((whole, *around)).replace(JOINT, " ").replace(BREAK, " ")


def _around_parted(text: str) -> Iterator[str]:
    """Yield what stands around each word that a tag may have parted."""
    for joint in JOINTS.finditer(text, 1, len(text) - 1):
        start, end = joint.span()
        if _in_word(text[start - 1]) and _in_word(text[end]):
            yield text[max(start - AROUND, 0) : end + AROUND]


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "'"


@cache
def _unseen() -> re.Pattern[str]:
    """Return what finds the characters that part no words: invisible, combining and unprintable ones."""
    # beyond 0xFFFF no sign combines with a letter of ours, and the pattern would be ten times slower
    combining = (chr(code) for code in range(0x10000) if unicodedata.combining(chr(code)))
    signs = "".join(map(re.escape, sorted({*INVISIBLE, *combining})))
    return re.compile(f"[{signs}{UNPRINTABLE.pattern[1:-1]}]")
