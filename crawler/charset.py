"""From bytes to clean text: byte-order mark, valid UTF-8, what is declared, a guess among Cyrillic charsets."""

from __future__ import annotations

import codecs
import re

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
"""`<?xml version="1.0" encoding="windows-1251"?>` and `<meta charset=koi8-u>`."""

HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

CYRILLIC_CHARSETS = ("cp1251", "koi8-u", "cp866", "iso8859_5")

HEAD_BYTES = 4096

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text needs and that databases, terminals and spreadsheets choke on; lone surrogates among them."""


def decoded(body: bytes, content_type: str | None = None) -> str:
    """Return the text of `body`; what no charset explains is marked with U+FFFD.

    A declaration is believed only after UTF-8 has been ruled out: pages that are UTF-8 and declare something
    else are common, the reverse does not pass for UTF-8.
    """
    for bom, name in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, errors="replace")
    wide = _utf16_without_bom(body)
    if wide:
        return body.decode(wide, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > HEAD_BYTES and _mostly_utf8(body):
            return body.decode("utf-8", errors="replace")
    for name in _declared(body, content_type):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return _cyrillic_guess(body)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = HEADER_CHARSET.findall(content_type or "")
    names += [raw.decode("ascii") for raw in DECLARED.findall(body[:HEAD_BYTES])]
    return [name for name in names if _python_name(name) not in ("utf-8", None)]


def _python_name(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _utf16_without_bom(body: bytes) -> str | None:
    if body.startswith(b"<\x00"):
        return "utf-16-le"
    return "utf-16-be" if body.startswith(b"\x00<") else None


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", errors="replace")
    return text.count("\ufffd") * 200 < len(text)


def _cyrillic_guess(body: bytes) -> str:
    """Take the charset whose text has most lower-case Cyrillic letters: the others turn them into capitals or signs."""
    best = max(CYRILLIC_CHARSETS, key=lambda name: _lower_cyrillic(body.decode(name, errors="replace")))
    text = body.decode(best, errors="replace")
    return text if _lower_cyrillic(text) > 10 else body.decode("utf-8", errors="replace")


def _lower_cyrillic(text: str) -> int:
    return sum("а" <= char <= "я" or char in "іїєґё" for char in text[:20_000])


def cleaned(text: str) -> str:
    """Return the text without control characters; the rest as it stands."""
    return CONTROLS.sub("", text)
