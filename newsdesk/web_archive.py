"""Findings with their captures as one WACZ file, and all captures as a CDX index: for readers of web archives."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.errors import StoreUnavailable, UsageError
from storage.queries import WholeFinding
from storage.records import copied

NEEDS = "needs the extra `wacz`: python -m pip install 'swapwatch[wacz]'"


def write_wacz(findings: Iterable[WholeFinding], *, captures: Path, output: Path) -> int:
    """Write the captures of findings, and a page for each version that has one; return how many captures.

    Args:
        findings: with all their versions.
        captures: folder of the capture files.
        output: a file that does not exist yet, or is replaced as a whole.

    Raises:
        UsageError: the library that writes WACZ is not installed.
        StoreRefused: a capture is missing or changed.
        StoreUnavailable: the file can't be written.
    """
    try:
        from wacz.main import main as wacz  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"--wacz {NEEDS}") from error
    chosen = list(findings)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=".wacz-") as name:
            folder = Path(name)
            records, pages, half = folder / "swapwatch.warc.gz", folder / "pages.jsonl", folder / "half.wacz"
            count = copied(
                captures, (one for found in chosen for one in found.captures if one.length), records
            )
            pages.write_text("".join(json.dumps(page) + "\n" for page in _pages(chosen)), encoding="utf-8")
            order = [
                "create",
                "-o",
                str(half),
                "-p",
                str(pages),
                "--copy-pages",
                "--title",
                "swapwatch findings",
                str(records),
            ]
            with redirect_stdout(io.StringIO()) as said:
                if wacz(order):
                    raise StoreUnavailable(f"{output} could not be made: {said.getvalue().splitlines()[-1]}")
            half.replace(output)
    except OSError as error:
        raise StoreUnavailable(f"cannot write {output}: {error}") from error
    return count


def _pages(findings: Iterable[WholeFinding]) -> Iterator[dict[str, Any]]:
    yield {"format": "json-pages-1.0", "id": "pages", "title": "Findings"}
    for found in findings:
        for version in found.versions:
            if (seen := version.evidence) is not None and seen.length:
                yield {
                    "id": f"f{found.id}v{version.number}",
                    "url": seen.url,
                    "ts": _instant(seen.fetched_at),
                    "title": version.title,
                }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_cdx(*, captures: Path, output: Path) -> None:
    """Write an index (CDXJ) of all capture files, which readers of web archives find records by.

    Raises:
        UsageError: the library that writes such an index is not installed.
        StoreUnavailable: the file can't be written.
    """
    try:
        from cdxj_indexer.main import CDXJIndexer  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"--cdx {NEEDS}") from error
    try:
        with output.open("w", encoding="utf-8") as out:
            CDXJIndexer(
                out, [str(path) for path in sorted(captures.glob("*.warc.gz"))], sort=True
            ).process_all()
    except OSError as error:
        raise StoreUnavailable(f"cannot write {output}: {error}") from error
