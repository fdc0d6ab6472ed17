"""A page as the blocks of words a reader sees, in order: the plain view beside the extractor's choice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.extraction.plain import clean

INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
SKIPPED = frozenset(
    [
        "aside",
        "audio",
        "button",
        "datalist",
        "fieldset",
        "figure",
        "footer",
        "head",
        "iframe",
        "input",
        "map",
        "math",
        "menu",
        "nav",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "textarea",
        "video",
    ]
)
"""Elements whose words are the page's furniture."""

SENTENCE_END = re.compile(r"[.!?…:;»”\"')\]]\s*$")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of words that stands on its own lines."""

    text: str
    box: HtmlElement
    """The element the words stand in."""
    linked: int
    """How many of its characters are links."""

    @property
    def prose(self) -> bool:
        """Whether it reads like sentences of a report rather than like a menu, a teaser or a caption."""
        length = len(self.text)
        if length < 40 or self.linked > length * 0.4:
            return False
        return length >= 200 or bool(SENTENCE_END.search(self.text))


def blocks(root: HtmlElement) -> list[Block]:
    """Return the blocks of words under `root` in reading order, furniture left out."""
    reader = _Reader()
    skipped = 0
    for event, element in iterwalk(root, events=("start", "end")):
        if _furniture(element):
            skipped += 1 if event == "start" else -1
            if event == "end" and not skipped:
                reader.take(element.tail, element.getparent())
        elif not skipped:
            reader.meet(element, event, is_root=element is root)
    reader.close()
    return reader.found


def _furniture(element: HtmlElement) -> bool:
    # an article's own header holds its headline, and often the sentence with the numbers
    return element.tag in SKIPPED and not (element.tag == "header" and element.find(".//h1") is not None)


class _Reader:
    """Gathers words until a block ends."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._words: list[str] = []
        self._linked = 0
        self._links = 0
        self._box: HtmlElement | None = None

    def meet(self, element: HtmlElement, event: str, *, is_root: bool) -> None:
        inline = element.tag in INLINE
        if not inline:
            self.close()
        self._links += (element.tag == "a") * (1 if event == "start" else -1)
        if event == "start":
            self.take(element.text, element)
        elif not is_root:
            self.take(element.tail, element.getparent())

    def take(self, words: str | None, box: HtmlElement | None) -> None:
        if not words or box is None:
            return
        if self._box is None and not words.isspace():
            self._box = _outer(box)
        self._words.append(words)
        if self._links:
            self._linked += len(words)

    def close(self) -> None:
        text = " ".join(clean("".join(self._words)).split())
        if text and self._box is not None:
            self.found.append(Block(text, self._box, self._linked))
        self._words, self._linked, self._box = [], 0, None


def _outer(box: HtmlElement) -> HtmlElement:
    """Return the nearest element around that is a block."""
    while box.tag in INLINE:
        parent = box.getparent()
        if parent is None:
            break
        box = parent
    return box
