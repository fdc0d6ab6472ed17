"""Arrows between rooms that the import linter cannot see: it takes no lone module as a root."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SCHEDULER_MAY_IMPORT = {"crawler", "ledger", "storage"}
OURS = {"crawler", "ledger", "storage", "newsdesk", "scheduler", "backfill", "tests"}
PURE = ("discovery", "extraction", "tagging", "facts", "language")


def imported(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def test_the_scheduler_composes_only_what_is_below_it() -> None:
    ours = {name.partition(".")[0] for name in imported(ROOT / "scheduler.py")} & OURS
    assert ours <= SCHEDULER_MAY_IMPORT


@pytest.mark.parametrize("room", ["crawler", "ledger", "storage"])
def test_nothing_below_imports_the_scheduler(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert "scheduler" not in imported(path), path


def test_of_the_newsdesk_only_the_command_imports_the_scheduler() -> None:
    for path in (ROOT / "newsdesk").rglob("*.py"):
        if "cli" not in path.relative_to(ROOT).parts:
            assert "scheduler" not in imported(path), path


def pure_files() -> list[Path]:
    files = [ROOT / "crawler" / f"{name}.py" for name in ("model", "urls", "dates", "pipeline", "polling")]
    for room in PURE:
        files += (ROOT / "crawler" / room).rglob("*.py")
    return [*files, *(ROOT / "ledger").rglob("*.py")]


CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}


@pytest.mark.parametrize("path", pure_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_clock_and_no_chance_below_the_spiders(path: Path) -> None:
    """Same page, same lexicon: same answer."""
    assert not imported(path) & {"random", "secrets", "socket", "urllib.request"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = getattr(node.func.value, "id", getattr(node.func.value, "attr", None))
            assert not (owner in CLOCK_OWNERS and node.func.attr in CLOCKS), (
                f"{path}:{node.lineno} reads a clock"
            )
