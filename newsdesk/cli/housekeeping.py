"""`init`, `migrate` and `health`: the operator's house-keeping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, Exit, configured, opened, printable, say
from newsdesk.cli.in_use import configured_or_in_use
from newsdesk.cli.output import short


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "init",
        help="Write a config.yaml to start from, and its schema for editors.\n\nExample: swapwatch init watch/",
    )(init)
    app.command(
        "migrate", help="Bring the database to this version, after a backup.\n\nExample: swapwatch migrate"
    )(migrate)
    app.command(
        "health",
        help="Say whether the job is alive and any source succeeds; exits 4 if not.\n\nExample: swapwatch health --hours 6",
    )(health)


def health(
    hours: Annotated[
        int | None,
        typer.Option(
            "--hours", min=1, help="For how long no source at all may have succeeded.", show_default="6"
        ),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Print complaints and warnings, or one line where all is well."""
    from newsdesk.health import look_at_job
    from storage.engine import transaction

    checked, now = configured_or_in_use(config), datetime.now(UTC)
    patience = timedelta(hours=hours) if hours else checked.metrics.no_success
    with transaction(opened(checked)) as session:
        found = look_at_job(session, checked.sources, now=now, patience=patience)
    for words in found.complaints:
        typer.echo(f"red: {printable(words)}")
    for words in found.warnings:
        typer.echo(f"warning: {printable(words)}")
    if not found.well:
        return Exit.CHECK_FAILED
    typer.echo(f"well: last sign of life {short(found.pulse)}, last success {short(found.last_success)}")
    return Exit.DONE


def init(folder: Annotated[Path, typer.Argument(help="Where to.")] = Path()) -> None:
    """Copy the shipped config out of the package."""
    target = folder / "config.yaml"
    if target.exists():
        raise UsageError(f"{target} exists already; nothing was changed")
    shipped = files("crawler.config")
    folder.mkdir(parents=True, exist_ok=True)
    text = (shipped / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.schema.json").write_text(
        (shipped / "config.schema.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    # last and at once: half a config would be taken for a whole one by whoever starts the job
    half = folder / "config.yaml.part"
    half.write_text(
        text.replace("$schema=crawler/config/config.schema.json", "$schema=config.schema.json"),
        encoding="utf-8",
    )
    half.rename(target)
    say(f"wrote {target}; put a contact into it, then: swapwatch run --once")


def migrate(config: ConfigOption = None) -> None:
    """Migrate under the job's lock."""
    from datetime import UTC, datetime

    from storage import engine as database
    from storage import lock, upkeep
    from storage import migrate as schema

    checked = configured(config)
    engine = database.connect(checked.database_url)
    with lock.hold(engine):
        changed = schema.upgrade(engine, backup_to=checked.data / "backups")
        for one in upkeep.adopted(engine, now=datetime.now(UTC)):
            say(f"{one.event}: {dict(one.fields)}")
    say(
        "the database is now of this version" if changed else "nothing to do: the database is of this version"
    )
