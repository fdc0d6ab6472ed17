"""One canonical address per article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import canonical, fetchable, redacted, same_site, site

ONE = "https://news.example/war/1"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://news.example/war/1", "http://news.example/war/1", "HTTPS://NEWS.EXAMPLE/war/1", "https://www.news.example/war/1",
        "https://m.news.example/war/1", "https://amp.news.example/war/1", "https://news.example:443/war/1", "http://news.example:80/war/1/",
        "https://news.example/war/1/", "https://news.example/war/1#top", "https://news.example/war/1?utm_source=tg&utm_medium=x",
        "https://news.example/war/1?fbclid=abc", "https://news.example/war/1/amp", "https://news.example/war/1/amp/", "https://news.example/amp/war/1",
        "https://news.example/war/1/index.amp", "https://news.example/war/1?PHPSESSID=12", "https://news.example/war/1;jsessionid=1A2B",
        "https://news.example//war//1", "https://news.example./war/1", " https://news.example/war/1 ", "https://news.example/war/1?outputType=amp",
    ],
)  # fmt: skip
def test_spellings_and_twins_are_one_address(spelling: str) -> None:
    assert canonical(spelling) == ONE


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/war/2",
        "https://news.example/war/1?id=7",
        "https://other.example/war/1",
        "https://news.example/War/1",
        "https://news.example:8443/war/1",
    ],
)
def test_other_articles_stay_others(other: str) -> None:
    assert canonical(other) != ONE


def test_query_order_does_not_matter() -> None:
    assert canonical("https://n.example/?b=2&a=1") == canonical("https://n.example/?a=1&b=2")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://t.me/s/Channel/12?before=20", "https://t.me/Channel/12"),
        ("https://t.me/Channel/12", "https://t.me/Channel/12"),
        ("https://telegram.me/Channel/12", "https://t.me/Channel/12"),
    ],
)
def test_a_post_has_one_address(url: str, address: str) -> None:
    assert canonical(url) == address


def test_cyrillic_hosts_and_paths_have_one_form() -> None:
    assert canonical("https://новини.укр/обмін") == canonical(
        "https://xn--b1amarcd.xn--j1amh/%D0%BE%D0%B1%D0%BC%D1%96%D0%BD"
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("javascript:alert(1)", "not a web address"), ("file:///etc/passwd", "not a web address"), ("ftp://h/x", "not a web address"),
        ("data:text/html,x", "not a web address"), ("//", "not a web address"), ("https:///x", "no host"), ("https://u:p@h.example/", "credentials"),
        ("https://h.example:99999/", "ort"), ("", "not a web address"),
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fetchable(url)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/a", "https://n.example/a"),
        ("a?b=1", "https://n.example/x/a?b=1"),
        ("//m.example/a", "https://m.example/a"),
        ("../a", "https://n.example/a"),
        ("https://o.example", "https://o.example/"),
    ],
)
def test_links_are_resolved(link: str, address: str) -> None:
    assert fetchable(link, "https://n.example/x/y") == address


@pytest.mark.parametrize(
    ("url", "belongs"),
    [
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"), ("https://www.pravda.com.ua/news/", "pravda.com.ua"), ("https://t.me/s/Channel/1", "t.me/channel"),
        ("http://127.0.0.1:8801/x", "127.0.0.1:8801"), ("http://[::1]:80/x", "[::1]:80"), ("https://www.slovo.example/", "slovo.example"),
    ],
)  # fmt: skip
def test_site_of_an_address(url: str, belongs: str) -> None:
    assert site(url) == belongs


def test_same_site() -> None:
    assert same_site("https://rss.unian.net/x", "https://www.unian.net/y")
    assert not same_site("https://a.co.uk/", "https://b.co.uk/")


def test_credentials_are_redacted() -> None:
    assert redacted("https://user:secret@h.example/x") == "https://h.example/x"


PIECES = st.sampled_from(
    [
        "https://",
        "http://",
        "WWW.",
        "a.example",
        "новини.укр",
        ":443",
        ":8080",
        "/",
        "//",
        "/amp",
        "?utm_x=1",
        "?a=b",
        "&c",
        "#f",
        "%2F",
        "%zz",
        " ",
        "обмін",
        ";jsessionid=1",
        "@",
        "javascript:",
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_canonical_is_idempotent_and_fetchable_gives_web_addresses_only(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)
    try:
        address = fetchable(url)
    except ValueError:
        return
    assert address.startswith(("http://", "https://"))
    assert fetchable(address) == address
