"""`export --wacz` and `--cdx`: what was captured, for readers of web archives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import UsageError
from newsdesk.cli.app import opened, say

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.search import Filters


def web_archive(
    filters: Filters,
    checked: Config,
    *,
    wacz: Path | None,
    cdx: Path | None,
    with_text: bool,
    mask_names: bool,
) -> None:
    """Write findings with their captures, or an index of all captures, for readers of web archives."""
    from newsdesk.web_archive import write_cdx, write_wacz
    from storage import queries
    from storage.engine import transaction

    if mask_names:
        raise UsageError("captures are kept as they were received: nothing in them can be masked")
    if wacz and not with_text:
        raise UsageError(
            "captures hold the texts of outlets, which belong to them: --wacz asks for --with-text"
        )
    captures = checked.data / "captures"
    if wacz:
        with transaction(opened(checked)) as session:
            count = write_wacz(queries.findings(session, filters), captures=captures, output=wacz)
        say(f"wrote {count} captures to {wacz}")
    if cdx:
        write_cdx(captures=captures, output=cdx)
        say(f"wrote {cdx}")
