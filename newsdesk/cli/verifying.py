"""`verify`: is all evidence still there, and as it was kept?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Exit, configured, opened, printable, say

if TYPE_CHECKING:
    from storage.custody import Head


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "verify",
        help="Read all evidence again and name each capture that is missing or changed.\n\nExample: swapwatch verify --write-heads heads.jsonl",
    )(verify)


def verify(
    write_heads: Annotated[
        Path | None,
        typer.Option(
            "--write-heads", help="Write the chain's head of each day here, to be published or time-stamped."
        ),
    ] = None,
    known_heads: Annotated[
        Path | None,
        typer.Option("--known-heads", help="Heads written earlier: each must still be in the chain."),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Check files, rows and chain; exit 4 where anything is not as it was kept."""
    from storage import custody
    from storage.engine import transaction
    from storage.verify import audit

    checked = configured(config)
    known = _read_heads(known_heads) if known_heads else []
    with transaction(opened(checked)) as session:
        found = audit(session, checked.data / "captures", known=known)
        days = list(custody.heads(session))
    for problem in found.problems:
        place = f" ({problem.place})" if problem.place else ""
        typer.echo(printable(f"{problem.what} {problem.number}: {problem.words}{place}"))
    for left in found.leftovers:
        say(
            f"{left.file}: {left.length} bytes that no row points to; an interrupted write left them, or their rows were removed"
        )
    if write_heads:
        write_heads.write_text("".join(json.dumps(asdict(day)) + "\n" for day in days), encoding="utf-8")
    if days:
        typer.echo(f"head of {days[-1].day}: {days[-1].head} (entries 1 to {days[-1].entries})")
    typer.echo(
        f"{found.captures} captures, {found.versions} versions, {found.entries} entries: "
        + (f"{len(found.problems)} problems" if found.problems else "all as they were kept")
    )
    return Exit.CHECK_FAILED if found.problems else Exit.DONE


def _read_heads(path: Path) -> list[Head]:
    from storage.custody import Head

    heads = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; name a file that --write-heads wrote") from error
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
            heads.append(Head(day=str(said["day"]), entries=int(said["entries"]), head=str(said["head"])))
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}:{number}: not a head; --write-heads writes such files") from error
    return heads
