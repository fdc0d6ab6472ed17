"""Everything stored is hostile: whatever an outlet writes, a page gains no script, no handler and no foreign link."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from lxml import html
from sqlalchemy import Engine

from crawler.model import Part, Reason, Span, Standing
from tests.newsdesk.web.conftest import Open
from tests.storage.nouns import ADDRESS, NOW, changed, finding, kept, lead

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea></style><svg/onload=alert(1)>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "&lt;b&gt;&#x3c;script&#x3e;",
    "javascript:alert(1)",
    "\x1b]8;;https://evil.example\x07link",
    "\u202egnp.exe",
    "<!--<script>",
    "a\x00b\ud83d",
]
OURS = {"/static/theme.js", "/static/desk.js"}


def hostile(store: Engine, attack: str) -> int:
    """Keep a finding that has an attack in every field an outlet fills."""
    found = finding(ADDRESS, others=(f"https://slovo.example/{attack}", "javascript:alert(document.cookie)"))
    found = replace(
        found,
        article=replace(
            found.article,
            title=f"Обмін {attack}",
            text=f"{found.article.text}\n{attack}",
            authors=(attack,),
            outlet=attack,
            published_raw=attack,
            warnings=(attack,),
            language="uk",
        ),
        verdict=replace(
            found.verdict,
            lexicon=attack,
            deal=attack,
            mediators=(attack,),
            transfer_place=attack,
            reasons=(Reason(rule=attack, weight=1, words=attack, span=Span(part=Part.TEXT, start=0, end=9)),),
        ),
        claims=tuple(replace(one, subset=attack, reason=attack, quote=attack) for one in found.claims),
        lead=replace(lead(), source_id="slovo", title=attack),
    )
    number = kept(store, found).finding_id
    kept(store, changed(found, f"{attack}\n{attack}"), now=NOW)
    kept(store, found, now=NOW)
    near = replace(found, verdict=replace(found.verdict, standing=Standing.NEAR_MISS), claims=())
    address = "https://slovo.example/war/near"
    kept(store, replace(near, article=replace(near.article, address=address, addresses=())), address=address)
    return number


def harmless(page: str) -> None:
    """Hold that a page has no script but ours, no handler, no style and no link that runs."""
    tree = html.document_fromstring(page)
    for element in tree.iter():
        assert isinstance(element.tag, str), f"a comment or instruction: {element}"
        assert element.tag not in {"iframe", "object", "embed", "base", "style", "img", "textarea", "video"}
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name not in {"style", "srcdoc", "formaction", "ping"}, (element.tag, name)
            if name in {"href", "src", "action"}:
                assert value.startswith(("/", "#", "http://", "https://")), value
                assert not value.startswith("//"), value
    scripts = tree.cssselect("script")
    assert {str(one.get("src")).partition("?")[0] for one in scripts} <= OURS
    assert not any(one.text for one in scripts)
    assert "\x1b" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_stored_field_acts(desk: Open, store: Engine, attack: str) -> None:
    """H03, E10, E14: every page that shows what outlets wrote."""
    number, client = hostile(store, attack), desk()
    for path in (
        "/findings",
        "/findings?q=обмін",
        "/review",
        f"/findings/f{number}",
        f"/findings/f{number}/compare?from=1&to=2",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        harmless(answer.text)
        assert "49" not in html.document_fromstring(answer.text).cssselect("title")[0].text_content()


@pytest.mark.parametrize("attack", [one for one in ATTACKS if "\ud83d" not in one])
def test_no_parameter_acts(desk: Open, attack: str) -> None:
    """H03: what stands in the address is as hostile as what is stored."""
    client = desk()
    for name in ("q", "source", "side", "lang", "kind", "since", "page", "order"):
        harmless(client.get(f"/findings?{name}={quote(attack)}").text)
    harmless(client.get(f"/findings/{quote(attack, safe='')}").text)


SQL = [
    "' OR 1=1 --", "'; drop table finding; --", '" OR ""="', "1 UNION SELECT * FROM lead", "\\'", "%' AND 1=1",
]  # fmt: skip
FULL_TEXT = [
    '"', '""', "*", "обм*", "NEAR(a b)", "a NEAR b", "-обмін", "NOT", "AND", "OR", "lemmas:обмін", "^обмін", "{a b}: c", "(", "a:b:c",
    "обмін | полон & !", "'обмін':*", "<->", "a\x00b",
]  # fmt: skip


@pytest.mark.parametrize("words", SQL + FULL_TEXT)
def test_a_query_is_words_and_nothing_else(desk: Open, store: Engine, words: str) -> None:
    """H01, H02: no sign is an operator of any query language."""
    kept(store, finding())
    client = desk()
    assert client.get(f"/findings?q={quote(words)}").status_code == 200
    for name in ("source", "lang", "order", "page", "since", "conflict"):
        assert client.get(f"/findings?{name}={quote(words)}").status_code == 400
    assert "1 finding" in client.get("/findings").text


def test_five_thousand_terms_are_refused(desk: Open) -> None:
    answer = desk().get("/findings", params={"q": "a " * 2000})
    assert answer.status_code == 400
    assert "ask in at most 2000" in answer.text
