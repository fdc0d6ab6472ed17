"""Forbidden addresses, certificates, secrets: zero connections, nothing sent where it should not go."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.model import Outcome, Robots, Source, SourceType, Tls
from crawler.spiders import AddressRules, Crawling, Politeness, Workers
from tests.crawler.spiders.conftest import Memory
from tests.crawler.spiders.nameserver import NameServer
from tests.crawler.spiders.site import PAGE, Site, feed, http
from tests.crawler.spiders.stored import Stored

MakeSource = Callable[..., Source]

SPELLINGS = (
    "http://127.0.0.66:{port}/x", "http://2130706498:{port}/x", "http://0x7f000042:{port}/x", "http://0177.0.0.0102:{port}/x",
    "http://127.66:{port}/x", "http://0x7f.0.0.66:{port}/x", "http://[::ffff:127.0.0.66]:{port}/x", "http://[::ffff:7f00:42]:{port}/x",
    "http://[64:ff9b::7f00:42]:{port}/x", "http://[2002:7f00:42::1]:{port}/x", "http://127.0.0.1@127.0.0.66:{port}/x", "//127.0.0.66:{port}/x",
    "http://127.0.0.66.:{port}/x", "http:127.0.0.66:{port}/x", "http:\\\\127.0.0.66:{port}\\x", "http://127。0。0。66:{port}/x",
)  # fmt: skip


def ways(target: str, site: Site) -> dict[str, dict[str, bytes]]:
    """All the ways by which an outlet can point at an address."""
    page = PAGE.replace(b"<head>", f'<head><meta http-equiv="refresh" content="0;url={target}">'.encode())
    page = page.replace(b"</head>", (
        f'<link rel="canonical" href="{target}"><link rel="amphtml" href="{target}"><base href="{target}">'
        f'<meta property="og:url" content="{target}"><img src="{target}"><iframe src="{target}"></iframe></head>'
    ).encode())  # fmt: skip
    sitemap = f"<sitemapindex><sitemap><loc>{target}</loc></sitemap></sitemapindex>"
    away = http(status="302 Found", Location=target)
    return {
        "link": {"/rss": feed(site, target if "://" in target else "http:" + target)},
        "redirect of a page": {"/rss": feed(site, "/go"), "/go": away},
        "redirect of the list": {"/rss": away},
        "redirect of robots.txt": {"/robots.txt": away, "/rss": feed(site, "/a"), "/a": PAGE},
        "words of a page": {"/rss": feed(site, "/a"), "/a": page},
        "sitemap": {"/rss": http(sitemap, kind="application/xml")},
    }


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("way", ways("http://x/", Site()))
async def test_no_outlet_leads_us_to_a_forbidden_address(
    crawling: Crawling, site: Site, canary: Site, memory: Memory, source: MakeSource, spelling: str, way: str
) -> None:
    """The port is allowed here, so that nothing but the guard keeps us away."""
    site.answers = ways(spelling.format(port=canary.port), site)[way]
    ports = (80, 443, canary.port)
    kind = SourceType.SITEMAP if way == "sitemap" else SourceType.FEED
    await crawling.crawl(source(ports=ports, type=kind, tls=Tls.UNVERIFIED), memory.desk())
    assert canary.connections == 0
    assert not any(one.url.startswith(canary.url) for found in memory.kept for one in found.captures)


@asynccontextmanager
async def asking(
    workers: Workers, nameserver: NameServer, *allow: str, proxy: str | None = None
) -> AsyncIterator[Crawling]:
    async with Crawling(
        politeness=Politeness(user_agent="swapwatch/test", delay=0.0),
        workers=workers, rules=AddressRules(allow), nameserver=nameserver.address, proxy=proxy,
    ) as running:  # fmt: skip
        yield running


@pytest.mark.parametrize(
    "answers", [["127.0.0.66"], ["127.0.0.1", "127.0.0.66"], ["127.0.0.1"] * 3 + ["127.0.0.66"]]
)
async def test_a_name_that_rebinds_reaches_only_what_was_checked(
    workers: Workers,
    crawling: Crawling,
    nameserver: NameServer,
    canary: Site,
    source: MakeSource,
    answers: list[str],
) -> None:
    """First an allowed address, then a forbidden one: each connection goes where its own check went."""
    nameserver.table = {"outlet.test": list(answers)}
    outlet = Site()
    await outlet.open()
    outlet.answers = {
        "/rss": feed(outlet, f"http://outlet.test:{outlet.port}/a").replace(b"127.0.0.1", b"outlet.test")
    }
    ports = (80, outlet.port, canary.port)
    async with asking(workers, nameserver, "127.0.0.1") as running:
        url = f"http://outlet.test:{outlet.port}/rss"
        for _ in range(3):
            await running.crawl(source(url=url, ports=ports), Memory().desk())
        await running.crawl(
            source(url=url.replace(str(outlet.port), str(canary.port)), ports=ports), Memory().desk()
        )
    assert canary.connections == 0
    assert "outlet.test" in nameserver.asked
    assert outlet.server
    outlet.server.close()


async def test_proxy_variables_of_the_environment_are_nothing_to_us(
    crawling: Crawling,
    site: Site,
    canary: Site,
    memory: Memory,
    source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, canary.url)
        monkeypatch.setenv(name.upper(), canary.url)
    site.answers = {"/rss": feed(site, "/a"), "/a": PAGE}
    assert (await crawling.crawl(source(), memory.desk())).findings == 1
    assert canary.connections == 0


async def test_a_proxy_is_not_asked_for_a_forbidden_address(
    workers: Workers, crawling: Crawling, nameserver: NameServer, site: Site, source: MakeSource
) -> None:
    """What the proxy would connect to our resolver never sees."""
    async with asking(workers, nameserver, "127.0.0.1", proxy=site.url) as running:
        for host in ("10.0.0.1", "169.254.169.254", "2852039166"):
            await running.crawl(source(url=f"http://{host}/rss"), Memory().desk())
        assert site.connections == 0
        await running.crawl(source(url="http://93.184.216.34/rss"), Memory().desk())
    assert site.connections > 0


async def test_secrets_go_to_their_own_host_and_never_unsealed(
    crawling: Crawling,
    site: Site,
    memory: Memory,
    source: MakeSource,
    certificates: Callable[..., ssl.SSLContext],
) -> None:
    """Not to another host, not by redirect, and not over http where the source is asked over https."""
    secure = Site(tls=certificates())
    await secure.open()
    secure.answers = {"/rss": feed(site, f"{secure.url}/a", f"{site.url}/b", f"{secure.url}/go"), "/a": PAGE}
    secure.answers["/go"] = http(status="302 Found", Location=f"{site.url}/c")
    site.answers = {"/b": PAGE, "/c": PAGE}
    ports = (80, 443, site.port, secure.port)
    await crawling.crawl(
        source(
            url=f"{secure.url}/rss",
            ports=ports,
            tls=Tls.UNVERIFIED,
            headers=(("Authorization", "Bearer canary"),),
        ),
        memory.desk(),
    )
    assert all("Authorization" in one.headers for one in secure.asked)
    assert {"/b", "/c"} <= set(site.paths())
    assert not any("canary" in str(one.headers) for one in site.asked)
    assert not any("Referer" in one.headers for one in (*site.asked, *secure.asked))
    assert not any("canary" in str(capture) for found in memory.kept for capture in found.captures)
    assert secure.server
    secure.server.close()


@pytest.fixture
def certificates(tmp_path: Path) -> Callable[..., ssl.SSLContext]:
    """Make a server's side of TLS, by default with a certificate nobody vouches for."""

    def make(
        *, host: str = "127.0.0.1", days: int = 2, oldest: ssl.TLSVersion | None = None
    ) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
        )  # fmt: skip
        path = tmp_path / f"{host}{days}.pem"
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + made.public_bytes(serialization.Encoding.PEM)
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if oldest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = oldest
        return context

    return make


FAULTS: dict[str, dict[str, object]] = {
    "self-signed": {},
    "expired": {"days": -3},
    "another host": {"host": "other.example"},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("tls", Tls)
async def test_a_bad_certificate_is_refused_or_stored_with_a_mark(
    store: Stored, source: MakeSource, certificates: Callable[..., ssl.SSLContext], fault: str, tls: Tls
) -> None:
    secure = Site(tls=certificates(**FAULTS[fault]))
    await secure.open()
    secure.answers = {"/rss": feed(secure, "/a", "/b"), "/a": PAGE, "/b": http("x", status="403 No")}
    report = await store.poll(source(url=f"{secure.url}/rss", tls=tls))
    found = store.findings()
    if tls is Tls.VERIFY:
        assert (report.error or "").startswith("tls: robots.txt: TLS: ")
        assert (secure.asked, found) == ([], [])
    else:
        assert len(found) == 2  # also the words of the list alone
        assert all("tls: the certificate was not verified" in one.current.warnings for one in found)
    assert secure.server
    secure.server.close()


async def test_tls_of_another_age_is_refused(
    memory: Memory, crawling: Crawling, source: MakeSource, certificates: Callable[..., ssl.SSLContext]
) -> None:
    old = Site(tls=certificates(oldest=ssl.TLSVersion.TLSv1))
    await old.open()
    report = await crawling.crawl(source(url=f"{old.url}/rss", tls=Tls.UNVERIFIED), memory.desk())
    assert report.outcome is Outcome.ERROR
    assert old.asked == []
    assert old.server
    old.server.close()


@pytest.mark.parametrize("tls", Tls)
async def test_a_redirect_that_drops_tls_is_refused_or_stored_with_a_mark(
    site: Site, store: Stored, source: MakeSource, certificates: Callable[..., ssl.SSLContext], tls: Tls,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    secure = Site(tls=certificates())
    await secure.open()
    ports = (80, 443, site.port, secure.port)
    secure.answers = {"/go": http(status="302 Found", Location=f"{site.url}/a")}
    site.answers = {"/rss": feed(site, f"{secure.url}/go", title="Погода"), "/a": PAGE}
    await store.poll(source(tls=tls, ports=ports))
    if tls is Tls.VERIFY:
        assert "/a" not in site.paths()
        assert store.findings() == []
    else:
        assert "tls: redirected from https to http" in store.findings()[0].current.warnings
    assert secure.server
    secure.server.close()


async def test_robots_that_are_ignored_are_told_once(
    site: Site, store: Stored, source: MakeSource, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers = {
        "/robots.txt": http("User-agent: *\nDisallow: /", kind="text/plain"),
        "/rss": feed(site, "/a"),
    }
    for _ in range(2):
        await store.poll(source(robots=Robots.IGNORE_FEED))
    assert "".join(capsys.readouterr()).count("robots_ignored") == 1
    assert store.leads()[0][1:] == ("kept", None)
    assert "/a" not in site.paths()
