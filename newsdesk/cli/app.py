"""The command's frame: shared options, exit codes, and the one border where errors become lines."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import ConfigError, StoreRefused, SwapwatchError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.config import Config
    from crawler.model import AddedTerm


class Exit(IntEnum):
    """What the process says at its end."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    NOTHING_REACHED = 3
    CHECK_FAILED = 4
    REFUSED = 5


class Format(StrEnum):
    """How rows come out."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(slots=True)
class Shared:
    """Options that stand before the subcommand."""

    config: Path = Path("config.yaml")
    debug: bool = False


SHARED = Shared()

app = typer.Typer(
    name="swapwatch",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Reads news outlets for reports on prisoner-of-war exchanges and keeps every report with its evidence."
    "\n\nExample: swapwatch run --once, then swapwatch search обмін",
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="The config file.", show_default="config.yaml")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How rows come out.")]


@app.callback(invoke_without_command=True)
def frame(
    context: typer.Context,
    config: ConfigOption = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks and what the libraries log.")
    ] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Take the options that all subcommands share."""
    SHARED.config, SHARED.debug = config or SHARED.config, debug
    if show_version:
        typer.echo(f"swapwatch {version('swapwatch')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def configured(path: Path | None = None) -> Config:
    """Return the checked config; its warnings go to stderr."""
    from crawler.config import load

    config = load(path or SHARED.config, os.environ)
    for warning in config.warnings:
        say(f"warning: {warning}")
    return config


def added_terms(path: Path | None = None) -> tuple[AddedTerm, ...]:
    """Return the terms that the operators' config adds; none where there is no config and none was asked for."""
    return configured(path).lexicon if path is not None or SHARED.config.exists() else ()


def opened(config: Config) -> Engine:
    """Return a read-only engine on a database of this version.

    Raises:
        StoreRefused: there is none, or it needs a migration; the text says what to do.
    """
    from storage import engine as database
    from storage import schema

    engine = database.connect(config.database_url, read_only=True)
    schema.require_current(engine)
    return engine


def say(words: str) -> None:
    """Write one line for people to stderr."""
    typer.echo(printable(words), err=True)


def printable(words: str) -> str:
    """Return text that no terminal acts on: control characters shown, line breaks kept."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in words)


def guarded(command: typer.Typer) -> int:
    """Run the command; turn every failure into one line and its exit code."""
    try:
        result = command(standalone_mode=False)
    except KeyboardInterrupt:
        say("stopped")
        return Exit.DONE
    except ConfigError as error:
        return _failed(error, Exit.USAGE)
    except UsageError as error:
        return _failed(error, Exit.USAGE)
    except StoreRefused as error:
        return _failed(error, Exit.REFUSED)
    except SwapwatchError as error:
        return _failed(error, Exit.UNEXPECTED)
    except BrokenPipeError:
        # the reader has gone, as `head` does; nothing is left to tell it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - the border of the process
        return _surprise(error)
    return result if isinstance(result, int) else Exit.DONE


def _failed(error: Exception, code: Exit) -> int:
    if SHARED.debug:
        import traceback

        traceback.print_exception(error)
    say(str(error))
    return code


def _surprise(error: Exception) -> int:
    """The command line's own complaints end with 2; anything else is unexpected."""
    if hasattr(error, "exit_code"):
        code = int(error.exit_code)
        if hasattr(error, "format_message"):
            say(error.format_message())
        return code
    return _failed(
        error if SHARED.debug else RuntimeError(f"{type(error).__name__}: {error}; --debug shows more"),
        Exit.UNEXPECTED,
    )
