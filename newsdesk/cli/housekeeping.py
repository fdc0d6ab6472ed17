"""`init` and `migrate`: the operator's house-keeping."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, configured, say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "init",
        help="Write a config.yaml to start from, and its schema for editors.\n\nExample: swapwatch init watch/",
    )(init)
    app.command(
        "migrate", help="Bring the database to this version, after a backup.\n\nExample: swapwatch migrate"
    )(migrate)


def init(folder: Annotated[Path, typer.Argument(help="Where to.")] = Path()) -> None:
    """Copy the shipped config out of the package."""
    target = folder / "config.yaml"
    if target.exists():
        raise UsageError(f"{target} exists already; nothing was changed")
    shipped = files("crawler.config")
    folder.mkdir(parents=True, exist_ok=True)
    text = (shipped / "config.yaml").read_text(encoding="utf-8")
    target.write_text(
        text.replace("$schema=crawler/config/config.schema.json", "$schema=config.schema.json"),
        encoding="utf-8",
    )
    (folder / "config.schema.json").write_text(
        (shipped / "config.schema.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    say(f"wrote {target}; put a contact into it, then: swapwatch run --once")


def migrate(config: ConfigOption = None) -> None:
    """Migrate under the job's lock."""
    from datetime import UTC, datetime

    from storage import copies, custody, lock
    from storage import engine as database
    from storage import migrate as schema

    checked = configured(config)
    engine = database.connect(checked.database_url)
    with lock.hold(engine):
        changed = schema.upgrade(engine, backup_to=checked.data / "backups")
        with database.transaction(engine) as session:
            custody.adopt(session, now=datetime.now(UTC))
            copies.adopt(session)
    say(
        "the database is now of this version" if changed else "nothing to do: the database is of this version"
    )
