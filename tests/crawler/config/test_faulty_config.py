"""Config files as people really break them: each fault is refused with place and remedy, and costs no time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crawler.config import load, loads
from crawler.errors import ConfigError
from crawler.model import Article
from crawler.tagging import judge
from tests.crawler.config.test_config import SOURCE, config, one_source, problems


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version: 1\nsources:\n- {id: 'a\n", "not YAML"),
        ("version: 1\n\tsources: []", "indent with blanks"),
        ('version: 1\ncontact: "open', "not YAML"),
        ("version: 1\nsources: ]", "config.yaml:2:10: not YAML"),
        ("version: 1\ncontact: a: b\nsources: []", "config.yaml:2:11: not YAML"),
        ("version: 1\nsources: *nobody", "not YAML"),
        ("[" * 100_000, "config.yaml"),
    ],
)
def test_what_is_no_yaml_is_named_with_its_place(text: str, complaint: str) -> None:
    (problem,) = problems(text)
    assert complaint in problem


@pytest.mark.parametrize(
    ("text", "path", "near"),
    [
        (one_source(top="contakt: x\n"), "contakt", "contact"),
        (one_source(top="network: {allow_privat: []}\n"), "network.allow_privat", "allow_private"),
        (one_source(top="politeness: {group: {}}\n"), "politeness.group", "groups"),
        (one_source(top="politeness: {groups: {bbc: {hosts: [a.example], dely: 2s}}}\n"), "politeness.groups.bbc.dely", "delay"),
        (one_source(top="limits: {item: 5}\n"), "limits.item", "items"),
        (one_source("limits: {page: 5}"), "sources[0].limits.page", "pages"),
        (one_source("page_rules: {boddy: []}"), "sources[0].page_rules.boddy", "body"),
        (one_source(top="alerts: {to: {desk: {url: 'json://x', abuot: [analyst]}}}\n"), "alerts.to.desk.abuot", "about"),
        (one_source(top="alerts: {quiet_hours: {begin: '22:00', untill: '07:00'}}\n"), "alerts.quiet_hours.untill", "until"),
        (one_source(top="lexicon: [{language: uk, terms: x, term: x, example: x, topic: x}]\n"), "lexicon[0].terms", "term"),
        (one_source(top="serve: {prt: 80}\n"), "serve.prt", "port"),
        (one_source(top="database: {uri: x}\n"), "database.uri", "url"),
        (one_source(top="metrics: {ports: 1}\n"), "metrics.ports", "port"),
    ],
)  # fmt: skip
def test_an_unknown_key_at_any_depth_names_the_nearest(text: str, path: str, near: str) -> None:
    found = problems(text)
    assert any(f"{path}: is not a known key; did you mean {near}?" in problem for problem in found), found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (one_source("interval: 1e9"), "read '1e9'; write a number and a unit"),
        (one_source("interval: 1000000000s"), "write a number and a unit"),
        (one_source("interval: 0.5h"), "write a number and a unit"),
        (one_source("interval: null"), "sources[0].interval: read nothing; write a value, or remove the key"),
        (one_source("delay: ~"), "sources[0].delay: read nothing"),
        (one_source("enabled: 'true'"), "write true or false"),
        (one_source("enabled: 1"), "write true or false"),
        (one_source("ports: [0o17]"), "read '0o17'; write a whole number"),
        (one_source("ports: [012]"), "read '012'; write a whole number"),
        (one_source("ports: [1_0]"), "read '1_0'; write a whole number"),
        (one_source("headers: [a]"), "write keys and values"),
        (one_source("limits: {items: -1}"), "read -1"),
        (one_source("limits: {items: 1e9}"), "sources[0].limits.items: read '1e9'"),
        (one_source("limits: {timeout: 0s}"), "sources[0].limits.timeout"),
        (one_source(top="contact:\n"), "config.yaml:2:1: contact: read nothing; write a value, or remove the key"),
        (one_source().replace("languages: [uk]", "languages: uk"), "write a list"),
        (one_source().replace("languages: [uk]", "languages: [no]").replace("[no]", "[NO]"), "read 'NO'"),
        (one_source().replace("name: A", "name: 5"), "write text"),
        (one_source().replace("name: A", "name: 2026-03-05"), ""),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_with_what_was_read(text: str, complaint: str) -> None:
    if not complaint:  # what looks like a date is text, as written
        assert config(text).sources[0].name == "2026-03-05"
        return
    assert any(complaint in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (
            "https://новини.укр/стрічка",
            "https://xn--b1amarcd.xn--j1amh/%D1%81%D1%82%D1%80%D1%96%D1%87%D0%BA%D0%B0",
        ),
        ("HTTPS://A.Example:443/RSS", "https://a.example/RSS"),
        ("https://a.example", "https://a.example/"),
    ],
)
def test_addresses_are_taken_in_their_plain_form(url: str, found: str) -> None:
    assert config(one_source().replace("https://a.example/rss", url)).sources[0].url == found


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1",
        "//a.example/rss",
        "javascript:alert(1)",
        "https://a.example:0x50/",
        "https://a..b/",
        "data:,x",
        "",
    ],
)
def test_what_nobody_can_ask_is_refused(url: str) -> None:
    assert any(
        "sources[0].url" in problem
        for problem in problems(one_source().replace("https://a.example/rss", url))
    )


@pytest.mark.parametrize("content", [b"x" * (10 * 1024 * 1024 + 1), b"", b" \n", b"\x00\xff", b"PK\x03\x04"])
def test_a_file_that_is_no_config_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.yaml", {})
    assert len(caught.value.problems) == 1
    assert len(caught.value.problems[0]) < 300


def many(count: int) -> bytes:
    row = "\n  - id: s{0}\n    name: S {0}\n    country: UA\n    side: ua\n    ownership: state\n    languages: [uk]\n    url: https://s{0}.example/rss"
    return ("version: 1\nsources:" + "".join(row.format(number) for number in range(count))).encode()


def test_five_thousand_sources_load_in_a_moment() -> None:
    began = time.process_time()
    found = loads(many(5000), name="c", environ={}, folder=Path("/"))
    assert len(found.sources) == 5000
    assert time.process_time() - began < 4  # measured 1.0 s


def test_anchors_may_be_used_and_nested_ones_are_counted() -> None:
    text = "version: 1\ndefaults: &d {interval: 5m}\nsources:\n- " + SOURCE % ""
    assert config(text).sources
    lines = ["version: 1", "sources: []", "a: &a {x: 1}"]
    lines += [
        f"{b}: &{b} {{{', '.join(f'k{n}: *{a}' for n in range(10))}}}"
        for a, b in zip("abcdef", "bcdefg", strict=True)
    ]
    assert "aliases" in problems("\n".join(lines))[0]


def test_thousands_of_terms_load_and_match_in_a_moment() -> None:
    names = ("".join(chr(ord("а") + int(digit)) for digit in str(number)) for number in range(3_000))
    terms = "\n".join(
        f"- {{language: uk, topic: t{n % 9}, term: 'слово{name}', example: 'слово{name} тут'}}"
        for n, name in enumerate(names)
    )
    found = config(one_source(top=f"lexicon:\n{terms}\n"))
    text = ("Сьогодні відбувся обмін полоненими з Росією, слово тут. " * 2000)[:50_000]
    article = Article(
        address="https://a.example/1", outlet="a.example", title="Обмін", text=text, language="uk"
    )
    judge(article, found.lexicon)

    def cost(terms: bool) -> float:
        began = time.process_time()
        judge(article, found.lexicon if terms else ())
        return time.process_time() - began

    assert min(cost(terms=True) for _ in range(3)) < 2 * min(cost(terms=False) for _ in range(3)) + 0.05


@pytest.mark.parametrize("term", ["''", "' '", "'*'", "'(a+)+'", "'[a-z]'", "'a|b'", "'\\\\d'", "'слово{'"])
def test_a_term_that_is_no_word_is_refused(term: str) -> None:
    found = problems(
        one_source(top=f"lexicon:\n- {{language: uk, topic: x, term: {term}, example: 'слово'}}\n")
    )
    assert any("lexicon[0]" in problem for problem in found)
