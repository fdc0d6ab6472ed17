"""The API described, so that programs can be made from it. A test holds each answer against it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from crawler.model import (
    Category,
    Conflict,
    Event,
    Kind,
    Ownership,
    PageState,
    Part,
    Party,
    Precision,
    Side,
    SourceType,
    Speaker,
    Standing,
)
from ledger.model import DayPrecision, ExchangeStatus, Matter
from ledger.totals import Basis
from newsdesk.health import Check, State
from newsdesk.web.asked import LONGEST_QUERY

Schema = dict[str, Any]


def _text(about: str) -> Schema:
    return {"type": "string", "description": about}


def _instant(about: str) -> Schema:
    return {"type": "string", "format": "date-time", "description": about}


def _whole(about: str) -> Schema:
    return {"type": "integer", "description": about}


def _number(about: str) -> Schema:
    return {"type": "number", "description": about}


def _truth(about: str) -> Schema:
    return {"type": "boolean", "description": about}


def _one_of(kinds: Any, about: str) -> Schema:
    return {"type": "string", "enum": [str(kind) for kind in kinds], "description": about}


def _many(items: Schema, about: str) -> Schema:
    return {"type": "array", "items": items, "description": about}


def _maybe(schema: Schema) -> Schema:
    found = dict(schema)
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found | {"type": [schema["type"], "null"]}


def _id(letter: str, about: str) -> Schema:
    return {"type": "string", "pattern": f"^{letter}[0-9]{{1,18}}$", "description": about}


CLAIM: dict[str, Schema] = {
    "id": _id("c", "Number of the claim; never reused."),
    "event": _one_of(Event, "Which event the counted group belongs to."),
    "returned_to": _one_of(Party, "The side that receives them."),
    "category": _one_of(Category, "Whom it counts."),
    "subset": _maybe(_text("Such as severely_wounded.")),
    "count": _whole("The number."),
    "precision": _one_of(Precision, "How exact the number is said to be."),
    "claimed_by": _many(_one_of(Speaker, "A speaker."), "Who stands behind the number."),
    "quote": _text("The exact words."),
    "part": _one_of(Part, "Where the quote stands."),
    "start": _whole("First character of the quote in that part."),
    "end": _whole("Character behind the quote."),
    "reason": _maybe(_text("Why the side is unknown.")),
}

VERSION: dict[str, Schema] = {
    "number": _whole("Number of the version, from 1."),
    "title": _text("Headline."),
    "fetched_at": _instant("When it was fetched."),
    "published": _maybe(_instant("When it says it was published.")),
    "modified": _maybe(_instant("When it says it was changed.")),
    "from_feed": _truth("The text is the feed's own."),
    "partial": _truth("The text is known to be cut."),
    "text_sha256": _text("SHA-256 of title and text."),
    "capture_file": _maybe(_text("WARC file that holds the page.")),
    "capture_offset": _maybe(_whole("Where in it the record starts.")),
    "capture_sha256": _maybe(_text("SHA-256 of the body as received.")),
    "text": _text("The text; only with text=true."),
}

LOOK: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["at", "state", "detail", "version"],
    "properties": {
        "at": _instant("When it was looked at."),
        "state": _one_of(PageState, "What the page came to."),
        "detail": _text("The same in words, such as HTTP 410."),
        "version": _maybe(_whole("The version that it showed.")),
    },
}

EDIT: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["at", "before", "after", "declared", "changes"],
    "properties": {
        "at": _instant("When the changed version was kept."),
        "before": _whole("The version that still said so."),
        "after": _whole("The version that does not."),
        "declared": _truth("The page itself gave a later date of change."),
        "changes": _many({"type": "object"}, "Each with what, before and after: claims with their quotes."),
    },
}

FINDING: dict[str, Schema] = {
    "id": _id("f", "Number of the finding; never reused."),
    "address": _text("Canonical address of the article."),
    "outlet": _text("Registrable domain, or t.me/CHANNEL."),
    "title": _text("Headline of the current version."),
    "language": _maybe(_text("Two letters.")),
    "published": _maybe(_instant("When it says it was published.")),
    "published_raw": _maybe(_text("The same as the outlet wrote it.")),
    "published_from": _maybe(_text("Where the date was read.")),
    "zone_known": _truth("False where the outlet named no zone."),
    "first_kept": _instant("When it was first kept."),
    "changed_at": _instant("When the record last changed."),
    "state": _text("live or vanished."),
    "standing": _one_of(Standing, "relevant or near_miss."),
    "score": {"type": "number", "description": "0 to 1; from 0.5 relevant."},
    "kind": _one_of(Kind, "What it mainly reports."),
    "conflict": _one_of(Conflict, "The parties."),
    "exchange_date": _maybe(
        {"type": "string", "format": "date", "description": "Kyiv date of the exchange."}
    ),
    "stage": _maybe(_whole("Stage of a deal.")),
    "sequence": _maybe(_whole("Running number of the exchange.")),
    "deal": _maybe(_text("Framework named.")),
    "mediators": _many(_text("A mediator."), "Those credited with mediating."),
    "transfer_place": _maybe(_text("Where people were handed over.")),
    "numbers_disclosed": _maybe(_truth("False where the size is withheld.")),
    "authors": _many(_text("An author."), "As the page or feed names them."),
    "sources": _many(_text("Id of a source."), "All sources that led to it."),
    "addresses": _many(_text("An address."), "Every address that leads to it."),
    "versions": _whole("How many versions are kept."),
    "from_feed": _truth("The text is the feed's own."),
    "partial": _truth("The text is known to be cut."),
    "warnings": _many(_text("A warning."), "What was odd about the page."),
    "lexicon": _text("Name of the rules that judged it."),
    "text_sha256": _text("SHA-256 of title and text."),
    "capture_file": _maybe(_text("WARC file that holds the page.")),
    "capture_offset": _maybe(_whole("Where in it the record starts.")),
    "capture_sha256": _maybe(_text("SHA-256 of the body as received.")),
    "claims": _many({"$ref": "#/components/schemas/Claim"}, "The numbers it gives."),
    "text": _text("The text; only with text=true. It belongs to the outlet."),
    "looks": _many(LOOK, "Later looks at the page, oldest first; only for one finding."),
    "edits": _many(EDIT, "Edits that changed what it claims, oldest first; only for one finding."),
    "history": _many(
        {"$ref": "#/components/schemas/Version"}, "Every version, oldest first; of one finding only."
    ),
}

PROBLEM: dict[str, Schema] = {
    "check": _one_of(Check, "What was expected."),
    "figure": _text("What was measured."),
    "window": _text("Over which time."),
    "threshold": _text("From where on it is a problem."),
}

SOURCE: dict[str, Schema] = {
    "id": _text("Id of the source, as in config.yaml."),
    "name": _text("Its name."),
    "country": _text("ISO 3166."),
    "side": _one_of(Side, "Whose outlet it is."),
    "ownership": _one_of(Ownership, "Who stands behind it."),
    "languages": _many(_text("ISO 639."), "Languages it writes in."),
    "type": _one_of(SourceType, "How it lists its articles."),
    "enabled": _truth("Whether it is read."),
    "health": _one_of(State, "How it fares, as `sources status` tells it."),
    "since": _maybe(_instant("Since when it fails or is quiet.")),
    "words": _text("What is wrong and what may be done; empty where nothing is."),
    "problems": _many(
        {"type": "object", "properties": PROBLEM, "required": list(PROBLEM)}, "Expectations that do not hold."
    ),
    "failures": _whole("Failed polls in a row."),
    "last_success": _maybe(_instant("When it was last read.")),
    "next_try": _maybe(_instant("When it is next read.")),
    "entries_a_day": _maybe(_number("New addresses a day, over the last week.")),
    "findings_a_day": _maybe(_number("Findings a day, over the last week.")),
    "extraction_yield": _maybe(_number("Share of the last week's pages that gave an article.")),
    "leads": _whole("New addresses of the last seven days."),
    "findings": _whole("Findings of the last seven days."),
    "requests": _whole("Requests of the last seven days."),
    "kilobytes": _whole("Kilobytes read in the last seven days."),
    "drops": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "description": "How many addresses of the last seven days ended without a finding, by reason.",
    },
}

QUOTE: dict[str, Schema] = {
    "finding": _id("f", "The finding that quotes it."),
    "outlet": _text("Its outlet."),
    "quote": _text("The exact words."),
}

ACCOUNT: dict[str, Schema] = {
    "speaker": _one_of(Speaker, "Who says so."),
    "returned_to": _one_of(Party, "The side that receives them."),
    "category": _one_of(Category, "Whom it counts."),
    "subset": _maybe(_text("Such as severely_wounded.")),
    "count": _whole("The number."),
    "precision": _one_of(Precision, "How exact the number is said to be."),
    "since": _maybe(_instant("When the first report said so.")),
    "claims": _many(_id("c", "A claim."), "The claims that say so."),
    "quotes": _many({"type": "object", "properties": QUOTE, "required": list(QUOTE)}, "Their words."),
}

EXCHANGE: dict[str, Schema] = {
    "id": _id("x", "Number of the exchange; never given again."),
    "conflict": _one_of(Conflict, "The parties."),
    "matter": _one_of(Matter, "Living people, or bodies."),
    "day": {"type": "string", "format": "date", "description": "Kyiv date; the first of several."},
    "last_day": _maybe({"type": "string", "format": "date", "description": "The last of several days."}),
    "day_precision": _one_of(DayPrecision, "How the day is known."),
    "status": _maybe(_one_of(ExchangeStatus, "The latest status reported.")),
    "status_since": _maybe(_instant("Since when.")),
    "deal": _maybe(_text("Framework named.")),
    "stage": _maybe(_whole("Stage of the deal.")),
    "sequence": _maybe(_whole("Running number.")),
    "place": _maybe(_text("Where people were handed over.")),
    "mediators": _many(_text("A mediator."), "Those credited with mediating."),
    "returned": _text("What was returned, on one line."),
    "accounts": _many({"$ref": "#/components/schemas/Account"}, "Who says which figure."),
    "comparisons": _many(
        {"type": "object"}, "The accounts of each category beside each other, and how they stand."
    ),
    "planned": _many({"$ref": "#/components/schemas/Account"}, "Agreed or announced, not counted as done."),
    "besides": _many({"$ref": "#/components/schemas/Account"}, "Handed over outside the exchange proper."),
    "withheld": _truth("No side gave the size."),
    "disputed": _truth("The sides tell something differently."),
    "flags": _many({"type": "object"}, "Figures that do not add up, in words, with their claims."),
    "questions": _many(_text("A question."), "What the reports leave open."),
    "first_report": _instant("When the first report came out."),
    "first_outlet": _text("Whose it was."),
    "first_finding": _id("f", "The finding."),
    "first_side": _maybe(_text("The side whose figures came first.")),
    "confirmed_after": _maybe(_whole("Minutes until the other side's figures.")),
    "origins": _whole("Independent origins of its reports."),
    "sources": _many(_text("Id of a source."), "All sources that carry a report."),
    "findings": _many(_id("f", "A finding."), "Its reports."),
    "statuses": _many({"type": "object"}, "Each change of status with its finding."),
    "confirmed_by_analyst": _truth("An analyst vouches for the record."),
    "notes": _many(_text("A note."), "What analysts noted."),
}

TOTAL: dict[str, Schema] = {
    "day": {"type": "string", "format": "date", "description": "Day of the total."},
    "speaker": _one_of(Speaker, "The official."),
    "returned_to": _one_of(Party, "The side that received them."),
    "matter": _one_of(Matter, "Living people, or bodies."),
    "basis": _one_of(Basis, "What the total counts."),
    "total": _whole("The official total."),
    "grew_by": _whole("Growth since the total before it."),
    "held": _whole("What the ledger's exchanges of those days hold."),
    "drift": _whole("What of the growth is in no exchange of the store."),
    "exchanges": _many(_id("x", "An exchange."), "The exchanges of those days."),
    "unsized": _many(_id("x", "An exchange."), "Those of them without a known size."),
    "source": _text("Address of where it was reported, or the finding that tells it."),
}

OPTIONAL = {"text", "history", "looks", "edits"}

SEARCH: dict[str, Schema] = {
    "q": {"type": "string", "maxLength": LONGEST_QUERY, "description": "Words that must all occur, in any form."},
    "source": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$", "description": "Led to by this source."},
    "side": _one_of(Side, "Led to by a source of this side."),
    "ownership": _one_of(Ownership, "Led to by a source of this ownership."),
    "lang": {"type": "string", "pattern": "^[a-z]{2}$", "description": "Language of the text."},
    "kind": _one_of(Kind, "What it mainly reports."),
    "conflict": _one_of(Conflict, "The parties."),
    "exchange": {"type": "string", "pattern": "^x[0-9]{1,9}$", "description": "Reports on this exchange."},
    "since": {"type": "string", "format": "date", "description": "First Kyiv day of publication."},
    "until": {"type": "string", "format": "date", "description": "Last Kyiv day of publication."},
}  # fmt: skip

WANTED: dict[str, Schema] = {
    "since": {"type": "string", "format": "date", "description": "First day."},
    "until": {"type": "string", "format": "date", "description": "Last day."},
    "conflict": _one_of(Conflict, "The parties."),
    "matter": _one_of(Matter, "Living people, or bodies."),
    "status": _one_of(ExchangeStatus, "The latest status."),
    "deal": {"type": "string", "maxLength": 100, "description": "Framework named."},
    "disputed": {"type": "boolean", "description": "Only those that the sides tell differently."},
}

LIMIT = {"type": "integer", "minimum": 1, "description": "Items of an answer: 50, at most 200."}
TEXT = {"type": "boolean", "description": "With the texts, which belong to their outlets."}


def description() -> Schema:
    """Return the API as an OpenAPI 3.1 document."""
    paged: dict[str, Schema] = {"limit": LIMIT}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "swapwatch",
            "version": version("swapwatch"),
            "description": "Reports on prisoner exchanges, with their evidence. Read-only. Lists are paged by key: "
            "`next` leads on. Each answer has an ETag.",
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/v1/findings": _list(
                "Findings, the latest kept first.", "Finding",
                SEARCH | paged | {"after": _id("f", "Only findings kept before this one."), "text": TEXT},
            ),
            "/api/v1/findings/{finding}": _one("One finding with every version.", "Finding", "finding", "f", {"text": TEXT}),
            "/api/v1/claims": _list(
                "Claims that findings make now, the latest first.", "Claim",
                paged | {"after": _id("c", "Only claims below this one."), "finding": _id("f", "Only claims of this finding.")},
            ),
            "/api/v1/exchanges": _list(
                "Exchanges, the latest day first.", "Exchange",
                WANTED | paged | {"after": _id("x", "Only what follows this one in the list.")},
            ),
            "/api/v1/exchanges/{exchange}": _one("One exchange; an old number leads to where its reports went.", "Exchange", "exchange", "x", {}),
            "/api/v1/totals": _list("Official running totals beside the ledger's sums.", "Total", {}),
            "/api/v1/sources": _list("The configured sources and how they fare, the worst first.", "Source", {}),
        },
        "components": {"schemas": {
            "Finding": _object(FINDING),
            "Claim": _object(CLAIM | {"finding": _id("f", "The finding that makes it; in lists of claims.")}),
            "Version": _object(VERSION),
            "Source": _object(SOURCE),
            "Exchange": _object(EXCHANGE),
            "Account": _object(ACCOUNT),
            "Total": _object(TOTAL),
            "Error": _object({"error": _text("What can't be read or is not there, in words.")}),
        }},
    }  # fmt: skip


def _object(fields: dict[str, Schema]) -> Schema:
    required = [name for name in fields if name not in OPTIONAL | {"finding"}]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _parameters(query: dict[str, Schema]) -> list[Schema]:
    return [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in query.items()
    ]


def _answers(schema: Schema, *, not_found: bool) -> Schema:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "200": {"description": "Here it is.", "content": {"application/json": {"schema": schema}}},
        "304": {"description": "Unchanged since the ETag of If-None-Match."},
        "400": {"description": "A parameter can't be read.", "content": error},
        **({"404": {"description": "There is none.", "content": error}} if not_found else {}),
        "414": {"description": "The query is longer than 8 KiB."},
        "503": {"description": "The store can't be read just now.", "content": error},
    }


def _list(summary: str, noun: str, query: dict[str, Schema]) -> Schema:
    items = {"$ref": f"#/components/schemas/{noun}"}
    schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": items},
            "next": {"type": ["string", "null"], "description": "Address of what follows."},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    }
    return {"get": {"summary": summary, "parameters": _parameters(query), "responses": _answers(schema, not_found=False)}}  # fmt: skip


def _one(summary: str, noun: str, name: str, letter: str, query: dict[str, Schema]) -> Schema:
    path = {
        "name": name,
        "in": "path",
        "required": True,
        "schema": _id(letter, "Its id."),
    }
    schema = {"$ref": f"#/components/schemas/{noun}"}
    return {"get": {"summary": summary, "parameters": [path, *_parameters(query)], "responses": _answers(schema, not_found=True)}}  # fmt: skip
