"""`explain`: why a page was or wasn't kept, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, added_terms, configured, opened, printable
from newsdesk.cli.output import short

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.model import AddedTerm, Article, Reason
    from crawler.tagging import Step
    from storage.stored import StoredLead, WholeFinding


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "explain",
        help="Say why a page was or wasn't kept, sentence by sentence: an address from the store, or a saved file with --url.\n\nExample: swapwatch explain https://outlet.example/story",
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
        lines = _from_store(what, configured(config))
    else:
        lines = _from_file(Path(what), url, added_terms(config))
    typer.echo("\n".join(printable(line) for line in lines))


def _from_store(url: str, config: Config) -> Iterator[str]:
    from crawler.urls import canonical
    from storage import queries
    from storage.engine import transaction

    address = canonical(url)
    yield f"address   {address}"
    with transaction(opened(config)) as session:
        leads = queries.leads_to(session, address)
        number = queries.finding_at(session, address)
        found = queries.finding(session, number) if number else None
    if not leads and found is None:
        yield "never seen: no list of any source named it. `swapwatch sources status` shows what is read"
        return
    for one in leads:
        yield from _lead(one)
    if found is not None:
        yield from _finding(found, config)
    else:
        yield "text      a page that is not kept leaves what its list said; to read the page itself, save it: swapwatch explain FILE --url ADDRESS"
        yield from _judged(_listed(leads[0], address), config.lexicon)


def _lead(one: StoredLead) -> Iterator[str]:
    yield f"lead      {one.lead.source_id} named it {short(one.discovered_at)} in {one.lead.seen_in}: «{short(one.lead.title)}»"
    why = f" at {one.stage}: {one.reason}; {one.detail}" if one.reason else ""
    tries = f", {one.attempts} tries failed, next {short(one.next_try)}" if one.attempts else ""
    yield f"outcome   {one.state}{why}{tries}"


def _finding(found: WholeFinding, config: Config) -> Iterator[str]:
    from crawler.model import Article
    from crawler.tagging import version

    stored = found.verdict
    yield f"finding   f{found.id}: {stored.standing}, score {stored.score:.2f}, {stored.kind}, lexicon {stored.lexicon}"
    if stored.lexicon != version(config.lexicon):
        yield "          stored under another lexicon than this one: `swapwatch retag` renews it"
    said = found.current
    article = Article(
        address=found.address, outlet=found.outlet, title=said.title, text=said.text, language=said.language
    )
    yield from _judged(article, config.lexicon)


def _listed(one: StoredLead, address: str) -> Article:
    """Return what a list said of an article."""
    from crawler.model import Article

    lead = one.lead
    return Article(
        address=address, outlet="", title=lead.title or "", text=lead.text or "", language=lead.language
    )


def _from_file(file: Path, url: str | None, added: tuple[AddedTerm, ...]) -> Iterator[str]:
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
    yield from _judged(article, added)
    _, claims = read(article, judge(article, added))
    yield f"claims    {len(claims)}"
    yield from (f"  {c.count} {c.category} to {c.returned_to}, {c.event}: «{short(c.quote)}»" for c in claims)


def _judged(article: Article, added: tuple[AddedTerm, ...]) -> Iterator[str]:
    """Yield the tagger's steps: {+words for+} and [-words against-] marked in the text."""
    from crawler.tagging import NEAR_MISS, RELEVANT, explained, judge

    found, verdict = explained(article, added), judge(article, added)
    yield f"read as   {found.language}, lexicon {verdict.lexicon}; {{+words for it+}}, [-words against it-]"
    for step in found.steps:
        if step.reasons or step.number <= 1:
            yield from _step(step, article)
    known = sum(not step.reasons and step.number > 1 for step in found.steps)
    weighing = found.weighing
    yield f"weight    {weighing.head:+.2f} in the title and first sentences, {weighing.rest_counted:+.2f} of {weighing.rest:+.2f} in the rest; {known} more sentences with known words met no rule"
    if weighing.share < 1:
        yield f"          times {weighing.share:g}: no party of a conflict is named"
    yield f"judged    {verdict.standing}, score {verdict.score:.2f} (relevant from {RELEVANT:.2f}, near miss from {NEAR_MISS:.2f}), {verdict.kind}, {verdict.conflict}"


def _step(step: Step, article: Article) -> Iterator[str]:
    whole = article.title if step.part == "title" else article.text
    name = "title" if step.number == 0 else f"{step.number}"
    yield f"{name:<10}{short(_marked(whole, step))}"
    yield from (f"  {r.weight:+.2f} {r.rule}: «{short(r.words)}»" for r in step.reasons)
    aside = [words for concept, words in step.words if concept == "spoiler"]
    if aside:
        yield f"  aside {', '.join(f'«{short(words)}»' for words in aside)}: another matter"
    if not step.reasons:
        known = ", ".join(
            f"{concept} «{short(words)}»" for concept, words in step.words if concept != "spoiler"
        )
        yield f"  no rule holds; known words: {known or 'none'}"


def _marked(whole: str, step: Step) -> str:
    """Return a sentence with its evidence marked, the weightiest where marks would overlap."""
    taken: list[Reason] = []
    for reason in sorted(step.reasons, key=lambda one: -abs(one.weight)):
        if all(reason.span.end <= other.span.start or other.span.end <= reason.span.start for other in taken):
            taken.append(reason)
    pieces, at = [], step.start
    for reason in sorted(taken, key=lambda one: one.span.start):
        before, after = ("{+", "+}") if reason.weight > 0 else ("[-", "-]")
        start, end = reason.span.start, reason.span.end
        pieces += [whole[at:start], before, whole[start:end], after]
        at = end
    return "".join((*pieces, whole[at : step.end]))
