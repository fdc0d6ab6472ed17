"""Article pages with the furniture of real ones: menus, a ticker, related links, a cookie banner, hidden parts, AMP twins."""

from __future__ import annotations

import json
from html import escape

from newsdesk.newsroom.listings import story_path
from newsdesk.newsroom.stories import Outlet, Story

WORDS = {
    "en": {"home": "Home", "world": "World", "sport": "Sport", "related": "Read also", "ticker": "Live: prisoner exchange under way, officials say",
           "cookies": "We use cookies to make this page better. Accept all?", "share": "Share this story", "rights": "All rights reserved"},
    "ru": {"home": "Главная", "world": "В мире", "sport": "Спорт", "related": "Читайте также", "ticker": "Онлайн: идет обмен пленными, сообщают источники",
           "cookies": "Мы используем файлы cookie. Принять все?", "share": "Поделиться", "rights": "Все права защищены"},
    "uk": {"home": "Головна", "world": "Світ", "sport": "Спорт", "related": "Читайте також", "ticker": "Наживо: триває обмін полоненими, кажуть джерела",
           "cookies": "Ми використовуємо файли cookie. Прийняти всі?", "share": "Поширити", "rights": "Усі права захищено"},
}  # fmt: skip


def page(outlet: Outlet, story: Story, others: tuple[Story, ...], base: str) -> str:
    """Return a story's page in the outlet's style."""
    words = WORDS.get(outlet.languages[0], WORDS["en"])
    related = "".join(
        f'<li><a href="{story_path(one)}">{escape(one.title)}</a></li>'
        for one in others
        if one.id != story.id
    )
    return f"""<!doctype html>
<html lang="{outlet.languages[0]}">
<head><meta charset="utf-8"><title>{escape(story.title)} | {escape(outlet.name)}</title>
{_head(outlet, story, base)}
<style>.sr-hint{{display:none}} .promo{{visibility:hidden}}</style>
<script>window.dataLayer=[{{"page":"article"}}];</script></head>
<body>
<div class="cookie-banner" role="dialog"><p>{words["cookies"]}</p></div>
<header><div class="logo">{escape(outlet.name)}</div><nav><a href="/">{words["home"]}</a> <a href="/world">{words["world"]}</a> <a href="/sport">{words["sport"]}</a></nav>
<div class="ticker"><a href="/live">{words["ticker"]}</a></div></header>
<main>{_article(outlet, story, words)}</main>
<aside class="related"><h4>{words["related"]}</h4><ul>{related}</ul></aside>
<div style="display:none"><p>999 prisoners were exchanged, this hidden line claims.</p></div>
<footer><p>© 2026 {escape(outlet.name)}. {words["rights"]}.</p></footer>
</body></html>"""


def amp_page(outlet: Outlet, story: Story, base: str) -> str:
    """Return a story's AMP twin, which names the page it stands for."""
    body = "".join(f"<p>{escape(one)}</p>" for one in story.paragraphs)
    return (
        f'<!doctype html><html amp lang="{outlet.languages[0]}"><head><meta charset="utf-8"><title>{escape(story.title)}</title>'
        f'<link rel="canonical" href="{base}{story_path(story)}"></head><body><h1>{escape(story.title)}</h1>{body}</body></html>'
    )


def _head(outlet: Outlet, story: Story, base: str) -> str:
    url = base + story_path(story)
    lines = [f'<link rel="canonical" href="{url}">', f'<meta property="og:title" content="{escape(story.title)}">', f'<meta property="og:url" content="{url}">',
             f'<meta property="og:site_name" content="{escape(outlet.name)}">']  # fmt: skip
    if story.amp:
        lines.append(f'<link rel="amphtml" href="{base}/amp{story_path(story)}">')
    if outlet.page_style in ("agency", "portal"):
        data = {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": outlet.name},
                {
                    "@type": "NewsArticle",
                    "headline": story.title,
                    "datePublished": story.published.isoformat(),
                    "dateModified": (story.updated or story.published).isoformat(),
                    "author": [{"@type": "Person", "name": name} for name in story.authors],
                    "mainEntityOfPage": url,
                },
            ],
        }
        lines.append(f'<script type="application/ld+json">{json.dumps(data)}</script>')
    if outlet.page_style in ("wordpress", "tabloid"):
        lines.append(f'<meta property="article:published_time" content="{story.published.isoformat()}">')
    return "\n".join(lines)


def _article(outlet: Outlet, story: Story, words: dict[str, str]) -> str:
    when = story.published.strftime("%d.%m.%Y, %H:%M")
    time = (
        f'<time datetime="{story.published.isoformat()}">{when}</time>'
        if outlet.page_style != "minimal"
        else f'<div class="post-date">{when}</div>'
    )
    body = "\n".join(f"<p>{escape(one, quote=False)}</p>" for one in story.paragraphs)
    lead = (
        f'<p class="lead">{escape(story.summary, quote=False)}</p>'
        if outlet.page_style == "tabloid" and story.summary
        else ""
    )
    authors = f'<span class="byline">{escape(", ".join(story.authors))}</span>' if story.authors else ""
    share = f'<div class="share-buttons"><button>{words["share"]}</button></div>'
    return (
        f'<article class="{outlet.page_style}-article"><h1>{escape(story.title)}</h1><div class="meta">{time} {authors}</div>{share}'
        f'<div class="article-body" itemprop="articleBody">{lead}{body}</div></article>'
    )
