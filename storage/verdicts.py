"""Verdicts and claims as rows, each span true to the version that is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.model import Article, Claim, Finding, Part, Span, Verdict
from storage.tables import ClaimRow, VerdictRow, VersionRow
from storage.text_safety import moved, storable


def stored_verdict(session: Session, version: VersionRow, finding: Finding, *, now: datetime) -> VerdictRow:
    """Return what this lexicon says of the version, stored with its claims where it is new."""
    verdict = finding.verdict
    known = session.scalar(
        select(VerdictRow).where(VerdictRow.version_id == version.id, VerdictRow.lexicon == verdict.lexicon)
    )
    if known is not None:
        return known
    spot = _Spot(finding.article, version)
    row = VerdictRow(version_id=version.id, judged_at=now, **_judged(verdict, spot))
    session.add(row)
    session.flush()
    session.add_all(
        ClaimRow(
            verdict_id=row.id,
            event=claim.event,
            returned_to=claim.returned_to,
            category=claim.category,
            subset=claim.subset,
            count=claim.count,
            precision=claim.precision,
            claimed_by=list(claim.claimed_by),
            reason=claim.reason,
            **spot.quoted(claim),
        )
        for claim in finding.claims
    )
    return row


@dataclass(frozen=True, slots=True)
class _Spot:
    """Finds spans of an article in its stored version, which may differ in white space."""

    said: Article
    stored: VersionRow

    def of(self, span: Span) -> dict[str, Any]:
        said, stored = (
            (self.said.title, self.stored.title)
            if span.part is Part.TITLE
            else (self.said.text, self.stored.text)
        )
        start, end = moved(span.start, span.end, inside=storable(said), to=stored)
        return {"part": span.part, "start": start, "end": end}

    def quoted(self, claim: Claim) -> dict[str, Any]:
        """Return where a claim's quote stands, and the quote as it stands there."""
        spot = self.of(claim.span)
        stored = self.stored.title if claim.span.part is Part.TITLE else self.stored.text
        return spot | {"quote": stored[spot["start"] : spot["end"]] if self.moved else claim.quote}

    @property
    def moved(self) -> bool:
        """Whether the stored version spaces its words otherwise."""
        stored = (self.stored.title, self.stored.text)
        return (storable(self.said.title), storable(self.said.text)) != stored


def _judged(verdict: Verdict, spot: _Spot) -> dict[str, Any]:
    reasons = [
        {"rule": reason.rule, "weight": reason.weight, "words": reason.words, **spot.of(reason.span)}
        for reason in verdict.reasons
    ]
    return {
        "lexicon": verdict.lexicon,
        "standing": verdict.standing,
        "score": verdict.score,
        "kind": verdict.kind,
        "conflict": verdict.conflict,
        "reasons": reasons,
        "tags": list(verdict.tags),
        "exchange_date": verdict.exchange_date,
        "stage": verdict.stage,
        "sequence": verdict.sequence,
        "deal": verdict.deal,
        "mediators": list(verdict.mediators),
        "transfer_place": verdict.transfer_place,
        "numbers_disclosed": verdict.numbers_disclosed,
    }
