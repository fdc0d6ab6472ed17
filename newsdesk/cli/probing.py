"""`sources probe`, `import` and `export`: lists found, taken over and handed on."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import (
    SHARED,
    ConfigOption,
    Exit,
    Format,
    FormatOption,
    configured,
    printable,
    say,
)
from newsdesk.cli.output import short, write_csv, write_rows

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.discovery import Listed, Probe, Sample
    from crawler.model import Source


def register(group: typer.Typer) -> None:
    """Add the commands of this module."""
    group.command(
        "probe",
        help="Look for an outlet's lists of articles and print a source to paste; exits 3 if there is none.\n\nExample: swapwatch sources probe https://outlet.example",
    )(probe)
    group.command(
        "check",
        help="Ask each source once, store nothing, and say what came; exits 4 if one fails.\n\nExample: swapwatch sources check pravda-ua-uk",
    )(check)
    group.command(
        "import",
        help="Print the feeds of an OPML file as sources to paste.\n\nExample: swapwatch sources import feeds.opml",
    )(import_opml)
    group.command(
        "export",
        help="Write the sources as OPML, or as CSV with how they fare.\n\nExample: swapwatch sources export --format opml > feeds.opml",
    )(export)


def probe(
    url: Annotated[str, typer.Argument(metavar="URL", help="The outlet's front page, a feed, a channel.")],
    config: ConfigOption = None,
) -> int:
    """Print lists, articles and an entry for config.yaml."""
    import scheduler
    from crawler.urls import fetchable
    from newsdesk.cli.tagging import page_source

    try:
        address = fetchable(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from error
    known = _config_or_usual(config)

    async def look() -> Probe:
        async with scheduler.ready(known) as crawling:
            return await crawling.probe(page_source(address, "UTC"))

    say(f"looking at {address}, one request at a time …")
    found = asyncio.run(look())
    _print(found)
    if not found.lists:
        return Exit.NOTHING_REACHED
    from newsdesk.entries import as_yaml

    typer.echo("\nTo paste under sources: (check side and ownership, and the outlet's terms)\n")
    typer.echo(printable(as_yaml([_entry(found.lists[0])], taken=[one.id for one in known.sources])))
    return Exit.DONE


def _config_or_usual(path: Path | None) -> Config:
    """Return the config for its network settings; without a file, what is usual."""
    from crawler.config import Config

    place = path or SHARED.config
    if path is None and not place.exists():
        here = Path().absolute()
        return Config(path=here / "config.yaml", contact=None, database_url="", data=here)
    return configured(path)


LIST_COLUMNS = ("format", "entries", "a_day", "newest", "zone", "languages", "charset", "full_text", "url")


def _print(found: Probe) -> None:
    rows = [_list_row(one) for one in found.lists]
    typer.echo("Lists, the best first" if rows else "No list of articles was found")
    if rows:
        write_rows(rows, columns=LIST_COLUMNS, form=Format.TABLE)
        typer.echo(printable(f"served as {found.lists[0].content_type or 'no type'}"))
    for skip in found.failed:
        typer.echo(printable(f"not usable: {skip.url}: {skip.reason}, {skip.detail}"))
    delay = "none" if found.crawl_delay is None else f"{found.crawl_delay:g} s"
    typer.echo(f"robots.txt: delay {delay}; {found.requests} addresses were asked for")
    if found.lists and not found.samples:
        typer.echo("its posts are whole in the list: no page is fetched")
    if found.samples:
        typer.echo("\nWhat the extractor makes of its newest articles")
        for sample in found.samples:
            typer.echo(printable(_sample(sample)))


def _list_row(one: Listed) -> dict[str, Any]:
    return {
        "format": one.format,
        "entries": one.entries,
        "a_day": None if one.a_day is None else round(one.a_day, 1 if one.a_day > 1 else 2),
        "newest": one.newest,
        "zone": "" if not one.dated else "named" if one.zone_known else "not named",
        "languages": [f"{code} {count}" for code, count in one.languages],
        "charset": one.charset,
        "full_text": "yes" if one.full_text else f"{one.text_chars} chars",
        "url": one.url,
    }


def _sample(sample: Sample) -> str:
    from crawler.model import Skipped

    one = sample.outcome
    if isinstance(one, Skipped):
        return f"  {sample.url}: {one.reason}, {one.detail}"
    date = f"{short(one.published)} from {one.published_from}" if one.published else "undated"
    zone = "" if one.zone_known else ", zone not named"
    notes = "".join(f"; {warning}" for warning in one.warnings)
    return f"  «{short(one.title)}», {len(one.text)} characters, {one.language or 'language unknown'}, {date}{zone}{notes}"


def _entry(best: Listed) -> dict[str, Any]:
    return {
        "name": best.title or urlsplit(best.url).hostname,
        "languages": [code for code, count in best.languages if count * 10 >= best.entries] or None,
        "type": str(best.type),
        "url": best.url,
    }


CHECK_COLUMNS = ("source", *LIST_COLUMNS[:-1], "delay", "articles", "error")

AT_ONCE = 20
"""Sources that are asked at the same time."""


def check(
    source: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these sources.")] = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
) -> int:
    """Look at the list and three articles of each source."""
    import scheduler
    from newsdesk.cli.running import _check_sources

    checked = configured(config)
    _check_sources([one.id for one in checked.sources], source or [])
    chosen = [one for one in checked.sources if (one.id in source if source else one.enabled)]

    async def look() -> list[dict[str, Any]]:
        places = asyncio.Semaphore(AT_ONCE)
        async with scheduler.ready(checked) as crawling:

            async def one(asked: Source) -> dict[str, Any]:
                async with places:
                    return _checked(asked, await crawling.probe(asked, only_its_list=True))

            return await asyncio.gather(*map(one, chosen))

    rows = asyncio.run(look())
    if form is not Format.TABLE:
        write_rows(rows, columns=CHECK_COLUMNS, form=form)
    else:
        write_rows(rows, columns=CHECK_COLUMNS[:-1], form=form)
        for row in rows:
            if row["error"]:
                typer.echo(printable(f"{row['source']}: {row['error']}"))
    return Exit.CHECK_FAILED if any(row["failed"] for row in rows) else Exit.DONE


def _checked(source: Source, found: Probe) -> dict[str, Any]:
    """Return what a source's check brought; it failed without a list, and where no article could be read."""
    from crawler.model import Article, Skipped

    complaints = [f"{skip.url}: {skip.reason}, {skip.detail}" for skip in found.failed]
    read = [sample for sample in found.samples if isinstance(sample.outcome, Article)]
    complaints += [
        f"{sample.url}: {sample.outcome.reason}, {sample.outcome.detail}"
        for sample in found.samples
        if isinstance(sample.outcome, Skipped)
    ]
    row = _list_row(found.lists[0]) if found.lists else dict.fromkeys(LIST_COLUMNS)
    return row | {
        "source": source.id,
        "delay": found.crawl_delay,
        "articles": f"{len(read)} of {len(found.samples)}" if found.samples else "",
        "error": "; ".join(complaints),
        "failed": not found.lists or (bool(found.samples) and not read),
    }


def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="As another reader wrote it.")],
    config: ConfigOption = None,
) -> None:
    """Print entries for feeds that are not configured yet."""
    from crawler.urls import canonical
    from newsdesk.entries import as_yaml
    from newsdesk.opml import entries

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error
    known = _config_or_usual(config)
    have = {canonical(one.url) for one in known.sources}
    found = entries(body, name=file.name)
    new = {canonical(one["url"]): one for one in found if canonical(one["url"]) not in have}
    say(f"{len(found)} feeds, {len(found) - len(new)} of them configured already or named twice")
    if new:
        typer.echo(as_yaml(list(new.values()), taken=[one.id for one in known.sources]))


EXPORT_COLUMNS = (
    "id",
    "name",
    "country",
    "side",
    "ownership",
    "languages",
    "type",
    "url",
    "timezone",
    "interval",
)


def export(
    form: Annotated[str, typer.Option("--format", help="opml or csv.")] = "csv",
    config: ConfigOption = None,
) -> None:
    """Write all configured sources to stdout."""
    from newsdesk.cli.sources import STATUS_COLUMNS, status_rows
    from newsdesk.opml import duration, outlines

    if form not in ("opml", "csv"):
        raise UsageError(f"--format {form}: write opml or csv")
    checked = configured(config)
    if form == "opml":
        sys.stdout.write(outlines(checked.sources).decode())
        return
    fares = {row["source"]: row for row in status_rows(checked, checked.sources)}
    rows = [
        {name: getattr(one, name) for name in EXPORT_COLUMNS[:-1]}
        | {"interval": duration(one.interval.total_seconds()) if one.interval else None}
        | {name: fares[one.id][name] for name in STATUS_COLUMNS[1:]}
        for one in checked.sources
    ]
    write_csv(rows, columns=(*EXPORT_COLUMNS, *STATUS_COLUMNS[1:]), to=sys.stdout)
