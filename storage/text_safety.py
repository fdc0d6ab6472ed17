"""What may not reach a database, and which texts count as the same."""

from __future__ import annotations

import hashlib
import re

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""PostgreSQL refuses NUL, SQLite hides what follows it; a lone surrogate fails the whole batch."""

PLAIN_WORD = re.compile(r"[^\W_]+")
"""Letters and digits only: `10.06.2025` is three words. Each engine cuts other signs its own way."""

LONGEST_INDEXED = 250_000
"""Characters of one article that are searched: PostgreSQL indexes no more than 1 MB of words."""


def storable(text: str) -> str:
    """Return the text with what no database takes marked as U+FFFD, one for one: offsets stay true."""
    return UNSTORABLE.sub("\ufffd", text)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text as hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(title: str, text: str) -> str:
    """Return the hash of a title and text with their white space evened out: equal hashes are the same version."""
    return sha256(" ".join(storable(title).split()) + "\n" + " ".join(storable(text).split()))


def plain_words(text: str) -> str:
    """Return the words of a text in the one form that both engines index alike."""
    return " ".join(PLAIN_WORD.findall(text))[:LONGEST_INDEXED]


def moved(start: int, end: int, *, inside: str, to: str) -> tuple[int, int]:
    """Return where a span of one text stands in another that differs from it in white space only."""
    if inside == to:
        return start, end
    words_before = sum(not char.isspace() for char in inside[:start])
    words_within = sum(not char.isspace() for char in inside[start:end])
    places = [place for place, char in enumerate(to) if not char.isspace()]
    chosen = places[words_before : words_before + words_within]
    return (chosen[0], chosen[-1] + 1) if chosen else (0, 0)
