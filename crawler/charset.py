"""From bytes to clean text: byte-order mark, valid UTF-8, what is declared and fits, a guess among Cyrillic charsets."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip

DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
"""`<?xml version="1.0" encoding="windows-1251"?>` and `<meta charset=koi8-u>`."""

HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

CYRILLIC_CHARSETS = ("cp1251", "koi8-u", "cp866", "iso8859_5")

WESTERN = "cp1252"

NEVER = frozenset({"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"})
"""Codecs by which bytes mean what no browser would show."""

HEAD_BYTES = 4096
SAMPLE_BYTES = 40_000
WINDOW_BYTES = 1_000_000
"""Some outlets put 100 kB of scripts before the first word."""

MARKUP = re.compile(rb"<[^<>]{0,2000}>")
CODE = re.compile(rb"<(?:script|style)\b", re.IGNORECASE)
CODE_END = re.compile(rb"</(?:script|style)", re.IGNORECASE)

COMMON = frozenset("оеаинтсрвлкмдпуіяьзб")
"""Small letters that make up most of a Russian or Ukrainian text; a wrong charset turns them into other signs."""

CYRILLIC_SHARE = 0.2
"""High bytes among the letters from which a text is in a Cyrillic alphabet: German or French have a twentieth."""

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text needs and that databases, terminals and spreadsheets choke on; lone surrogates among them."""


def decoded(body: bytes, content_type: str | None = None) -> str:
    """Return the text of `body`; what no charset explains is marked with U+FFFD.

    A declaration is believed only after UTF-8 has been ruled out, and only where it reads at least as well as the
    best guess: pages that declare something else than they are written in are common.
    """
    return _read(body, content_type)[1]


def charset_of(body: bytes, content_type: str | None = None) -> str:
    """Return the name of the charset in which `decoded` reads `body`.

    >>> charset_of("обмін".encode()), charset_of("обмін полоненими відбувся".encode("cp1251"))
    ('utf-8', 'cp1251')
    """
    return _read(body, content_type)[0]


def _read(body: bytes, content_type: str | None) -> tuple[str, str]:
    """Return charset and text."""
    for bom, name in BOMS:
        if body.startswith(bom):
            return name, body[len(bom) :].decode(name, errors="replace")
    wide = _utf16_without_bom(body)
    if wide:
        return wide, body.decode(wide, errors="replace")
    try:
        return "utf-8", body.decode("utf-8")
    except UnicodeDecodeError:
        if _mostly_utf8(body):
            return "utf-8", body.decode("utf-8", errors="replace")
    return _not_utf8(body, content_type)


def _not_utf8(body: bytes, content_type: str | None) -> tuple[str, str]:
    sample = _words(body[:WINDOW_BYTES])[:SAMPLE_BYTES]
    guess = _cyrillic_guess(sample)
    for name in _declared(body, content_type):
        if guess and _common(sample, name) < 0.8 * _common(sample, guess):
            continue
        try:
            return name, body.decode(name, errors="replace" if name == guess else "strict")
        except (UnicodeDecodeError, LookupError):
            continue
    name = guess or WESTERN
    return name, body.decode(name, errors="replace")


def _words(body: bytes) -> bytes:
    """Return the bytes without tags, scripts and style sheets, which are ASCII in every language."""
    first, *rest = CODE.split(body)
    shown = first + b"".join(CODE_END.split(piece, maxsplit=1)[1] for piece in rest if CODE_END.search(piece))
    return MARKUP.sub(b" ", shown)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = HEADER_CHARSET.findall(content_type or "")
    names += [raw.decode("ascii") for raw in DECLARED.findall(body[:HEAD_BYTES])]
    known = [_python_name(name) for name in names]
    # what says Latin-1 means Windows-1252, as browsers have it
    return [
        WESTERN if name in ("iso8859-1", "ascii") else name for name in known if name not in ("utf-8", None)
    ]


def _python_name(name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    return None if known.replace("-", "_") in {one.replace("-", "_") for one in NEVER} else known


def _utf16_without_bom(body: bytes) -> str | None:
    """Return the charset of markup in which every other byte of the first tag is zero."""
    head = body[:32]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if b"<" not in head or max(even, odd) < 6 or min(even, odd) > 1:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _mostly_utf8(body: bytes) -> bool:
    """Say whether the bytes are UTF-8 but for a cut at the end or a few faults among many good characters."""
    text = body.decode("utf-8", errors="replace")
    faults = text.count("\ufffd")
    good = sum(not char.isascii() for char in text) - faults
    return faults * 20 < good


def _cyrillic_guess(sample: bytes) -> str | None:
    """Return the charset in which the sample has most letters of a Cyrillic text; None where it is none."""
    high = sum(byte > 127 for byte in sample)
    low = sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in sample)
    if high < 10 or high < CYRILLIC_SHARE * low:
        return None
    best = max(CYRILLIC_CHARSETS, key=lambda name: _common(sample, name))
    return best if _common(sample, best) > 0.4 * high else None


def _common(sample: bytes, charset: str) -> int:
    try:
        return sum(char in COMMON for char in sample.decode(charset, errors="replace"))
    except LookupError:
        return 0


def cleaned(text: str) -> str:
    """Return the text without control characters; the rest as it stands."""
    return CONTROLS.sub("", text)
