"""How two versions of a text differ, in words: what was taken out [-so-], what was put in {+so+}."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from storage.queries import StoredVersion

AROUND = 6
"""Unchanged words shown before and behind a change."""

SHOWN = 40
"""Words of one change that are shown; a longer one ends with how many there are."""

Edit = tuple[str, int, int, int, int]


def changes(old: StoredVersion, new: StoredVersion) -> Iterator[str]:
    """Yield each place where a version differs from the one before, with the words around it."""
    for name, before, after in (("title", old.title, new.title), ("text", old.text, new.text)):
        for place in difference(before, after):
            yield f"{name}: {place}"


def difference(old: str, new: str) -> Iterator[str]:
    """Yield the places where two texts differ in words; blanks and line breaks are no difference.

    >>> list(difference("Додому повернулися 205 захисників.", "Додому повернулися 204 захисників."))
    ['Додому повернулися [-205-] {+204+} захисників.']
    """
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) > 5000)
    for group in matcher.get_grouped_opcodes(AROUND):
        if any(edit[0] != "equal" for edit in group):
            yield _place(group, before, after)


def _place(group: Sequence[Edit], before: Sequence[str], after: Sequence[str]) -> str:
    pieces = ["…"] if group[0][1] else []
    for kind, old_start, old_end, new_start, new_end in group:
        if kind == "equal":
            pieces += before[old_start:old_end]
            continue
        pieces += _marked(before[old_start:old_end], "[-", "-]")
        pieces += _marked(after[new_start:new_end], "{+", "+}")
    return " ".join([*pieces, "…"] if group[-1][2] < len(before) else pieces)


def _marked(words: Sequence[str], start: str, end: str) -> list[str]:
    if not words:
        return []
    more = f" … ({len(words)} words)" if len(words) > SHOWN else ""
    return [f"{start}{' '.join(words[:SHOWN])}{more}{end}"]
