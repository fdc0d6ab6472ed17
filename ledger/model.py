"""The nouns of the ledger: a report, an exchange, and what each side says of it. Numbers of two sides are never merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from crawler.model import Category, Claim, Conflict, Kind, Party, Precision, Speaker

KYIV = ZoneInfo("Europe/Kyiv")
"""An exchange's day is the Kyiv date."""


class Matter(StrEnum):
    """What an exchange moved: living people, or the bodies of the fallen. The two are never one record."""

    LIVING = "living"
    BODIES = "bodies"


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
    UNATTRIBUTED = "unattributed"
    """No side has spoken: the figures are an outlet's or a mediator's."""


class Unclear(StrEnum):
    """Why a report belongs to no exchange. Each has its heading in docs/data-dictionary.md."""

    NO_CONFLICT = "no_conflict"
    NO_EVENT = "no_event"
    NO_DAY = "no_day"
    NO_MATCH = "no_match"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A claim with its number in the store."""

    id: int
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finding as the ledger sees it: what it says of an exchange, and when it said so."""

    finding_id: int
    address: str
    """Canonical address: it orders reports of one instant the same whatever their numbers are."""
    outlet: str
    published: datetime
    """When it was published, or where that is unknown first kept."""
    kind: Kind
    conflict: Conflict
    day: date | None = None
    stage: int | None = None
    sequence: int | None = None
    deal: str | None = None
    place: str | None = None
    mediators: tuple[str, ...] = ()
    numbers_disclosed: bool | None = None
    claims: tuple[Told, ...] = ()
    title: str = ""
    opening: str = ""
    """How its text begins, where it says that an exchange did not take place, or that its size is withheld; else empty."""
    sources: tuple[str, ...] = ()
    """Ids of all sources that carry it."""

    @property
    def published_on(self) -> date:
        """The Kyiv date on which it came out."""
        return self.published.astimezone(KYIV).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one report tells of living people, or of bodies: the smallest thing that is put to an exchange."""

    report: Report
    matter: Matter
    claims: tuple[Told, ...]
    """Those of the report's claims that belong to this exchange; totals and earlier exchanges are none of them."""
    founding: bool
    """True where the part alone is enough for a record of an exchange."""

    @property
    def key(self) -> PartKey:
        """The number of its finding, and what it tells of."""
        return self.report.finding_id, self.matter


PartKey = tuple[int, Matter]
"""Number of a finding, and what the part tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A part put to an exchange, and what spoke for it."""

    part: Part
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Parts that tell of one exchange, before it has a number."""

    conflict: Conflict
    matter: Matter
    day: date
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattached:
    """A part that belongs to no exchange, and why."""

    part: Part
    reason: Unclear
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What became of all reports: every part is in one cluster, or unattached with a reason."""

    clusters: tuple[Cluster, ...]
    unattached: tuple[Unattached, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPart:
    """A part as the store knows it: where reconciling put it and why, and where it stands after the analysts' decisions."""

    finding_id: int
    matter: Matter
    machine_id: int | None
    exchange_id: int | None = None
    reason: Unclear | None = None
    because: str
    claims: tuple[int, ...]

    @property
    def key(self) -> PartKey:
        """Its finding, and what it tells of."""
        return self.finding_id, self.matter


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
    since: datetime | None = None
    """When the first report said so."""
    side: Party | None = None
    """Whose account it is, where the speaker is one of the conflict's sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The accounts of one category returned to one side, beside each other, and how they stand."""

    returned_to: Party
    category: Category
    agreement: Agreement
    accounts: tuple[Account, ...]
    note: str = ""
    """How it was judged, where the figures alone don't show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A status, since when, and the finding that reported it."""

    status: ExchangeStatus
    since: datetime
    finding_id: int


class DayPrecision(StrEnum):
    """How the day of an exchange is known."""

    DAY = "day"
    RANGE = "range"
    DUE = "due"
    """So far only named in advance."""


class FlagKind(StrEnum):
    """What does not add up. Each has its heading in docs/data-dictionary.md."""

    SUBSETS = "subsets"
    N_FOR_N = "n_for_n"
    OWN_FIGURES = "own_figures"
    DEAL_TOTAL = "deal_total"
    SEQUENCE = "sequence"
    RUNNING_TOTAL = "running_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Figures that do not add up, in words, with the claims to look at. It says nothing on who is right."""

    kind: FlagKind
    words: str
    claim_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """When a side was first reported to give figures of its own, or to confirm an exchange without them."""

    side: Party
    since: datetime
    finding_id: int
    quote: str = ""
    """The sentence in which it confirms, where there is no figure to quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One exchange: its day, its frame, and each side's account beside the other's."""

    id: int
    conflict: Conflict
    day: date
    """The Kyiv date; the first one where the exchange took several."""
    matter: Matter = Matter.LIVING
    last_day: date | None = None
    day_precision: DayPrecision = DayPrecision.DAY
    began: datetime | None = None
    """The UTC instant of the first report that it happened, beside the Kyiv date."""
    deal: str | None = None
    stage: int | None = None
    sequence: int | None = None
    place: str | None = None
    mediators: tuple[str, ...] = ()
    statuses: tuple[StatusChange, ...] = ()
    accounts: tuple[Account, ...] = ()
    planned: tuple[Account, ...] = ()
    """What was to be returned; never counted as done."""
    besides: tuple[Account, ...] = ()
    """Who was handed over outside the exchange proper, such as the gravely wounded."""
    comparisons: tuple[Comparison, ...] = ()
    withheld: bool = False
    """True where reports say that no side gave the size, and no figure is known."""
    flags: tuple[Flag, ...] = ()
    questions: tuple[str, ...] = ()
    """What the reports leave open, one sentence each."""
    confirmations: tuple[Confirmation, ...] = ()
    """First figures of each side, the earliest first."""
    acknowledged: tuple[Confirmation, ...] = ()
    """Sides that are reported to confirm it without giving its size, the earliest first."""
    first_finding: int | None = None
    origins: int = 0
    """Reports that do not repeat one another: copies of one dispatch count once."""
    sources: tuple[str, ...] = ()
    """Ids of all sources that carry a report on it."""
    finding_ids: tuple[int, ...] = ()

    @property
    def status(self) -> ExchangeStatus | None:
        """The latest status reported, None where nothing was said yet."""
        return max(self.statuses, key=lambda change: change.since).status if self.statuses else None

    @property
    def disagreements(self) -> tuple[Comparison, ...]:
        """What the sides tell differently."""
        return tuple(one for one in self.comparisons if one.agreement is Agreement.DISPUTED)


class Action(StrEnum):
    """What an analyst decided. Each has its heading in docs/analysts.md."""

    MERGE = "merge"
    SPLIT = "split"
    ATTACH = "attach"
    DETACH = "detach"
    NOTE = "note"
    CONFIRM = "confirm"
    RELEVANT = "relevant"
    IRRELEVANT = "irrelevant"
    WRONG_CLAIM = "wrong_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of an analyst: it stands beside the machine's conclusions and can be undone, never overwritten."""

    id: int
    action: Action
    exchange_id: int | None
    other_id: int | None = None
    """The exchange merged into it, or the one minted by a split."""
    finding_ids: tuple[int, ...] = ()
    claim_ids: tuple[int, ...] = ()
    why: str
    made_by: str
    made_at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None
    read_again: tuple[tuple[int, int | None], ...] = ()
    """Each claim marked as wrong with the one that says the same now, after its report was read anew; None where none does."""
