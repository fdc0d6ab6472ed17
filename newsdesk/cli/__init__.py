"""The command `swapwatch`. Heavy imports happen inside the subcommand that needs them: a question answers at once."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module

import typer

from newsdesk.cli.app import app, guarded

__all__ = ["PARTS", "main", "register", "register_all"]

PARTS = (
    "running",
    "backfilling",
    "serving",
    "querying",
    "exporting",
    "tagging",
    "explaining",
    "retagging",
    "sources",
    "alerts",
    "housekeeping",
    "exchanges",
    "ledger",
    "totals",
    "marking",
    "adding",
    "verifying",
    "backing_up",
    "demo",
)
"""The modules whose commands make up `swapwatch`, in the order of its help."""


def register(into: typer.Typer) -> None:
    """Add every command of every part."""
    for name in PARTS:
        import_module(f"newsdesk.cli.{name}").register(into)


def main() -> None:
    """Run the command and end the process with the exit code that the architecture promises."""
    register_all()
    sys.exit(guarded(app))


@cache
def register_all() -> None:
    """Add the commands of all parts to the command, once."""
    register(app)
