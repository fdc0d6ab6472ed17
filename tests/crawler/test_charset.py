"""Bytes to text: who names the charset is believed only as far as the bytes agree."""

import pytest

from crawler.charset import decoded

RUSSIAN = (
    "<html><title>Обмен</title><p>Стороны провели обмен пленными, домой вернулись 205 человек.</p></html>"
)
GERMAN = (
    "<html><p>Für die Gefangenen öffnet sich heute die Tür, größere Gruppen wurden zurückgeführt.</p></html>"
    * 3
)
HEADERS = [None, "utf-8", "iso-8859-1", "windows-1251", "koi8-r", "no-such-charset", "utf-7", "hex"]


@pytest.mark.parametrize("declared", HEADERS)
@pytest.mark.parametrize(
    "charset", ["cp1251", "koi8-r", "iso8859_5", "cp866", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]
)
def test_cyrillic_text_is_read_whatever_the_header_says(charset: str, declared: str | None) -> None:
    header = f"text/html; charset={declared}" if declared else None
    assert decoded(RUSSIAN.encode(charset), header) == RUSSIAN


@pytest.mark.parametrize("declared", [None, "iso-8859-1", "windows-1252", "utf-8"])
def test_western_text_is_not_taken_for_cyrillic(declared: str | None) -> None:
    header = f"text/html; charset={declared}" if declared else None
    assert decoded(GERMAN.encode("cp1252"), header) == GERMAN


def test_the_page_may_name_its_charset_itself() -> None:
    page = "<meta charset='windows-1251'><p>Обмін: 303</p>"
    assert decoded(page.encode("cp1251")) == page


def test_scripts_before_the_words_do_not_hide_the_language() -> None:
    page = f"<html><script>{'var counter = 1;' * 10_000}</script>{RUSSIAN}"
    assert decoded(page.encode("cp1251")) == page


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_page_cut_inside_a_character_loses_that_character_only(cut: int) -> None:
    """A short body may end anywhere."""
    body = ("<p>" + "обмін полоненими " * 20 + "🕊").encode()[:-cut]
    assert decoded(body).startswith("<p>обмін полоненими ")


def test_a_stray_byte_in_utf8_costs_one_character() -> None:
    body = RUSSIAN.encode() + b"\xff" + RUSSIAN.encode()
    assert decoded(body) == f"{RUSSIAN}\ufffd{RUSSIAN}"
