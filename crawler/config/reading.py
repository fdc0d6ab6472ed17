"""Bytes of a config file to a tree of plain values, with a position for every key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from crawler.errors import ConfigError

MAX_BYTES = 10 * 1024 * 1024
MAX_NODES = 200_000

Location = tuple[int | str, ...]
Positions = dict[Location, tuple[int, int]]

OLD_BOOLEANS = {"yes", "no", "on", "off", "y", "n"}


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        ConfigError: it is missing, a folder, not readable, empty or far too large; with the remedy.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError([f"{path}: no such file; `swapwatch init` writes one to start from"]) from error
    except IsADirectoryError as error:
        raise ConfigError(
            [f"{path}: is a folder; name the file in it, such as {path / 'config.yaml'}"]
        ) from error
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror or error}; check its owner and mode"]) from error
    if len(body) > MAX_BYTES:
        raise ConfigError([f"{path}: {len(body)} bytes; a config has at most {MAX_BYTES}"])
    return body


def tree(body: bytes, name: str) -> tuple[Any, Positions]:
    """Return the file's values and where each stands, as (line, column) from 1.

    Raises:
        ConfigError: not UTF-8, not YAML, a key twice, a tag, too many nodes.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}:{line}:1: not UTF-8 text; save the file as UTF-8"]) from error
    text = text.replace("\r\n", "\n")
    if not text.strip():
        raise ConfigError([f"{name}: the file is empty; `swapwatch init` writes one to start from"])
    try:
        root = _composed(text)
    except MarkedYAMLError as error:
        raise ConfigError([_syntax(error, text, name)]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigError([f"{name}: {' '.join(str(error).split())}"]) from error
    walk = _Walk(name)
    value = walk.value(root, ())
    if walk.problems:
        raise ConfigError(walk.problems)
    return value, walk.positions


def _composed(text: str) -> Any:
    """Return the root node: from libyaml, ten times as fast, or where it complains from the parser with better words."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):
            raise YAMLError("nested too deeply for a config") from error
        return YAML(typ="safe", pure=True).compose(text)


def _syntax(error: MarkedYAMLError, text: str, name: str) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"{name}: {error.problem}"
    lines = text.split("\n")
    shown = lines[mark.line].strip()[:80] if mark.line < len(lines) else ""
    hint = (
        "; indent with blanks, not tabs"
        if "\t" in (lines[mark.line] if mark.line < len(lines) else "")
        else ""
    )
    problem = " ".join(str(error.problem or error.context).split())
    return f"{name}:{mark.line + 1}:{mark.column + 1}: not YAML: {problem}{hint}, at «{shown}»"


class _Walk:
    """Turns nodes into values once each: an alias bomb is counted, not expanded."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: Positions = {}
        self.problems: list[str] = []
        self.nodes = 0

    def value(self, node: Any, where: Location) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ConfigError([f"{self.name}: more than {MAX_NODES} values; aliases within aliases?"])
        if node is None:
            return None
        self.positions.setdefault(where, (node.start_mark.line + 1, node.start_mark.column + 1))
        if node.tag and not node.tag.startswith("tag:yaml.org,2002:"):
            self.complain(node, where, f"the tag {node.tag} is not allowed; remove it")
            return None
        if "python" in (node.tag or ""):
            self.complain(node, where, "Python objects are not allowed; write a plain value")
            return None
        if node.id == "mapping":
            return self.mapping(node, where)
        if node.id == "sequence":
            return [self.value(item, (*where, number)) for number, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: Any, where: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            inner = (*where, key)
            if key in found:
                first = self.positions[inner]
                self.complain(
                    key_node, inner, f"the key stands twice, first in line {first[0]}; keep one of them"
                )
                continue
            self.positions[inner] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.value(value_node, inner)
        return found

    def scalar(self, node: Any) -> Any:
        """Only what is plainly a number, a boolean or nothing is one; all else is text, as written."""
        text = str(node.value)
        if getattr(node, "style", None):
            return text
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text.lower() == "true"
        if re.fullmatch(r"[-+]?(?:0|[1-9]\d*)", text):
            return int(text)
        if re.fullmatch(r"[-+]?\d+\.\d*(?:[eE][-+]?\d+)?", text):
            return float(text)
        return text

    def complain(self, node: Any, where: Location, words: str) -> None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self.problems.append(f"{self.name}:{line}:{column}: {dotted(where)}: {words}")


def dotted(where: Location) -> str:
    """Return a key's path as people write it: `sources[2].url`."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where)
    return path.removeprefix(".") or "the file"
