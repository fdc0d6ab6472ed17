"""How each outlet lists its stories: feeds of every make, a sitemap, a section page, a Telegram preview."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from email.utils import format_datetime
from html import escape
from xml.sax.saxutils import escape as xml

from newsdesk.newsroom.stories import Outlet, Story

POSTS_A_PAGE = 5

PATHS = {
    "rss": "/rss.xml", "rss_cp1251": "/rss.xml", "slow_rss": "/feed/", "broken_rss": "/feed/", "atom": "/atom.xml", "rdf": "/index.rdf",
    "json_feed": "/feed.json", "news_sitemap_gz": "/sitemap-news.xml.gz", "section": "/news/", "telegram": "/s/",
}  # fmt: skip
TYPES = {
    "json_feed": "application/feed+json", "news_sitemap_gz": "application/gzip", "section": "text/html; charset=utf-8",
    "telegram": "text/html; charset=utf-8", "atom": "application/atom+xml; charset=utf-8", "rss_cp1251": "text/xml",
}  # fmt: skip


def list_path(outlet: Outlet) -> str:
    """Return where an outlet's list stands."""
    return (
        "/s/" + outlet.id.removeprefix("tg-").replace("-", "_")
        if outlet.format == "telegram"
        else PATHS[outlet.format]
    )


def list_type(outlet: Outlet) -> str:
    """Return the content type of an outlet's list."""
    return TYPES.get(outlet.format, "application/rss+xml; charset=utf-8")


def story_path(story: Story) -> str:
    """Return where a story's page stands."""
    return f"/news/{story.published:%Y/%m/%d}/{story.slug}"


def listing(outlet: Outlet, stories: tuple[Story, ...], base: str, query: str = "") -> bytes:
    """Return the bytes of an outlet's list."""
    if outlet.format == "telegram":
        return _telegram(outlet, stories, query).encode()
    if outlet.format == "json_feed":
        return _json_feed(outlet, stories, base).encode()
    if outlet.format == "news_sitemap_gz":
        return gzip.compress(_sitemap(outlet, stories, base).encode(), mtime=0)
    if outlet.format == "section":
        return _section(outlet, stories, base).encode()
    if outlet.format == "atom":
        return _atom(outlet, stories, base).encode()
    if outlet.format == "rdf":
        return _rdf(outlet, stories, base).encode()
    if outlet.format == "rss_cp1251":
        return _rss(outlet, stories, base, encoding="windows-1251").encode("cp1251", "xmlcharrefreplace")
    feed = _rss(outlet, stories, base)
    return _broken(feed).encode() if outlet.format == "broken_rss" else feed.encode()


def _body(story: Story) -> str:
    return "".join(f"<p>{escape(one, quote=False)}</p>" for one in story.paragraphs)


def _rss(outlet: Outlet, stories: tuple[Story, ...], base: str, *, encoding: str = "utf-8") -> str:
    items = []
    for one in stories:
        full = f"<content:encoded><![CDATA[{_body(one)}]]></content:encoded>" if outlet.full_text else ""
        items.append(
            f"<item><title>{xml(one.title)}</title><link>{base}{story_path(one)}?utm_source=rss&amp;utm_medium=feed</link>"
            f'<guid isPermaLink="false">{outlet.id}-{one.id}</guid><pubDate>{format_datetime(one.updated or one.published)}</pubDate>'
            f"<category>{xml(one.section)}</category><description>{xml(one.summary)}</description>{full}</item>"
        )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{xml(outlet.name)}</title><link>{base}/</link><description>{xml(outlet.name)}</description>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def _broken(feed: str) -> str:
    """A bare ampersand in the middle, and the end missing: what a careless template and a short write leave."""
    items = feed.split("<item>")
    middle = len(items) // 2
    items[middle] = items[middle].replace("</title>", " & Co</title>", 1)
    # the last, whole item is listed twice, so that the cut costs no story
    whole = "<item>".join(items).replace("\n</channel></rss>\n", "")
    return whole + "\n<item>" + items[-1][:120]


def _rdf(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    items = "\n".join(
        f'<item rdf:about="{base}{story_path(one)}"><title>{xml(one.title)}</title><link>{base}{story_path(one)}</link>'
        f"<description>{xml(one.summary)}</description><dc:date>{(one.updated or one.published).isoformat()}</dc:date></item>"
        for one in stories
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/"><title>{xml(outlet.name)}</title><link>{base}/</link></channel>\n{items}\n</rdf:RDF>\n'
    )


def _atom(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    entries = "\n".join(
        f'<entry><id>tag:{outlet.id},2026:{one.id}</id><title>{xml(one.title)}</title><link rel="alternate" href="{story_path(one)}"/>'
        f"<published>{one.published.isoformat()}</published><updated>{(one.updated or one.published).isoformat()}</updated>"
        f"<author><name>{xml(', '.join(one.authors))}</name></author><summary>{xml(one.summary)}</summary></entry>"
        for one in stories
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}/">'
        f"<id>{base}/</id><title>{xml(outlet.name)}</title>\n{entries}\n</feed>\n"
    )


def _json_feed(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    items = [
        {
            "id": one.id,
            "url": base + story_path(one),
            "title": one.title,
            "summary": one.summary,
            "content_html": _body(one) if outlet.full_text else one.summary,
            "date_published": one.published.isoformat(),
            **({"date_modified": one.updated.isoformat()} if one.updated else {}),
            "authors": [{"name": name} for name in one.authors],
        }
        for one in stories
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{base}/",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False)


def _sitemap(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    rows = "\n".join(
        f"<url><loc>{base}{story_path(one)}</loc><lastmod>{(one.updated or one.published).isoformat()}</lastmod><news:news><news:publication>"
        f"<news:name>{xml(outlet.name)}</news:name><news:language>{outlet.languages[0]}</news:language></news:publication>"
        f"<news:publication_date>{one.published.isoformat()}</news:publication_date><news:title>{xml(one.title)}</news:title></news:news></url>"
        for one in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{rows}\n</urlset>\n'
    )


def _section(outlet: Outlet, stories: tuple[Story, ...], base: str) -> str:
    cards = "\n".join(
        f'<li class="card"><a class="card__link" href="{story_path(one)}"><h3>{escape(one.title)}</h3></a><span>{_day(one.published)}</span></li>'
        for one in stories
    )
    return (
        f'<!doctype html><html lang="{outlet.languages[0]}"><head><meta charset="utf-8"><title>{escape(outlet.name)}</title></head><body>'
        f'<nav><a href="/">{escape(outlet.name)}</a> <a href="/news/">Новости</a> <a href="/about">О нас</a></nav>'
        f'<ul class="cards">{cards}</ul><footer><a href="{base}/rules">Правила</a></footer></body></html>'
    )


def _day(at: datetime) -> str:
    return at.strftime("%d.%m.%Y, %H:%M")


def _telegram(outlet: Outlet, stories: tuple[Story, ...], query: str) -> str:
    """Twenty posts a page in the real preview, five here, oldest first; `?before=` goes back."""
    channel = list_path(outlet).removeprefix("/s/")
    numbered = sorted(stories, key=lambda one: int(one.slug))
    before = (
        int(query.removeprefix("before=")) if query.startswith("before=") and query[7:].isdigit() else None
    )
    if before is not None:
        numbered = [one for one in numbered if int(one.slug) < before]
    page = numbered[-POSTS_A_PAGE:]
    older = (
        f'<link rel="prev" href="/s/{channel}?before={page[0].slug}">' if len(numbered) > len(page) else ""
    )
    posts = "\n".join(_post(one, channel) for one in page)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(outlet.name)} – Telegram</title>{older}</head>'
        '<body class="widget_frame_base tgme_webpreview emoji_image"><header class="tgme_header"><div class="tgme_channel_info_header_title">'
        f'<span dir="auto">{escape(outlet.name)}</span></div></header><main class="tgme_main"><section class="tgme_channel_history js-message_history">\n'
        f"{posts}\n</section></main></body></html>"
    )


def _post(story: Story, channel: str) -> str:
    text = "<br/><br/>".join(escape(one, quote=False) for one in (story.title, *story.paragraphs))
    edited = "edited " if story.updated else ""
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message"'
        f' data-post="{channel}/{story.slug}"><div class="tgme_widget_message_bubble">'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        '<div class="message_media_not_supported_wrap"><div class="message_media_not_supported_label">Please open Telegram to view this post</div></div>'
        f'<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">12.4K</span><span class="tgme_widget_message_meta">{edited}'
        f'<a class="tgme_widget_message_date" href="https://t.me/{channel}/{story.slug}"><time datetime="{story.published.isoformat()}" class="time">'
        f"{story.published:%H:%M}</time></a></span></div></div></div></div>"
    )
