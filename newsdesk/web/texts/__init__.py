"""Every word of the pages, in one file for each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


class Texts:
    """The words of one language, by dotted names such as `findings.title`."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a text with its braces filled in.

        Raises:
            KeyError: the language has no such text; a test looks for each that a page uses.
        """
        text = self._words[name]
        return text.format(**values) if values else text

    def count(self, name: str, n: int) -> str:
        """Return a text for a number of things."""
        return self(f"{name}_{'one' if n == 1 else 'many'}", n=f"{n:,}")

    def label(self, group: str, value: object) -> str:
        """Return the words for a value of a vocabulary; the value itself, where none are known."""
        return self._words.get(f"{group}.{value}", str(value))

    def __contains__(self, name: str) -> bool:
        return name in self._words


@cache
def texts(language: str = "en") -> Texts:
    """Return the words of a language."""
    tree = YAML(typ="safe", pure=True).load(
        (files(__name__) / f"{language}.yaml").read_text(encoding="utf-8")
    )
    return Texts(dict(_flat(tree, "")))


def _flat(tree: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(value)
