"""Findings and leads as flat, self-contained records with stable names: docs/data-dictionary.md explains each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsdesk.ledger import claim_record, flat_exchange
from storage.queries import StoredLead, StoredVersion, WholeFinding

FINDING_COLUMNS = (
    "id", "address", "outlet", "title", "language", "published", "published_raw", "published_from", "zone_known", "first_kept",
    "changed_at", "state", "standing", "score", "kind", "conflict", "exchange_date", "stage", "sequence", "deal", "mediators",
    "transfer_place", "numbers_disclosed", "authors", "sources", "addresses", "versions", "from_feed", "partial", "warnings",
    "lexicon", "text_sha256", "capture_file", "capture_offset", "capture_sha256", "claims",
)  # fmt: skip
"""Columns of a finding, in the order of a CSV file; `text` and `history` join them when asked for."""

LEAD_COLUMNS = (
    "id", "source", "url", "state", "stage", "reason", "detail", "title", "published", "published_raw", "seen_in", "guid",
    "discovered_at", "changed_at", "attempts", "next_try", "finding",
)  # fmt: skip
"""Columns of a lead."""


def finding_record(
    found: WholeFinding, *, with_text: bool = False, with_versions: bool = False
) -> dict[str, Any]:
    """Return a finding as one flat record; with versions, every one nested in it, oldest first."""
    now, verdict, evidence = found.current, found.verdict, found.current.evidence
    record: dict[str, Any] = {
        "id": f"f{found.id}",
        "address": found.address,
        "outlet": found.outlet,
        "title": now.title,
        "language": now.language,
        "published": now.published,
        "published_raw": now.published_raw,
        "published_from": now.published_from,
        "zone_known": now.zone_known,
        "first_kept": found.first_kept,
        "changed_at": found.changed_at,
        "state": found.state,
        "standing": verdict.standing,
        "score": verdict.score,
        "kind": verdict.kind,
        "conflict": verdict.conflict,
        "exchange_date": verdict.exchange_date,
        "stage": verdict.stage,
        "sequence": verdict.sequence,
        "deal": verdict.deal,
        "mediators": verdict.mediators,
        "transfer_place": verdict.transfer_place,
        "numbers_disclosed": verdict.numbers_disclosed,
        "authors": now.authors,
        "sources": [carrier.source_id for carrier in found.carriers],
        "addresses": found.addresses,
        "versions": len(found.versions),
        "from_feed": now.from_feed,
        "partial": now.partial,
        "warnings": now.warnings,
        "lexicon": verdict.lexicon,
        "text_sha256": now.text_sha256,
        "capture_file": evidence.file if evidence else None,
        "capture_offset": evidence.offset if evidence else None,
        "capture_sha256": evidence.body_sha256 if evidence else None,
        "claims": [claim_record(one.claim) | {"id": f"c{one.id}"} for one in found.claims],
    }
    if with_text:
        record["text"] = now.text
    if with_versions:
        record["history"] = [version_record(version, with_text=with_text) for version in found.versions]
    return record


def version_record(version: StoredVersion, *, with_text: bool) -> dict[str, Any]:
    """Return one version of an article."""
    record: dict[str, Any] = {
        "number": version.number,
        "title": version.title,
        "fetched_at": version.fetched_at,
        "published": version.published,
        "modified": version.modified,
        "from_feed": version.from_feed,
        "partial": version.partial,
        "text_sha256": version.text_sha256,
        "capture_file": version.evidence.file if version.evidence else None,
        "capture_offset": version.evidence.offset if version.evidence else None,
        "capture_sha256": version.evidence.body_sha256 if version.evidence else None,
    }
    return record | ({"text": version.text} if with_text else {})


def lead_record(found: StoredLead) -> dict[str, Any]:
    """Return a lead as one flat record."""
    lead = found.lead
    return {
        "id": found.id,
        "source": lead.source_id,
        "url": lead.url,
        "state": found.state,
        "stage": found.stage,
        "reason": found.reason,
        "detail": found.detail,
        "title": lead.title,
        "published": lead.published,
        "published_raw": lead.published_raw,
        "seen_in": lead.seen_in,
        "guid": lead.guid,
        "discovered_at": found.discovered_at,
        "changed_at": found.changed_at,
        "attempts": found.attempts,
        "next_try": found.next_try,
        "finding": f"f{found.finding_id}" if found.finding_id else None,
    }


def flat(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return records for spreadsheets: what is nested as one readable cell each."""
    for record in records:
        yield flat_exchange(record) if "accounts" in record else _flat_finding(record)


def _flat_finding(record: dict[str, Any]) -> dict[str, Any]:
    claims = [
        f"{c['count']} {c['category']} to {c['returned_to']} ({c['event']}): «{c['quote']}»"
        for c in record.get("claims", [])
    ]
    return record | ({"claims": claims} if "claims" in record else {})
