"""`alerts`: what people were told, and whether they can be."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from newsdesk.cli.app import (
    ConfigOption,
    Exit,
    Format,
    FormatOption,
    configured,
    opened,
    printable,
    say,
)
from newsdesk.cli.output import write_rows

group = typer.Typer(
    name="alerts",
    invoke_without_command=True,
    rich_markup_mode=None,
    help="What people were told, newest first.\n\nExample: swapwatch alerts --limit 50",
)

COLUMNS = ("at", "kind", "subject", "title", "body", "sent")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group.callback()(listed)
    group.command(
        "test",
        help="Send a message to each addressee of the config and say whether it went out; exits 4 if one fails.\n\nExample: swapwatch alerts test desk",
    )(try_out)
    app.add_typer(group)


def listed(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 20,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> None:
    """Print the last alerts with what became of them."""
    if context.invoked_subcommand is not None:
        return
    from storage import outbox
    from storage.engine import transaction

    with transaction(opened(configured(config))) as session:
        told = outbox.latest(session, limit=limit)
    write_rows([_row(one) for one in told], columns=COLUMNS, form=form)


def _row(told: Any) -> dict[str, Any]:
    alert = told.alert
    ways = [
        f"{one.target} {one.state}" + (f" ({one.attempts} tries; {one.error})" if one.error else "")
        for one in told.deliveries
    ]
    return {
        "at": alert.at,
        "kind": str(alert.kind),
        "subject": alert.subject,
        "title": alert.title,
        "body": alert.body,
        "sent": ways or ["log only"],
    }


def try_out(
    only: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these addressees.")
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Send one message to each addressee, past outbox and quiet hours."""
    from crawler.errors import UsageError
    from newsdesk.alerts import send

    checked = configured(config)
    names = [one.name for one in checked.alerts.to]
    for name in only or []:
        if name not in names:
            raise UsageError(f"{name}: no such addressee; alerts.to has {', '.join(names) or 'none'}")
    if not names:
        say("alerts.to names nobody: alerts go to the log and to `swapwatch alerts`")
        return Exit.DONE
    failed = False
    for target in checked.alerts.to:
        if not only or target.name in only:
            words = "a test message, sent by `swapwatch alerts test`"
            error = send(target, "swapwatch: test", f"This is {words}.")
            failed |= error is not None
            typer.echo(printable(f"{target.name}: {error or 'sent'}"))
    return Exit.CHECK_FAILED if failed else Exit.DONE
