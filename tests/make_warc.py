"""Write a WARC file as Common Crawl's news archive has them: ordinary pages with a report among every so many.

usage: python tests/make_warc.py FILE.warc.gz [PAGES] [--real]

Pages are of our own making, about 110 kB each, with the scripts, menus and tickers that real ones have; with --real they are
those of ../shared/realpages. The same arguments give the same file.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

EVERY = 100
"""One page in so many is a report."""

START = datetime(2025, 3, 1, tzinfo=UTC)

WORDS = {
    "uk": [
        "місто",
        "рада",
        "дорога",
        "школа",
        "бюджет",
        "лікар",
        "поїзд",
        "погода",
        "річка",
        "завод",
        "ринок",
        "театр",
        "врожай",
        "міст",
        "парк",
        "виставка",
        "музика",
        "книга",
    ],
    "en": [
        "council",
        "road",
        "school",
        "budget",
        "doctor",
        "train",
        "weather",
        "river",
        "plant",
        "market",
        "theatre",
        "harvest",
        "bridge",
        "park",
        "concert",
        "music",
        "book",
    ],
}
REPORT = {
    "uk": (
        "Відбувся обмін полоненими: додому повернулися {n} захисників",
        "Україна та Росія провели обмін полоненими за формулою {n} на {n}.",
    ),
    "en": (
        "Ukraine and Russia exchange {n} prisoners of war each",
        "The two sides exchanged {n} prisoners of war each on Friday.",
    ),
}


def own_pages(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield address and body of ordinary pages and of reports."""
    chance = random.Random(7)
    for number in range(count):
        language = ("uk", "en")[number % 2]
        title, first = f"{sentence(chance, language)} {number}", sentence(chance, language)
        if number % EVERY == EVERY // 2:
            title, first = (text.format(n=100 + number % 150) for text in REPORT[language])
        yield (
            f"http://news{number % 7}.example/2025/03/story-{number}",
            page(chance, title, first, language).encode(),
        )


def sentence(chance: random.Random, language: str) -> str:
    return " ".join(chance.choices(WORDS[language], k=chance.randint(7, 16))).capitalize()


def page(chance: random.Random, title: str, first: str, language: str) -> str:
    text = "".join(f"<p>{'. '.join(sentence(chance, language) for _ in range(4))}.</p>" for _ in range(12))
    teasers = "".join(
        f'<li class="teaser teaser-{n}"><a href="/a/{n}?from=list"><span class="t">{sentence(chance, language)}</span></a></li>'
        for n in range(120)
    )
    script = ";".join(f"window.c{n}={{id:{chance.random()},on:!0,path:'/assets/{n}.js'}}" for n in range(900))
    style = "".join(f".block-{n}{{margin:{n}px;color:#{n:06x}}}" for n in range(500))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} | News</title><style>{style}</style>'
        f'<meta property="og:title" content="{title}"><script>{script}</script></head><body><nav><ul>{teasers}</ul></nav>'
        f'<article><h1>{title}</h1><time datetime="2025-03-02T10:00:00+02:00">2 March 2025</time><p>{first}</p>{text}</article>'
        f"<aside><ul>{teasers}</ul></aside><footer><p>News, 2025</p></footer></body></html>"
    )


def real(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield the real pages over and over, each time under other addresses, with our reports among them."""
    from tests.crawl_realpages import real_pages

    pages, chance = real_pages(), random.Random(7)
    for number in range(count):
        one = pages[number % len(pages)]
        address, body = f"http://{one.host}/{number}{one.path.partition('?')[0]}", one.body
        if number % EVERY == EVERY // 2:
            title, first = (text.format(n=100 + number % 150) for text in REPORT["uk"])
            body = page(chance, title, first, "uk").encode()
        yield address, body


def write(
    path: Path,
    pages: Iterator[tuple[str, bytes]],
    *,
    status: str = "200 OK",
    headers: Sequence[tuple[str, str]] = (),
) -> None:
    """Write pages as answers, each with its request, gzipped record by record where the name ends with .gz."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "swapwatch tests"}))
        for number, (url, body) in enumerate(pages):
            dated = {"WARC-Date": f"{START + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}"}
            answer = StatusAndHeaders(
                status, [("Content-Type", "text/html; charset=utf-8"), *headers], protocol="HTTP/1.1"
            )
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
            writer.write_record(
                writer.create_warc_record(
                    url, "request", payload=BytesIO(), http_headers=asked, warc_headers_dict=dated
                )
            )
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=BytesIO(body), http_headers=answer, warc_headers_dict=dated
                )
            )


def main() -> int:
    """Write the file."""
    arguments = [one for one in sys.argv[1:] if one != "--real"]
    if not arguments:
        print(__doc__)
        return 2
    count = int(arguments[1]) if len(arguments) > 1 else 10_000
    if "--real" in sys.argv:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    write(Path(arguments[0]), real(count) if "--real" in sys.argv else own_pages(count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
