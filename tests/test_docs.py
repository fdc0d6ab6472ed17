"""Documentation that cannot rot: each command, config key, exported column and skip reason has its heading."""

import re
from pathlib import Path

import pytest
import typer

from crawler.config import schema
from crawler.model import SkipReason
from ledger.model import FlagKind, Unclear
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
from newsdesk.export import FINDING_COLUMNS, LEAD_COLUMNS
from newsdesk.ledger import CLAIM_COLUMNS, EXCHANGE_COLUMNS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def headings(*names: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        text = (DOCS / name).read_text(encoding="utf-8")
        found |= {match.strip() for match in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    return found


def commands() -> list[str]:
    app = typer.Typer()
    for part in (
        running,
        querying,
        tagging,
        explaining,
        sources,
        housekeeping,
        exchanges,
        ledger,
        totals,
        serving,
        marking,
        adding,
        demo,
    ):
        part.register(app)
    names = [str(command.name) for command in app.registered_commands]
    grouped = [f"sources {command.name}" for command in sources.group.registered_commands]
    return [
        *names,
        *grouped,
        *(f"ledger {command.name}" for command in ledger.group.registered_commands),
        *(f"findings {command.name}" for command in marking.group.registered_commands),
    ]


@pytest.mark.parametrize("command", commands())
def test_each_command_has_its_heading(command: str) -> None:
    assert f"swapwatch {command}" in headings("operators.md", "analysts.md")


@pytest.mark.parametrize("key", schema.ConfigFile.model_fields)
def test_each_config_key_has_its_heading(key: str) -> None:
    assert key in headings("operators.md")


@pytest.mark.parametrize("key", schema.SourcePart.model_fields)
def test_each_key_of_a_source_has_its_heading(key: str) -> None:
    assert key in headings("adding-a-source.md")


@pytest.mark.parametrize("column", FINDING_COLUMNS)
def test_each_column_of_a_finding_has_its_heading(column: str) -> None:
    assert column in headings("data-dictionary.md")


@pytest.mark.parametrize("column", LEAD_COLUMNS)
def test_each_column_of_a_lead_has_its_heading(column: str) -> None:
    assert f"lead {column}" in headings("data-dictionary.md")


@pytest.mark.parametrize("column", EXCHANGE_COLUMNS)
def test_each_column_of_an_exchange_has_its_heading(column: str) -> None:
    assert f"exchange {column}" in headings("data-dictionary.md")


@pytest.mark.parametrize("column", marking.MARK_COLUMNS)
def test_each_column_of_a_mark_has_its_heading(column: str) -> None:
    assert f"mark {column}" in headings("data-dictionary.md")


@pytest.mark.parametrize("column", CLAIM_COLUMNS)
def test_each_column_of_a_claim_has_its_heading(column: str) -> None:
    assert f"claim {column}" in headings("data-dictionary.md")


@pytest.mark.parametrize(
    "name", [*(f"flag {one}" for one in FlagKind), *(f"unclear {one}" for one in Unclear)]
)
def test_each_flag_and_each_reason_to_stay_unattached_has_its_heading(name: str) -> None:
    assert name in headings("data-dictionary.md")


@pytest.mark.parametrize("reason", SkipReason)
def test_each_skip_reason_has_its_heading(reason: SkipReason) -> None:
    assert f"reason {reason}" in headings("data-dictionary.md")


@pytest.mark.parametrize(
    "target",
    ["setup", "demo", "run", "test", "check", "test-all", "score", "bench", "bench-full", "torture", "audit"],
)
def test_each_task_is_in_the_makefile_and_in_contributing(target: str) -> None:
    root = DOCS.parent
    assert re.search(rf"^{target}:", (root / "Makefile").read_text(), re.MULTILINE)
    assert f"make {target}" in (root / "CONTRIBUTING.md").read_text()
