"""`tag` and `extract`: the pure rooms on files, with no store and no network."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, added_terms
from newsdesk.cli.output import plain

if TYPE_CHECKING:
    from crawler.model import AddedTerm, Article, Claim, Page, Source, Verdict


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "tag",
        help="Classify articles, one JSON object a line: id, title, text, and optionally lang, published, timezone, side.\n\nExample: swapwatch tag articles.jsonl > tagged.jsonl",
    )(tag)
    app.command(
        "extract",
        help="Show what the extractor makes of a saved page, as JSON.\n\nExample: swapwatch extract page.html --url https://outlet.example/story",
    )(extract)


def tag(
    file: Annotated[str, typer.Argument(metavar="FILE.jsonl", help="A file, or - for stdin.")],
    config: ConfigOption = None,
) -> None:
    """Write one line for each line read, in the same order."""
    added = added_terms(config)
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            out = tagged_line(line, added)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{file}:{number}: {_complaint(error)}; give id, title and text in each line"
            ) from error
        typer.echo(out)


def _lines(file: str) -> Any:
    if file == "-":
        return sys.stdin
    try:
        return Path(file).open(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error


def _complaint(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def tagged_line(line: str, added: tuple[AddedTerm, ...] = ()) -> str:
    """Return the answer to one line of `tag`, as a line of JSON; `added` are the operators' terms.

    Raises:
        ValueError, KeyError, TypeError: the line is not an object with what an article needs.
    """
    from crawler.facts import read
    from crawler.tagging import judge

    given = json.loads(line)
    if not isinstance(given, dict):
        raise TypeError("not a JSON object")
    article = _article(given)
    verdict, claims = read(article, judge(article, added))
    return json.dumps({"id": given["id"]} | record(verdict, claims), ensure_ascii=False)


def _article(given: dict[str, Any]) -> Article:
    from crawler.dates import parse_date
    from crawler.model import Article

    title, text = given.get("title") or "", given.get("text") or ""
    if not isinstance(title, str) or not isinstance(text, str) or "id" not in given:
        raise KeyError("id, title or text")
    far = datetime(2100, 1, 1, tzinfo=UTC)
    raw = given.get("published")
    published = (
        parse_date(str(raw), timezone=str(given.get("timezone") or "Europe/Kyiv"), languages=(), now=far)
        if raw
        else None
    )
    return Article(
        address=str(given["id"]),
        outlet="file",
        title=title,
        text=text,
        language=given.get("lang"),
        published=published.instant if published else None,
        zone_known=published.zone_known if published else True,
    )


def record(verdict: Verdict, claims: tuple[Claim, ...]) -> dict[str, Any]:
    """Return a verdict and its claims with the fields of the annotation guide, plus score and reasons."""
    from crawler.model import Conflict, Kind, Standing

    relevant = verdict.standing is Standing.RELEVANT
    kept = ("event", "returned_to", "category", "subset", "count", "precision", "claimed_by", "quote")
    said = [
        {name: plain(getattr(claim, name)) for name in kept}
        | ({"reason": claim.reason} if claim.reason else {})
        for claim in claims
    ]
    return {
        "relevant": "yes" if relevant else "no",
        "kind": verdict.kind if relevant else Kind.OFF_TOPIC,
        "conflict": verdict.conflict if relevant else Conflict.NONE,
        "exchange_date": plain(verdict.exchange_date) if relevant else None,
        "stage": verdict.stage if relevant else None,
        "sequence": verdict.sequence if relevant else None,
        "deal": verdict.deal if relevant else None,
        "mediators": list(verdict.mediators) if relevant else [],
        "transfer_place": verdict.transfer_place if relevant else None,
        "numbers_disclosed": verdict.numbers_disclosed if relevant else None,
        "claims": said if relevant else [],
        "score": verdict.score,
        "reasons": [
            {
                "rule": r.rule,
                "weight": r.weight,
                "words": r.words,
                "part": r.span.part,
                "start": r.span.start,
                "end": r.span.end,
            }
            for r in verdict.reasons
        ],
    }


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE.html", help="A saved page.")],
    url: Annotated[str, typer.Option("--url", help="The address it was saved from.")],
    timezone: Annotated[str, typer.Option("--timezone", help="For dates without a zone.")] = "Europe/Kyiv",
) -> None:
    """Print the article, or why there is none."""
    from dataclasses import asdict

    from crawler.extraction import extract as extract_page
    from crawler.model import Lead

    source = page_source(url, timezone)
    found = extract_page(
        saved_page(file, url),
        source=source,
        lead=Lead(source_id="file", url=url, seen_in=url),
        now=datetime.now(UTC),
    )
    typer.echo(json.dumps(plain(asdict(found)), ensure_ascii=False, indent=2))


def saved_page(file: Path, url: str) -> Page:
    """Return a file as if it had been fetched from `url`."""
    from crawler.model import Page
    from crawler.urls import fetchable

    try:
        address = fetchable(url)
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"--url {url}: {error}") from error
    return Page(
        requested_url=address, url=address, body=body, fetched_at=datetime.now(UTC), content_type="text/html"
    )


def page_source(url: str, timezone: str) -> Source:
    """Return a source that expects nothing in particular."""
    from crawler.model import Ownership, Side, Source, SourceType

    return Source(
        id="file", name="a file", country="UN", side=Side.UNKNOWN, ownership=Ownership.UNKNOWN, languages=("en", "ru", "uk"),
        type=SourceType.AUTO, url=url, timezone=timezone,
    )  # fmt: skip
