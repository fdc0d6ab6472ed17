"""docs/cli.md: every command with its options, as `--help` shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from newsdesk.cli import register_all
from newsdesk.cli.app import app

WIDTH = 100

HEAD = """# The command

Written by `make docs` from what `--help` says; a test holds it current. What the commands are for stands in
[operators.md](operators.md) and [analysts.md](analysts.md).
"""


def reference() -> str:
    """Return the whole page."""
    register_all()
    root: Any = typer.main.get_command(app)
    parts = [f"## {name}\n\n```text\n{words}\n```" for name, words in _helps(root, "swapwatch", None)]
    return "\n\n".join([HEAD.rstrip(), *parts]) + "\n"


def _helps(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = command.context_class(
        command,
        info_name=name.rpartition(" ")[2],
        parent=parent,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    )
    lines = command.get_help(context).splitlines()
    yield name, "\n".join(line.rstrip() for line in lines).strip()
    for inner in getattr(command, "commands", {}).values():
        if not inner.hidden:
            yield from _helps(inner, f"{name} {inner.name}", context)


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
