"""What the job is made of and leaves open: versions, dangerous calls, settings, sockets, file modes, licences."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version
from scrapy.settings import Settings

from crawler.model import Ownership, Side, Source, SourceType, Tls
from crawler.spiders.settings import HANDLER, crawl_settings
from tests import sbom
from tests.newsdesk.cli.daemon import Daemon, Outlets, daemon, outlets, wait_for

ROOT = Path(__file__).resolve().parents[1]
OURS = [ROOT / "scheduler.py", *(path for room in ("crawler", "ledger", "storage", "newsdesk") for path in (ROOT / room).rglob("*.py"))]  # fmt: skip

FLOORS = {
    "brotli": "1.2",  # CVE-2025-6176
    "feedparser": "6.0.14",
    "lxml": "6.1.1",  # CVE-2026-41066, CVE-2025-7424, CVE-2025-11731
    "lxml-html-clean": "0.4.5",  # GHSA-xvp8-3mhv-424c, GHSA-4jhm-jv67-739f
    "scrapy": "2.17",  # GHSA-cwxj-rr6w-m6w7, GHSA-76g3-c3x4-crvx and all before
    "twisted": "26.4",  # CVE-2026-42304 and all before
}
"""Versions below which an advisory that concerns us is open."""


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_no_version_with_a_known_hole_is_locked(name: str, floor: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    versions = re.findall(rf"^{name}==([^\s;\\]+)", lock, re.MULTILINE)
    assert versions
    assert all(Version(one) >= Version(floor) for one in versions)


def test_every_locked_file_has_its_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {sbom.normal(one) for one in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==", lock, re.MULTILINE)}
    assert pinned == set(sbom.locked())


PLANTED = {
    "S301": "import pickle\npickle.loads(b'')",
    "S307": "eval('1')",
    "S102": "exec('1')",
    "S506": "import yaml\nyaml.load('a')",
    "S602": "import subprocess\nsubprocess.run('ls', shell=True)",
    "S605": "import os\nos.system('ls')",
    "S501": "import requests\nrequests.get('https://a', verify=False)",
    "S323": "import ssl\nssl._create_unverified_context()",
    "S306": "import tempfile\ntempfile.mktemp()",
    "S202": "import tarfile\ntarfile.open('a').extractall()",
}


@pytest.mark.parametrize(("rule", "code"), PLANTED.items())
def test_the_linter_fails_on_a_dangerous_call(rule: str, code: str) -> None:
    ruff = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--output-format", "json"]
    done = subprocess.run(
        [*ruff, "--stdin-filename", "crawler/planted.py", "-"],
        input=code, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert rule in {one["code"] for one in json.loads(done.stdout)}


XML_READERS = {"iterparse", "XMLParser", "XMLPullParser", "ETCompatXMLParser", "fromstring", "XML"}
FETCHERS = {"fetch_url", "fetch_response", "urlopen", "urlretrieve"}
FEEDS = Path("crawler/discovery/feeds.py")
"""The one place that may call feedparser: elsewhere an address or a file name could reach it."""


def dangers(code: str, name: Path) -> list[str]:
    """Return calls that our parsers offer and that fetch, open files or resolve entities."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module in ("trafilatura.downloads", "feedparser.http"):
            found.append(node.module)
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        given = {one.arg: getattr(one.value, "value", None) for one in node.keywords}
        # a parser handed in is itself made with a call that is looked at
        entities = given.get("resolve_entities", True) is not False
        entities &= "parser" not in given and not (called in ("fromstring", "XML") and len(node.args) > 1)
        if owner == "etree" and called in XML_READERS and entities:
            found.append(f"etree.{called} without resolve_entities=False")
        if owner == "feedparser" and called == "parse" and name != FEEDS:
            found.append("feedparser.parse")
        if called in FETCHERS:
            found.append(called)
    return found


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_parser_of_ours_fetches_or_resolves(path: Path) -> None:
    assert dangers(path.read_text(encoding="utf-8"), path.relative_to(ROOT)) == []


@pytest.mark.parametrize(
    "code",
    [
        "from lxml import etree\netree.iterparse(a)",
        "from lxml import etree\netree.XMLParser(resolve_entities=True)",
        "import feedparser\nfeedparser.parse(url)",
        "from trafilatura import fetch_url\nfetch_url(a)",
        "from trafilatura.downloads import buffered",
        "import urllib.request\nurllib.request.urlopen(a)",
    ],
)
def test_the_rule_sees_what_it_is_for(code: str) -> None:
    assert dangers(code, Path("crawler/planted.py"))


def source(**changes: object) -> Source:
    plain: dict[str, object] = {
        "id": "s", "name": "S", "country": "UA", "side": Side.UA, "ownership": Ownership.PRIVATE,
        "languages": ("uk",), "type": SourceType.FEED, "url": "https://s.example/rss",
    }  # fmt: skip
    return Source(**(plain | changes))  # type: ignore[arg-type]


def effective(**changes: object) -> Settings:
    return Settings(crawl_settings(source(**changes), user_agent="swapwatch/1 (+a@example.invalid)"))


def test_scrapys_settings_are_the_safe_ones() -> None:
    """As they come out together with its defaults, whatever these are by then."""
    found = effective()
    for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED"):
        assert not found.getbool(name), name
    handlers = found.getwithbase("DOWNLOAD_HANDLERS")
    assert {name: path for name, path in handlers.items() if path} == {"http": HANDLER, "https": HANDLER}
    assert dict(found.getwithbase("EXTENSIONS")) == {}
    assert found.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert found.get("DOWNLOAD_TLS_MIN_VERSION") == "TLSv1.2"
    assert (found.getint("DOWNLOAD_MAXSIZE"), found.getint("DOWNLOAD_TIMEOUT")) == (8 * 1024**2, 60)
    assert (found.getint("REDIRECT_MAX_TIMES"), found.getint("RETRY_TIMES")) == (5, 1)
    assert found.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 2
    assert found.get("REFERRER_POLICY") == "no-referrer"


def test_middlewares_that_follow_what_a_page_says_are_not_there() -> None:
    names = {str(one).rpartition(".")[2] for one in effective().getwithbase("DOWNLOADER_MIDDLEWARES")}
    assert not names & {"MetaRefreshMiddleware", "CookiesMiddleware", "HttpProxyMiddleware", "HttpAuthMiddleware", "RobotsTxtMiddleware"}  # fmt: skip
    assert {"AdmissionMiddleware", "RobotsMiddleware", "TurnMiddleware"} <= names


def test_a_certificate_goes_unverified_only_where_the_config_says_so() -> None:
    assert not effective(tls=next(one for one in Tls if one is not Tls.VERIFY)).getbool(
        "DOWNLOAD_VERIFY_CERTIFICATES"
    )


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


def config(folder: Path, served: Outlets, more: str = "") -> None:
    (folder / "config.yaml").write_text(
        f"version: 1\ncontact: a@example.invalid\nnetwork: {{allow_private: [127.0.0.1]}}\n{more}sources:\n"
        f"- {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{served.url}/a.rss'}}\n"
    )


def family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def listening(pid: int) -> set[str]:
    """Return the address of each TCP socket that a process or what it started listens on."""
    sockets = set()
    for one in family(pid):
        for link in Path(f"/proc/{one}/fd").iterdir():
            name = str(link.readlink())
            if name.startswith("socket:["):
                sockets.add(name[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, _, port = fields[1].partition(":")
                found.add(f"{address}:{int(port, 16)}")
    return found


def fetched(job: Daemon, served: Outlets) -> bool:
    return wait_for(lambda: served.asked["/a-1"] == 1 and bool(job.logged("kept")))


def test_the_job_listens_nowhere_and_its_files_are_its_owners_alone(served: Outlets, tmp_path: Path) -> None:
    config(tmp_path, served)
    with daemon(tmp_path) as job:
        assert fetched(job, served)
        assert listening(job.process.pid) == set()
        modes = {
            path.relative_to(tmp_path): path.stat().st_mode & 0o777 for path in (tmp_path / "data").rglob("*")
        }
    assert {name.name for name in modes} >= {"swapwatch.db", "swapwatch.db-wal", "captures"}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_the_figures_are_on_loopback_alone(served: Outlets, tmp_path: Path) -> None:
    config(tmp_path, served, "metrics: {port: 8397}\n")
    with daemon(tmp_path) as job:
        assert listening(job.process.pid) == {"0100007F:8397"}


SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9]{6,}|\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"
)
"""Keys and tokens as their makers write them."""


def test_no_secret_is_in_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            assert not SECRETS.search(path.read_bytes().decode("latin-1")), name


def test_what_is_installed_is_listed_with_licences_and_hashes(tmp_path: Path) -> None:
    sbom.main(tmp_path)
    parts = {one["name"]: one for one in json.loads((tmp_path / "sbom.json").read_text())["components"]}
    assert {"scrapy", "sqlalchemy", "lxml", "trafilatura"} <= parts.keys()
    assert all(one["licenses"] for one in parts.values())
    assert {one["alg"] for one in parts["scrapy"]["hashes"]} == {"SHA-256"}
    assert len((tmp_path / "licences.txt").read_text().splitlines()) == len(parts)
