"""What may not reach a database: NUL and lone surrogates."""

from __future__ import annotations

import hashlib
import re

UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""PostgreSQL refuses NUL, SQLite hides what follows it; a lone surrogate fails the whole batch."""


def storable(text: str) -> str:
    """Return the text with what no database takes marked as U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def maybe_storable(text: str | None) -> str | None:
    """The same for what may be absent."""
    return None if text is None else storable(text)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text as hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(title: str, text: str) -> str:
    """Return the hash of a title and text with their white space evened out: equal hashes are the same version."""
    return sha256(" ".join(title.split()) + "\n" + " ".join(text.split()))
