"""The nouns of the ledger: an exchange, and what each side says of it. Numbers of two sides are never merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crawler.model import Category, Conflict, Party, Precision, Speaker


class ExchangeStatus(StrEnum):
    """Where an exchange stands."""

    ANNOUNCED = "announced"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"
    POSTPONED = "postponed"
    FAILED = "failed"


class Agreement(StrEnum):
    """How the sides' accounts of one category stand to each other."""

    AGREED = "agreed"
    DISPUTED = "disputed"
    ONE_SIDED = "one_sided"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one speaker says was returned to one side, in one category."""

    speaker: Speaker
    returned_to: Party
    category: Category
    count: int
    precision: Precision
    subset: str | None = None
    claim_ids: tuple[int, ...] = ()
    """The stored claims that say so: every number leads to its quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The accounts of one category returned to one side, beside each other, and how they stand."""

    returned_to: Party
    category: Category
    agreement: Agreement
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A status, since when, and the finding that reported it."""

    status: ExchangeStatus
    since: datetime
    finding_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One exchange: its day, its frame, and each side's account beside the other's."""

    id: int
    conflict: Conflict
    day: date
    """The Kyiv date; the first one where the exchange took several."""
    last_day: date | None = None
    began: datetime | None = None
    """The UTC instant of the first report that it happened, beside the Kyiv date."""
    ended: datetime | None = None
    deal: str | None = None
    stage: int | None = None
    sequence: int | None = None
    place: str | None = None
    mediators: tuple[str, ...] = ()
    statuses: tuple[StatusChange, ...] = ()
    accounts: tuple[Account, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    origins: int = 0
    """Reports that do not repeat one another: copies of one dispatch count once."""
    finding_ids: tuple[int, ...] = ()

    @property
    def status(self) -> ExchangeStatus | None:
        """The latest status reported, None where nothing was said yet."""
        return max(self.statuses, key=lambda change: change.since).status if self.statuses else None

    @property
    def disagreements(self) -> tuple[Comparison, ...]:
        """What the sides tell differently."""
        return tuple(one for one in self.comparisons if one.agreement is Agreement.DISPUTED)
