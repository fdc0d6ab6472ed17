"""One canonical address per article, and what may be requested at all.

>>> canonical("HTTP://WWW.News.Example:80/war/1/?utm_source=tg&b=2&a=1#top")
'https://news.example/war/1?a=1&b=2'
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urljoin, urlsplit, urlunsplit

TRACKING = re.compile(
    r"""^(?:
        utm_\w+ | mc_[ce]id | pk_\w+ | piwik_\w+ | mtm_\w+ | _openstat | openstat | at_\w+ | ns_\w+ | wt_\w+
        | fbclid | gclid | dclid | yclid | ysclid | msclkid | twclid | igshid | gbraid | wbraid | _ga | _gl | rb_clickid
        | from | ref | ref_src | referrer | cmpid | ito | smid | share | xtor | traffic_source | tg_rhash
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Query parameters that say how a reader came, not what they read: `utm_source=telegram`."""

SESSION = re.compile(
    r"^(?:phpsessid|jsessionid|sid|sessionid|session_id|aspsessionid\w*|cfid|cftoken)$", re.IGNORECASE
)
"""Query parameters that name a visit: `PHPSESSID=abc`."""

PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
"""Session ids in the path: `/news;jsessionid=1A2B`."""

TWIN_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.[^.])", re.IGNORECASE)
"""Hosts that show another host's articles: `m.news.example`."""

AMP_PATH = re.compile(r"(?:/amp|/index\.amp|\.amp|/amp\.html)(?=/?$)|^/amp(?=/)", re.IGNORECASE)
"""Paths of AMP twins: `/war/1/amp`, `/amp/war/1`, `/war/1/index.amp`."""

AMP_QUERY = {"amp", "outputtype"}

LONGEST = 4000
"""Characters of an address; browsers and servers take about half as many."""

SAFE_PATH = "/:@!$&'()*+,;=-._~"
"""Characters that RFC 3986 lets stand unescaped in a path."""


def fetchable(url: str, base: str | None = None) -> str:
    """Return the absolute web address that `url` means, fit to be requested.

    Raises:
        ValueError: in words, where it is no web address, has no host, a bad port, or credentials in it.
    """
    absolute = urljoin(base, url.strip()) if base else url.strip()
    if len(absolute) > LONGEST:
        raise ValueError(f"an address of {len(absolute)} characters: {redacted(absolute[:80])}…")
    parts = urlsplit(absolute)
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError(f"not a web address: {redacted(absolute)[:200]}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"credentials in the address: {redacted(absolute)[:200]}")
    host = _ascii_host(parts.hostname or "")
    if not host:
        raise ValueError(f"no host in the address: {absolute[:200]}")
    port = (
        f":{parts.port}" if parts.port not in (None, {"http": 80, "https": 443}[parts.scheme.lower()]) else ""
    )
    return urlunsplit(
        (parts.scheme.lower(), host + port, _escaped(parts.path or "/"), _escaped_query(parts.query), "")
    )


def canonical(url: str, *, keep_query: bool = True, keep_fragment: bool = False) -> str:
    """Return the address by which an article is known: the same for all its spellings and twins.

    Host names lose `www.`, `m.` and the like, paths their AMP forms and trailing slash, queries their tracking and
    session parameters; http and https are one. An address that is no web address comes back stripped only.

    Args:
        url: as found.
        keep_query: False drops the whole query.
        keep_fragment: True for entries of a list that have no address but a mark in the list's own.
    """
    try:
        parts = urlsplit(fetchable(url))
    except ValueError:
        return url.strip()
    host = _plain_host(parts.netloc)
    path = _plain_path(parts.path)
    if host == "t.me":
        path = path.removeprefix("/s") if path.startswith("/s/") else path
    query = _plain_query(parts.query) if keep_query and host != "t.me" else ""
    fragment = urlsplit(url.strip()).fragment if keep_fragment else ""
    return urlunsplit(("https", host, path, query, fragment))


def site(url: str) -> str:
    """Return what an address belongs to: registrable domain, `t.me/CHANNEL`, or host and port where it is a number.

    >>> site("https://feeds.news.co.uk/rss"), site("https://t.me/s/Channel/12"), site("http://127.0.0.1:8801/x")
    ('news.co.uk', 't.me/channel', '127.0.0.1:8801')
    """
    parts = urlsplit(url)
    host = _ascii_host(parts.hostname or "")
    if _is_number(host):
        return parts.netloc.rpartition("@")[2]
    if host in ("t.me", "telegram.me"):
        names = [name for name in parts.path.split("/") if name and name != "s"]
        return f"t.me/{names[0].lower()}" if names else "t.me"
    return _registrable(host)


def same_site(a: str, b: str) -> bool:
    """Say whether two addresses belong to one outlet's site."""
    return site(a) == site(b)


def redacted(url: str) -> str:
    """Return the address without user name and password."""
    return re.sub(r"(?<=//)[^/@\s]*@", "", url)


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """Return the public suffix list as bundled; it is never fetched."""
    import tldextract  # noqa: PLC0415 - loads an HTTP client; commands that only ask never need it

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=4096)
def _registrable(host: str) -> str:
    found = _suffixes()(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else TWIN_HOST.sub("", host)


@lru_cache(maxsize=4096)
def _ascii_host(host: str) -> str:
    bare = host.rstrip(".").lower()
    if ".." in bare or bare.startswith("."):
        raise ValueError(f"not a host name: {host[:100]}")
    if bare.isascii():
        return f"[{bare}]" if ":" in bare and not bare.startswith("[") else bare
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"not a host name: {host[:100]}") from error


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _plain_host(netloc: str) -> str:
    host, colon, port = netloc.rpartition(":") if re.search(r":\d+$", netloc) else (netloc, "", "")
    if host == "telegram.me":
        host = "t.me"
    return TWIN_HOST.sub("", host) + colon + port


def _plain_path(path: str) -> str:
    plain = PATH_SESSION.sub("", path)
    plain = re.sub(r"/{2,}", "/", plain)
    plain = AMP_PATH.sub("", plain)
    return plain.rstrip("/") or "/"


def _plain_query(query: str) -> str:
    pairs = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not (TRACKING.match(name) or SESSION.match(name) or name.lower() in AMP_QUERY)
    ]
    return urlencode(sorted(pairs))


def _escaped(path: str) -> str:
    # a percent sign that escapes nothing is itself escaped by decoding first
    return quote(unquote_to_bytes(path.encode("utf-8", "surrogatepass")), safe=SAFE_PATH)


def _escaped_query(query: str) -> str:
    return re.sub(r"[^\x21-\x7e]", lambda found: quote(found.group().encode("utf-8", "surrogatepass")), query)
