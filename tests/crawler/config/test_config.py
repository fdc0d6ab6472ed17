"""config.yaml: every mistake at once, each with its place and remedy."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.config import Config, load, loads
from crawler.config.schema import ConfigFile
from crawler.errors import ConfigError

ROOT = Path(__file__).resolve().parents[3]

SOURCE = "{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: 'https://a.example/rss'%s}"


def config(text: str, environ: dict[str, str] | None = None) -> Config:
    return loads(text.encode(), name="config.yaml", environ=environ or {}, folder=Path("/srv/watch"))


def problems(text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(text, environ)
    return caught.value.problems


def one_source(extra: str = "", top: str = "") -> str:
    return f"version: 1\n{top}sources:\n  - " + SOURCE % (f", {extra}" if extra else "")


def test_the_shipped_config_is_right_and_the_packaged_copy_the_same() -> None:
    found = load(ROOT / "config.yaml", {})
    assert sum(source.enabled for source in found.sources) > 40
    assert all(source.disabled_reason for source in found.sources if not source.enabled)
    packaged = ROOT / "crawler" / "config" / "config.yaml"
    assert packaged.read_bytes() == (ROOT / "config.yaml").read_bytes()


def test_the_schema_for_editors_is_current() -> None:
    shipped = json.loads((ROOT / "crawler" / "config" / "config.schema.json").read_text(encoding="utf-8"))
    assert shipped == ConfigFile.model_json_schema()


def test_paths_start_at_the_config_file() -> None:
    found = config(one_source())
    assert found.database_url == "sqlite:////srv/watch/data/swapwatch.db"
    assert found.data == Path("/srv/watch/data")


def test_intervals_may_be_seconds() -> None:
    found = config(one_source(top="defaults: {interval: 1s, delay: 0s}\n"))
    assert found.sources[0].interval == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("more", "own", "minutes"),
    [
        ("", "", (None, 1, 30)),
        ("defaults: {interval: 5m}\n", "", (5, 1, 30)),
        ("polling: {shortest: 2m, longest: 1h}\n", "", (None, 2, 60)),
        ("polling: {shortest: 2m}\n", "interval: 9m, longest: 20m", (9, 2, 20)),
    ],
)
def test_an_interval_that_is_written_down_is_fixed_and_else_learnt_within_bounds(
    more: str, own: str, minutes: tuple[int | None, int, int]
) -> None:
    (source,) = config(one_source(own, top=more)).sources
    expected = tuple(None if one is None else timedelta(minutes=one) for one in minutes)
    assert (source.interval, source.shortest, source.longest) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the file is empty; `swapwatch init`"),
        ("a: 1\n\tb: 2", "config.yaml:2:1: not YAML: found character '\\t' that cannot start any token; indent with blanks"),
        ("sources: [", "not YAML"),
        ("- a", "expected keys such as"),
        ("version: 1\nversion: 1\nsources: []", "config.yaml:2:1: version: the key stands twice, first in line 1"),
        ("version: 2\nsources: []", "config.yaml:1:1: version: read 2"),
        ("version: 1", "sources: is missing; add it"),
        ("version: 1\nsources: null", "read nothing; write a list"),
        ("version: 1\nsources: {a: 1}", "write a list"),
        ("version: 1\nsources: !!python/object:os.system []", "Python objects are not allowed"),
        ("version: 1\nsources: !secret []", "the tag !secret is not allowed"),
        (one_source("intervall: 5m"), "config.yaml:3:110: sources[0].intervall: is not a known key; did you mean interval?"),
        (one_source(top="defaults: {intervall: 5m}\n"), "defaults.intervall: is not a known key; did you mean interval?"),
        (one_source("interval: 1:30"), "read '1:30'; write a number and a unit"),
        (one_source("interval: 300"), "read 300; write a number and a unit"),
        (one_source("interval: 0s"), "give an interval from 1s to 7d"),
        (one_source("interval: 999999d"), "give an interval from 1s to 7d"),
        (one_source("interval: -5m"), "write a number and a unit"),
        (one_source("enabled: NO"), "sources[0].enabled: read 'NO'; write true or false"),
        (one_source("enabled: on"), "write true or false"),
        (one_source("ports: [99999]"), "sources[0].ports[0]: read 99999"),
        (one_source("ports: 80"), "write a list"),
        (one_source().replace("side: ua", "side: ukraine"), "write 'ua', 'ru', 'other' or 'unknown'"),
        (one_source("page_rules: {body: ['//div[']}"), "not an XPath expression"),
        (one_source("timezone: Kyiv"), "give an IANA zone name"),
        (one_source("name: 012"), "the key stands twice"),
        (one_source(top="network: {nameserver: here}\n"), "give ADDRESS:PORT"),
        (one_source(top="polling: {a_minute: 0}\n"), "polling.a_minute: read 0; input should be greater than 0"),
        (one_source(top="polling: {shortest: 1h}\n"), "config.yaml:2:11: polling.shortest: the shortest pause is longer than the longest"),
        (one_source("longest: 30s"), "sources[0].longest: the shortest pause is longer than the longest; change one"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_place_and_remedy(text: str, complaint: str) -> None:
    assert any(complaint in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("htp://a.example/", "give a full web address"),
        ("file:///etc/passwd", "give a full web address"),
        ("https:///rss", "no host"),
        ("https://a.example/r ss", "an address has no blanks"),
        ("https://u:pw@a.example/", "credentials in the address"),
        ("https://a.example:99999/", "Port out of range"),
        ("https://a.example/#top", "leave out the fragment"),
    ],
)
def test_addresses_that_cannot_be_asked_are_refused(url: str, complaint: str) -> None:
    text = "version: 1\nsources:\n  - " + (SOURCE % "").replace("https://a.example/rss", url)
    found = problems(text)
    assert any(complaint.lower() in problem.lower() for problem in found), found
    assert not any("pw@" in problem.split("credentials")[-1] for problem in found)


def test_every_mistake_is_reported_at_once_in_the_order_of_the_file() -> None:
    text = one_source("ownership_: y, interval: never").replace("version: 1", "version: 3")
    found = problems(text.replace("side: ua", "side: x"))
    assert [problem.split(":")[1] for problem in found] == ["1", "3", "3", "3"]


@pytest.mark.parametrize(
    "url", ["https://A.example/rss/", "http://www.a.example/rss", "https://a.example/rss?utm_source=x"]
)
def test_one_list_under_two_spellings_is_refused(url: str) -> None:
    second = (SOURCE % "").replace("id: a", "id: b").replace("https://a.example/rss", url)
    (problem,) = problems(one_source() + f"\n  - {second}")
    assert "sources[1].url: the same as sources[0].url in line 3" in problem


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    text = one_source('headers: {Authorization: "Bearer ${TOKEN}"}')
    assert config(text, {"TOKEN": "s3cret"}).sources[0].headers == (("Authorization", "Bearer s3cret"),)
    (tmp_path / "token").write_text("filed\n")
    assert config(text, {"TOKEN_FILE": str(tmp_path / "token")}).sources[0].headers[0][1] == "Bearer filed"


@pytest.mark.parametrize(("environ", "words"), [({}, "not set"), ({"TOKEN": ""}, "empty")])
def test_a_missing_secret_is_named(environ: dict[str, str], words: str) -> None:
    (problem,) = problems(one_source('headers: {X: "${TOKEN}"}'), environ)
    assert f"TOKEN is {words}" in problem


def test_variables_are_for_secrets_only() -> None:
    assert "only for secrets" in problems(one_source("fallback: '${URL}'"), {"URL": "https://b.example"})[0]


def test_secrets_are_never_shown() -> None:
    text = one_source(
        'headers: {X: "${TOKEN}"}, proxy: "http://user:canary@p.example"', "database: {url: '${DSN}'}\n"
    )
    found = config(text, {"TOKEN": "canary", "DSN": "postgresql+psycopg://u:canary@h/d"})
    assert "canary" not in repr(found)
    assert "canary" not in "".join(problems(text + "\n  - {x: 1}", {"TOKEN": "canary", "DSN": "canary"}))


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b""])
def test_byte_order_mark_and_windows_line_ends_are_fine(prefix: bytes) -> None:
    body = prefix + one_source().replace("\n", "\r\n").encode()
    assert loads(body, name="c", environ={}, folder=Path("/")).sources


def test_another_charset_is_named_with_its_line() -> None:
    with pytest.raises(ConfigError, match="c:2:1: not UTF-8"):
        loads("version: 1\n# обмін".encode("cp1251"), name="c", environ={}, folder=Path("/"))


def test_an_alias_bomb_is_refused() -> None:
    lines = ["version: 1", "sources: []", "a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcde", "bcdef", strict=True)]
    assert "aliases" in problems("\n".join(lines))[0]


@pytest.mark.parametrize(("make", "words"), [(None, "swapwatch init"), ("folder", "is a folder")])
def test_a_file_that_is_none_is_one_clear_line(tmp_path: Path, make: str | None, words: str) -> None:
    path = tmp_path / "config.yaml"
    if make:
        path.mkdir()
    with pytest.raises(ConfigError, match=words):
        load(path, {})


def test_no_contact_warns() -> None:
    assert any("no contact" in warning for warning in config(one_source()).warnings)


def added(entry: str) -> str:
    return one_source(top=f"lexicon:\n- {{{entry}}}\n")


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("language: uk, concept: captiv, term: 'бранц*', example: 'Бранці.'", "did you mean captive?"),
        ("language: uk, concept: captive, term: 'бранц*', example: 'Воїни.'", "does not match its example «Воїни.»"),
        (
            "language: uk, concept: captive, term: 'бранц*', example: 'Бранці.', unlike: 'Бранцями краси.'",
            "matches «Бранцями краси.», which it must not",
        ),
        ("language: uk, concept: captive, term: '(a+)+', example: 'aaa'", "term: «(a+)+» is no word"),
        ("language: uk, term: 'бранц*', example: 'Бранці.'", "give either a concept or a topic"),
        ("language: pl, topic: x, term: 'a', example: 'a'", "lexicon[0].language: read 'pl'"),
    ],
)  # fmt: skip
def test_added_terms_are_checked_with_their_own_examples(entry: str, complaint: str) -> None:
    found = problems(added(entry))
    assert any(complaint in problem for problem in found), found


def test_added_terms_reach_the_config() -> None:
    found = config(added("language: uk, topic: azov, term: 'азов{ець,ці}', example: 'Азовці вдома.'"))
    assert found.lexicon[0].topic == "azov"


def test_the_pages_are_for_this_machine_unless_said_otherwise() -> None:
    found = config(one_source()).serve
    assert (found.host, found.port, found.names, found.password) == ("127.0.0.1", 8300, (), None)


def test_the_password_of_the_pages_may_come_from_the_environment() -> None:
    text = one_source(top='serve: {host: "0.0.0.0", names: [desk.example.org], password: "${DESK}"}\n')
    found = config(text, {"DESK": "twelve letters"}).serve
    assert (found.host, found.names, found.password) == ("0.0.0.0", ("desk.example.org",), "twelve letters")
    assert "twelve" not in repr(found)


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        ("password: short", "serve.password: read a secret; give a password of at least 12 characters"),
        ("host: desk.example", "serve.host: read 'desk.example'; give an address of this machine"),
        ("names: ['https://desk.example']", "use a host name alone"),
        ("port: 0", "serve.port"),
    ],
)
def test_mistakes_about_the_pages_are_named(serve: str, words: str) -> None:
    (problem,) = problems(one_source(top=f"serve: {{{serve}}}\n"))
    assert words in problem
