"""The shipped code on pages that nobody in this project wrote."""

from pathlib import Path

import pytest

from tests.crawl_realpages import REALPAGES, crawl

pytestmark = pytest.mark.skipif(
    not REALPAGES.is_dir(), reason="../shared/realpages is not beside this checkout"
)


def test_every_real_page_ends_as_a_finding_or_with_a_counted_reason(tmp_path: Path) -> None:
    pages, ended = crawl(tmp_path)
    assert sum(ended.values()) == pages
    assert not ended["pending"]
