"""Another look at what is known: where to look, and what an answer that is not the article says of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request

from crawler.extraction.addresses import FRONT_PAGES
from crawler.model import Discovered, Finding, Lead, Skipped, SkipReason, Stage
from crawler.spiders.desk import OpenLead

POST = "https://t.me/"

NUMBERED = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}")
"""A number that names an article; a year names an archive."""

AWAY = frozenset({SkipReason.GONE, SkipReason.SOFT_404, SkipReason.NO_TEXT, SkipReason.REDIRECTED_AWAY})
"""What a page that was there before says when it is not there any more."""


@dataclass(frozen=True, slots=True)
class Again:
    """A lead that waits, with what its list says of it now."""

    id: int
    lead: Lead
    attempts: int
    known: bool
    again: bool

    @classmethod
    def of(cls, waiting: OpenLead, lead: Lead) -> Self:
        """Return the same place in the line with a fresh lead."""
        return cls(waiting.id, lead, waiting.attempts, waiting.known, waiting.again)


def sent_home(asked: str, final: str) -> Skipped | None:
    """A redirect from an article to the front page, or to a section it stood in, is no article."""
    before, after = (urlsplit(url).path.strip("/").split("/") for url in (asked, final))
    if before in ([""], after):
        return None
    front = is_front(final)
    section = len(after) < len(before) and before[: len(after)] == after and not NUMBERED.search(after[-1])
    if not front and not section:
        return None
    detail = f"sent to the {'front page' if front else 'section'} {final}"
    return Skipped(url=asked, reason=SkipReason.REDIRECTED_AWAY, stage=Stage.FETCH, detail=detail)


def is_front(url: str) -> bool:
    """Say whether an address is an outlet's front page, or that of one of its languages."""
    return urlsplit(url).path.rstrip("/").lower() in FRONT_PAGES


def in_place_of_its_page(finding: Finding, skip: Skipped) -> Finding:
    """Return a finding made of a list's own words, with why its page was not read."""
    said = f"page not read: {skip.reason}: {skip.detail}"
    article = replace(finding.article, warnings=(*finding.article.warnings, said[:500]))
    return replace(finding, article=article, instead_of=skip)


@dataclass(slots=True)
class Texts:
    """The texts of one crawl: one that stands under several headlines is the report of none of them."""

    told: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """The text's hash, with the address and the headline it stood under first."""

    def first(self, finding: Finding) -> Finding | Skipped:
        """Return a finding, or that its text stood under another address and headline before."""
        digest = hashlib.sha256(" ".join(finding.article.text.split()).encode()).hexdigest()
        address, title = self.told.setdefault(digest, (finding.article.address, finding.lead.title))
        if address == finding.article.address or title == finding.lead.title:
            return finding
        detail = f"the same text as {address}, which has another headline"
        return Skipped(url=finding.lead.url, reason=SkipReason.SOFT_404, stage=Stage.EXTRACT, detail=detail)


def stands_in(waiting: OpenLead, skip: Skipped) -> bool:
    """Say whether the list's own words may stand in for a page: not for one that is gone, or known and taken away."""
    if skip.reason is SkipReason.GONE or (waiting.known and skip.reason in AWAY):
        return False
    return bool(waiting.lead.title or waiting.lead.text)


def post_request(waiting: OpenLead) -> Request | None:
    """Return the request for the preview page that ends with a lead's post; None for a lead that is no post."""
    lead = waiting.lead
    number = lead.url.rpartition("/")[2]
    if not (lead.complete and lead.url.startswith(POST) and number.isdigit()):
        return None
    channel = lead.seen_in.partition("?")[0]
    return Request(f"{channel}?before={int(number) + 1}", cb_kwargs={"waiting": waiting})


def post_in(found: Discovered, lead: Lead) -> Lead | Skipped:
    """Return the lead of the same post in a preview page, or that it is not there any more."""
    post = next((one for one in found.leads if one.url == lead.url), None)
    if post is not None:
        return post
    emptied = any(skip.url == lead.url for skip in found.skipped)
    reason = SkipReason.NO_TEXT if emptied else SkipReason.GONE
    detail = "the post has no text any more" if emptied else "the post is no longer in its channel"
    return Skipped(url=lead.url, reason=reason, stage=Stage.FETCH, detail=detail)


def unreadable_preview(url: str, cause: str) -> Skipped:
    """A channel that shows no posts says nothing of one of them."""
    return Skipped(url=url, reason=SkipReason.BLOCKED, stage=Stage.DISCOVER, detail=cause[:300])
