"""`verify` and `redact`: is all evidence as it was kept; and what must not be kept, taken out accountably."""

from __future__ import annotations

import json
from collections import Counter
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
    app.command(
        "redact",
        help="Take the text and captures of a finding out of the store for good, behind a tombstone.\n\nExample: swapwatch redact f12 --reason 'names a private person'",
    )(redact)


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
    from storage.verify import audit, database_problems

    checked = configured(config)
    known = _read_heads(known_heads) if known_heads else []
    engine = opened(checked)
    with transaction(engine) as session:
        broken = database_problems(session)
    if broken:
        for problem in broken:
            typer.echo(printable(f"database: {problem.words}"))
        say("the database is damaged: stop the job and restore a backup (docs/operators.md)")
        return Exit.CHECK_FAILED
    with transaction(engine) as session:
        found = audit(session, checked.data / "captures", known=known)
        days = list(custody.heads(session))
    for problem in found.problems:
        place = f" ({problem.place})" if problem.place else ""
        typer.echo(printable(f"{problem.what} {problem.number}: {problem.words}{place}"))
    for grave in (one for one in found.tombstones if not one.pruned):
        say(f"{grave.what} {grave.number}: redacted on {grave.at:%Y-%m-%d}: {grave.reason}")
    pruned = Counter(f"{one.reason} ({one.at:%Y-%m-%d})" for one in found.tombstones if one.pruned)
    for reason, count in sorted(pruned.items()):
        say(f"{count} captures {reason}")
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


def redact(
    finding: Annotated[str, typer.Argument(metavar="ID", help="A finding's number, such as f12.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the store and in the chain.")],
    config: ConfigOption = None,
) -> None:
    """Redact under the job's lock: no job may write meanwhile."""
    from datetime import UTC, datetime

    from storage import engine as database
    from storage import lock, redaction, schema

    number = finding.removeprefix("f")
    if not number.isdigit():
        raise UsageError(f"{finding}: not a finding's number; they look like f12")
    checked = configured(config)
    schema.require_current(database.connect(checked.database_url, read_only=True))
    engine = database.connect(checked.database_url)
    with lock.hold(engine):
        with database.transaction(engine) as session:
            done = redaction.redact(
                session, int(number), folder=checked.data / "captures", reason=reason, now=datetime.now(UTC)
            )
        if done is None:
            raise UsageError(f"there is no finding f{number}; `swapwatch search` lists what there is")
        redaction.compact(engine)
    say(f"redacted f{number}: {done.versions} versions and {done.captures} captures")
    for address in done.shared_lists:
        say(f"the list {address} names others too and was left; it may hold the headline")
    for copy in sorted((checked.data / "backups").glob("*")):
        say(f"the backup {copy} still holds the text")


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
