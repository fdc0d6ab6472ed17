"""`backup`: a copy of database and captures while the job runs, and the drill that it can be restored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Exit, configured, opened, printable, say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "backup",
        help="Copy database and captures into a folder, also while the job runs.\n\nExample: swapwatch backup /mnt/copies",
    )(backup)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; earlier backups there stay.")],
    check: Annotated[
        bool, typer.Option("--check", help="Copy nothing; read the newest backup there as a restore would.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Write a backup, or read one again; exits 4 where it is not as it was made."""
    from storage import backup as backups

    if check:
        return _drill(folder)
    checked = configured(config)
    engine = opened(checked)
    if engine.dialect.name != "sqlite":
        raise UsageError(
            "the database is on a PostgreSQL server: run pg_dump first, then copy data/captures (docs/operators.md)"
        )
    made = backups.write(engine, checked.data / "captures", folder, now=datetime.now(UTC))
    say(f"wrote {made.database} with {made.rows['finding']} findings; look at it with --check")
    return Exit.DONE


def _drill(folder: Path) -> int:
    from storage import backup as backups

    done = backups.drill(folder)
    for problem in done.problems:
        typer.echo(printable(f"{problem.what} {problem.number}: {problem.words}"))
    typer.echo(
        f"{done.backup.database}: {done.backup.rows['finding']} findings, {done.versions} versions, {done.captures} captures, "
        + (f"{len(done.problems)} problems" if done.problems else "all as they were when it was made")
    )
    return Exit.CHECK_FAILED if done.problems else Exit.DONE
