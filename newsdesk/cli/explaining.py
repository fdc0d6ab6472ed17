"""`explain`: why a page was or wasn't kept, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, configured, opened, printable
from newsdesk.cli.output import short


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "explain",
        help="Say why a page was or wasn't kept: an address from the store, or a saved file with --url.\n\nExample: swapwatch explain https://outlet.example/story",
    )(explain)


def explain(
    what: Annotated[str, typer.Argument(metavar="URL-or-FILE", help="An address, or a saved page.")],
    url: Annotated[
        str | None, typer.Option("--url", help="For a file: the address it was saved from.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Print the steps."""
    if what.startswith(("http://", "https://")):
        lines = list(_from_store(what, config))
    else:
        lines = list(_from_file(Path(what), url))
    typer.echo("\n".join(printable(line) for line in lines))


def _from_store(url: str, config: Path | None) -> Iterator[str]:
    from crawler.urls import canonical
    from storage import queries
    from storage.engine import transaction

    address = canonical(url)
    yield f"address   {address}"
    with transaction(opened(configured(config))) as session:
        leads = queries.leads_to(session, address)
        number = queries.finding_at(session, address)
        found = queries.finding(session, number) if number else None
    if not leads and found is None:
        yield "never seen: no list of any source named it. `swapwatch sources status` shows what is read"
        return
    for one in leads:
        yield f"lead      {one.lead.source_id} named it {short(one.discovered_at)} in {one.lead.seen_in}: «{short(one.lead.title)}»"
        why = f" at {one.stage}: {one.reason}; {one.detail}" if one.reason else ""
        tries = f", {one.attempts} tries failed, next {short(one.next_try)}" if one.attempts else ""
        yield f"outcome   {one.state}{why}{tries}"
    if found is not None:
        yield f"finding   f{found.id}: {found.verdict.standing}, score {found.verdict.score:.2f}, {found.verdict.kind}"
        for reason in found.verdict.reasons[:5]:
            yield f"  because {reason['rule']} ({reason['weight']:+}): «{short(reason['words'])}»"


def _from_file(file: Path, url: str | None) -> Iterator[str]:
    from crawler.extraction import extract
    from crawler.facts import read
    from crawler.model import Lead, Skipped
    from crawler.tagging import judge
    from newsdesk.cli.tagging import page_source, saved_page

    if url is None:
        raise UsageError("a file needs --url, the address it was saved from")
    page = saved_page(file, url)
    lead = Lead(source_id="file", url=url, seen_in=url)
    article = extract(page, source=page_source(url, "Europe/Kyiv"), lead=lead, now=datetime.now(UTC))
    yield f"page      {len(page.body)} bytes from {page.url}"
    if isinstance(article, Skipped):
        yield f"outcome   skipped at {article.stage}: {article.reason}; {article.detail}"
        return
    yield f"extracted «{short(article.title)}», {len(article.text)} characters, {article.language or 'language unknown'}, {short(article.published) or 'undated'}"
    yield from (f"  warning {warning}" for warning in article.warnings)
    verdict, claims = read(article, judge(article))
    yield f"judged    {verdict.standing}, score {verdict.score:.2f} (relevant from 0.50, near miss from 0.20), {verdict.kind}"
    yield from (f"  because {r.rule} ({r.weight:+}): «{short(r.words)}»" for r in verdict.reasons[:8])
    yield f"claims    {len(claims)}"
    yield from (f"  {c.count} {c.category} to {c.returned_to}, {c.event}: «{short(c.quote)}»" for c in claims)
