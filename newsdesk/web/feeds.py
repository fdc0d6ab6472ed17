"""Feeds of any search: Atom and JSON Feed, so that a reader's own program says what comes in."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as Tree

from starlette.requests import Request
from starlette.responses import Response

from ledger.model import Exchange, Matter
from newsdesk.cli.output import plain
from newsdesk.ledger import returned
from newsdesk.web.answers import base_of, tagged
from newsdesk.web.api import page
from newsdesk.web.asked import Asked, Order, asked
from newsdesk.web.exchanges import Sort, Wanted, asked_from, wanted
from newsdesk.web.rendering import inert, web, wordy
from newsdesk.web.room import room_of
from newsdesk.web.texts import texts
from storage import browsing
from storage.stored import WholeFinding

ENTRIES = 50
SUMMARY = 300
"""Characters of a text that a feed gives away: it belongs to its outlet."""

ATOM = "http://www.w3.org/2005/Atom"
UNWRITABLE = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What no XML file may hold."""


def atom(request: Request) -> Response:
    """Return the latest findings of a search as an Atom feed."""
    question, found = _latest(request)
    base = base_of(request)
    me, pages = base + question.link("/findings.atom"), base + question.link("/findings")
    root = _feed(me, title_of(question), pages, _changed(found))
    for one in found:
        _entry(root, one, base)
    body = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return tagged(request, body, media_type="application/atom+xml", modified=_changed(found))


def json_feed(request: Request) -> Response:
    """Return the latest findings of a search as a JSON Feed."""
    question, found = _latest(request)
    base = base_of(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title_of(question),
        "home_page_url": base + question.link("/findings"),
        "feed_url": base + question.link("/findings.feed.json"),
        "items": [_item(one, base) for one in found],
    }
    body = json.dumps(plain(feed), ensure_ascii=False).encode("utf-8", "replace")
    return tagged(request, body, media_type="application/feed+json", modified=_changed(found))


def exchanges_atom(request: Request) -> Response:
    """Return the latest exchanges of a table as an Atom feed; one that changed is told again."""
    question, told = _told(request)
    base = base_of(request)
    me = question.link().replace("/exchanges", "/exchanges.atom", 1)
    root = _feed(base + me, _exchanges_title(question), base + question.link(), _latest_of(told))
    for one, updated in told:
        entry = _add(root, "entry")
        _add(entry, "id", exchange_identity(one, base))
        _add(entry, "title", exchange_title(one))
        _add(entry, "updated", _instant(updated))
        _add(entry, "published", _instant(one.statuses[0].since if one.statuses else updated))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{base}/exchanges/x{one.id}")
        _add(entry, "summary", inert(returned(one)))
    body = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return tagged(request, body, media_type="application/atom+xml", modified=_latest_of(told))


def exchanges_json(request: Request) -> Response:
    """Return the latest exchanges of a table as a JSON Feed."""
    question, told = _told(request)
    base = base_of(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _exchanges_title(question),
        "home_page_url": base + question.link(),
        "feed_url": base + question.link().replace("/exchanges", "/exchanges.feed.json", 1),
        "items": [
            {
                "id": exchange_identity(one, base),
                "url": f"{base}/exchanges/x{one.id}",
                "title": exchange_title(one),
                "content_text": inert(returned(one)),
                "date_published": one.statuses[0].since if one.statuses else updated,
                "date_modified": updated,
                "tags": [one.conflict, one.matter, *([one.status] if one.status else [])],
            }
            for one, updated in told
        ],
    }
    body = json.dumps(plain(feed), ensure_ascii=False).encode("utf-8", "replace")
    return tagged(request, body, media_type="application/feed+json", modified=_latest_of(told))


def _told(request: Request) -> tuple[Wanted, list[tuple[Exchange, datetime]]]:
    """Return the exchanges of a table, each with when its reports were last put together."""
    room = room_of(request)
    question = replace(wanted(request.query_params), sort=Sort.DAY)
    found = asked_from(room, question)[0][:ENTRIES]
    with room.reading() as session:
        updated = browsing.reconciled(session, [one.id for one in found])
    return question, [(one, updated[one.id]) for one in found if one.id in updated]


def _latest_of(told: Sequence[tuple[Exchange, datetime]]) -> datetime | None:
    return max((updated for _, updated in told), default=None)


def _exchanges_title(question: Wanted) -> str:
    limits = [str(value) for name, value in question.parameters().items() if name != "sort"]
    return inert(" · ".join([texts()("desk.name"), texts()("exchanges.title"), *limits]))


def exchange_title(one: Exchange) -> str:
    """Return an exchange in a line: day, status and what it moved."""
    name = "exchange.title_bodies" if one.matter is Matter.BODIES else "exchange.title"
    return f"{texts()(name, day=wordy(one.day))}: {texts().label('status', one.status or 'none')}"


def exchange_identity(one: Exchange, base: str) -> str:
    """Return what names an exchange in every feed of this ledger: its number is never given again."""
    return f"{base}/exchanges/x{one.id}"


def title_of(question: Asked) -> str:
    """Return a search in words, for the head of its feed."""
    limits = [
        f"{texts()(f'facet.{name}')}: {texts().label(name, value)}"
        for name, value in question.parameters().items()
        if name not in ("q", "page", "order")
    ]
    asked_for = [question.q] if question.q else []
    return inert(" · ".join([texts()("desk.name"), texts()("findings.title"), *asked_for, *limits]))


def _latest(request: Request) -> tuple[Asked, list[WholeFinding]]:
    question = replace(asked(request.query_params), order=Order.MATCH, page=1)
    return question, page(room_of(request), question, after=None, limit=ENTRIES)


def _feed(me: str, title: str, pages: str, updated: datetime | None) -> Tree.Element:
    """Return the head of an Atom feed."""
    Tree.register_namespace("", ATOM)
    root = Tree.Element(f"{{{ATOM}}}feed")
    _add(root, "id", me)
    _add(root, "title", title)
    _add(root, "updated", _instant(updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=me)
    _add(root, "link", rel="alternate", type="text/html", href=pages)
    _add(_add(root, "author"), "name", texts()("desk.name"))
    return root


def _entry(root: Tree.Element, one: WholeFinding, base: str) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", identity(one))
    _add(entry, "title", inert(one.current.title or one.address))
    _add(entry, "updated", _instant(one.changed_at))
    _add(entry, "published", _instant(one.current.published or one.first_kept))
    _add(entry, "link", rel="alternate", type="text/html", href=f"{base}/findings/f{one.id}")
    if via := web(one.address):
        _add(entry, "link", rel="via", href=via)
    for author in one.current.authors or (one.outlet,):
        _add(_add(entry, "author"), "name", inert(author) or one.outlet)
    for tag in (one.verdict.kind, one.verdict.conflict):
        _add(entry, "category", term=tag)
    _add(entry, "summary", summary(one))


def _item(one: WholeFinding, base: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": identity(one),
        "url": f"{base}/findings/f{one.id}",
        "title": inert(one.current.title or one.address),
        "content_text": summary(one),
        "date_published": one.current.published or one.first_kept,
        "date_modified": one.changed_at,
        "authors": [{"name": inert(author)} for author in one.current.authors or (one.outlet,)],
        "tags": [one.verdict.kind, one.verdict.conflict],
    }
    if via := web(one.address):
        item["external_url"] = via
    return item | ({"language": one.current.language} if one.current.language else {})


def identity(one: WholeFinding) -> str:
    """Return what names an article in every feed, wherever swapwatch runs: made of its address alone."""
    return uuid.uuid5(uuid.NAMESPACE_URL, one.address.encode("utf-8", "replace").decode()).urn


def summary(one: WholeFinding) -> str:
    """Return a finding's numbers and the beginning of its text."""
    numbers = [
        f"{each.claim.count} {texts().label('category', each.claim.category)} → {texts().label('party', each.claim.returned_to)}"
        f" ({texts().label('event', each.claim.event)}): «{each.claim.quote}»"
        for each in one.claims
    ]
    text = one.current.text
    start = text if len(text) <= SUMMARY else text[:SUMMARY].rsplit(" ", 1)[0] + " …"
    return inert("\n".join([*numbers, start]))


def _changed(found: Sequence[WholeFinding]) -> datetime | None:
    return max((one.changed_at for one in found), default=None)


def _instant(when: datetime | None) -> str:
    return str(plain(when)) if when else "1970-01-01T00:00:00Z"


def _add(to: Tree.Element, name: str, text: str | None = None, /, **attributes: str) -> Tree.Element:
    written = {key: UNWRITABLE.sub("�", value) for key, value in attributes.items()}
    element = Tree.SubElement(to, f"{{{ATOM}}}{name}", written)
    element.text = UNWRITABLE.sub("�", text) if text is not None else None
    return element
