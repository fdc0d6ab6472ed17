"""Public previews of Telegram channels: `t.me/s/NAME`, twenty posts a page."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from crawler.charset import cleaned
from crawler.dates import parse_date
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Skipped, SkipReason, Source, Stage

TITLE_CHARS = 120

OWN_TEXT = ".//div[contains(@class,'js-message_text') and not(ancestor::a[contains(@class,'tgme_widget_message_reply')])]"
"""The post's own text; a quoted post in a reply has a text block too."""

SENTENCE_END = re.compile(r"(?<=[.!?…])\s")

BEFORE = re.compile(r"[?&]before=(\d+)")


def leads_from_preview(text: str, *, source: Source, url: str, now: datetime) -> Discovered:
    """Return the posts of one preview page as complete leads: the post is the article.

    Raises:
        PageChanged: the channel has no public preview, or the page is something else.
    """
    page = Selector(text=text)
    posts = page.css("div.tgme_widget_message[data-post]")
    if "/s/" not in urlsplit(url).path + "/" or not (posts or page.css("[class*=tgme_]")):
        raise PageChanged(
            "no public preview: a group, a user, or a channel that hides its posts",
            url=url,
            source_id=source.id,
        )
    leads: list[Lead] = []
    skipped: list[Skipped] = []
    for post in posts:
        if "service_message" in post.attrib.get("class", "").split():
            continue
        found = _lead(post, source=source, url=url, now=now)
        (skipped if isinstance(found, Skipped) else leads).append(found)  # type: ignore[arg-type]
    return Discovered(
        format="telegram",
        leads=tuple(leads),
        title=page.css(".tgme_channel_info_header_title ::text").get(),
        older=_older(page, url),
        skipped=tuple(skipped),
    )


def _lead(post: Selector, *, source: Source, url: str, now: datetime) -> Lead | Skipped:
    channel, _, number = post.attrib["data-post"].rpartition("/")
    address = f"https://t.me/{channel}/{number}"
    words = _text(post)
    if not words:
        return Skipped(
            url=address, reason=SkipReason.NO_TEXT, stage=Stage.DISCOVER, detail="a post without text"
        )
    raw = post.css("a.tgme_widget_message_date time::attr(datetime)").get()
    published = parse_date(raw or "", timezone=source.timezone, languages=source.languages, now=now)
    return Lead(
        source_id=source.id,
        url=address,
        seen_in=url,
        title=headline(words),
        text=words,
        published=published.instant if published else None,
        published_raw=raw,
        zone_known=published.zone_known if published else True,
        guid=post.attrib["data-post"],
        complete=True,
        warnings=tuple(_marks(post)),
    )


def _text(post: Selector) -> str:
    """Return a post's text; `br` is its line break, an empty line parts paragraphs."""
    blocks = post.xpath(OWN_TEXT)
    if not blocks:
        return ""
    pieces = [
        "\n" if node.root is not None and getattr(node.root, "tag", "") == "br" else node.get()
        for node in blocks[-1].xpath(".//text() | .//br")
    ]
    lines = [" ".join(line.split()) for line in cleaned("".join(pieces)).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _marks(post: Selector) -> list[str]:
    marks = []
    if "edited" in " ".join(post.css(".tgme_widget_message_meta ::text").getall()).lower():
        marks.append("edited")
    forwarded = post.css(".tgme_widget_message_forwarded_from_name::attr(href)").get()
    if forwarded:
        marks.append(f"forwarded from {forwarded[:200]}")
    return marks


def headline(text: str) -> str:
    """Return what serves as a post's title: its first line or sentence, cut at a word where it is long."""
    line = text.split("\n", 1)[0]
    first = SENTENCE_END.split(line, maxsplit=1)[0] if len(line) > TITLE_CHARS else line
    if len(first) <= TITLE_CHARS:
        return first
    return first[:TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def _older(page: Selector, url: str) -> str | None:
    for link in page.css("link[rel=prev]::attr(href), a.tme_messages_more[data-before]::attr(href)").getall():
        if BEFORE.search(link):
            return urljoin(url, link)
    return None
