"""The command `swapwatch`. Heavy imports happen inside the subcommand that needs them: a question answers at once."""

from __future__ import annotations

import sys

from newsdesk.cli.app import app, guarded

__all__ = ["main"]


def main() -> None:
    """Run the command and end the process with the exit code that the architecture promises."""
    from newsdesk.cli import (
        adding,
        demo,
        exchanges,
        explaining,
        housekeeping,
        ledger,
        marking,
        querying,
        running,
        serving,
        sources,
        tagging,
        totals,
    )

    for part in (
        running,
        serving,
        querying,
        tagging,
        explaining,
        sources,
        housekeeping,
        exchanges,
        ledger,
        totals,
        marking,
        adding,
        demo,
    ):
        part.register(app)
    sys.exit(guarded(app))
