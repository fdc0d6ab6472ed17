"""The command `swapwatch`. Heavy imports happen inside the subcommand that needs them: a question answers at once."""

from __future__ import annotations

import sys
from functools import cache

from newsdesk.cli.app import app, guarded

__all__ = ["main", "register_all"]


def main() -> None:
    """Run the command and end the process with the exit code that the architecture promises."""
    register_all()
    sys.exit(guarded(app))


@cache
def register_all() -> None:
    """Add the commands of all modules, once."""
    from newsdesk.cli import (
        alerts,
        demo,
        explaining,
        housekeeping,
        querying,
        running,
        sources,
        tagging,
    )

    for part in (running, querying, tagging, explaining, sources, alerts, housekeeping, demo):
        part.register(app)
