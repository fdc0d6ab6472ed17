"""Many reports to one record of each exchange, the same whatever their order; what is weakly told stays unattached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

from crawler.model import Conflict, Event, Kind, Speaker
from ledger.model import Cluster, Link, Matter, Part, Reconciled, Report, Unattached, Unclear
from ledger.parts import HAPPENED, LATE, SIDES, Figure, ahead, figures, parts_of

LOOK_BACK = timedelta(days=3)
"""How long before its publication an exchange may lie that a report without a day tells of."""

SETBACK = timedelta(days=1)
"""A report that an exchange was put off comes out that day, or the next: one that names an earlier day has misread it."""

TELLING = 20
"""From this count on, one shared figure tells two exchanges of neighbouring days apart."""

OUTLETS = (Speaker.OUTLET, Speaker.OTHER)
"""Voices that are no official's."""

REACH = timedelta(days=4)
"""No report bears on exchanges further than this from the day it names or came out: what is new is reconciled there alone."""

Bucket = tuple[Conflict, Matter, date]

WHOM = {Matter.LIVING: "living people", Matter.BODIES: "bodies"}


def reconcile(reports: Iterable[Report]) -> Reconciled:
    """Put every report to the exchange it tells of.

    First, parts that name a day found exchanges: one for each conflict, matter and day, or several where stages or
    running numbers tell them apart. Then each part that names none, or a doubtful one, looks for the one exchange near
    it with which it shares a running number, a stage, or figures. Both steps look at sets only, never at an order.
    """
    parts = sorted((part for report in reports for part in parts_of(report)), key=_canonical)
    firm: dict[Bucket, list[Part]] = defaultdict(list)
    for part in parts:
        if (
            part.founding
            and part.report.day is not None
            and part.report.published_on <= part.report.day
            and not ahead(part.report)
        ):
            firm[_bucket(part, part.report.day)].append(part)
    buckets: dict[Bucket, list[Part]] = defaultdict(list)
    loose: list[Part] = []
    for part in parts:
        day = _founding_day(part, firm)
        if day is None:
            loose.append(part)
        else:
            buckets[_bucket(part, day)].append(part)
    found = [outcome for bucket, members in buckets.items() for outcome in _of_one_day(bucket, members)]
    clusters = [one for one in found if isinstance(one, Cluster)]
    left = [one for one in found if isinstance(one, Unattached)]
    return _with_loose(clusters, left, loose)


def _bucket(part: Part, day: date) -> Bucket:
    return part.report.conflict, part.matter, day


def _founding_day(part: Part, firm: Mapping[Bucket, Sequence[Part]]) -> date | None:
    """Return the day on which a part may found an exchange; None where it must look for one that others found.

    Reports of the day itself are firm. One that came out later is not where it names another stage than they do. One
    that shares no figure with them, but some with those of a day in between, has its figures right and its day misread.
    """
    report = part.report
    day = report.day
    if day is None or not part.founding or report.conflict is Conflict.NONE or ahead(part.report):
        return None
    late, there = report.published_on - day, firm.get(_bucket(part, day), ())
    if late <= timedelta():
        return None if _echo(part, day, firm) else day
    if there and all(_stages_apart(part.report, other.report) for other in there):
        return None
    if figures(part) & _figures_of(there):
        return day
    if report.kind is Kind.POSTPONED_OR_FAILED and late > SETBACK and not there:
        return None
    if late > LATE and report.kind is not Kind.BACKGROUND:
        return None
    telling = {figure for figure in figures(part) if figure[2] >= TELLING} if there else set()
    between = [day + timedelta(days=on) for on in range(1, min(late, LOOK_BACK).days + 1)]
    fitting = [other for other in between if telling & _figures_of(firm.get(_bucket(part, other), ()))]
    return fitting[0] if len(fitting) == 1 else day


def _echo(part: Part, day: date, firm: Mapping[Bucket, Sequence[Part]]) -> bool:
    """Say whether an outlet alone, in its own voice, counts what several others counted one to three days before.

    It most likely retells that day's exchange. A second outlet, an official's word or a number of its own settles it.
    """
    report, telling = part.report, {figure for figure in figures(part) if figure[2] >= TELLING}
    if not telling or report.stage is not None or report.sequence is not None:
        return False
    if any(speaker not in OUTLETS for told in part.claims for speaker in told.claim.claimed_by):
        return False

    def others(on: date) -> set[str]:
        told = (one for one in firm.get(_bucket(part, on), ()) if telling & figures(one))
        return {one.report.outlet for one in told} - {report.outlet}

    before = [len(others(day - timedelta(days=back))) for back in range(1, LOOK_BACK.days + 1)]
    return not others(day) and sum(count > 1 for count in before) == 1


def _stages_apart(one: Report, other: Report) -> bool:
    return one.stage is not None and other.stage is not None and one.stage != other.stage


def _canonical(part: Part) -> tuple[object, ...]:
    """Order parts by what they are, not by when they came."""
    return part.report.published, part.report.address, part.matter


def _of_one_day(bucket: Bucket, parts: Sequence[Part]) -> Iterator[Cluster | Unattached]:
    """Yield the exchanges of one day: most often one."""
    conflict, _, day = bucket
    if conflict not in SIDES:
        for group in _components(parts, _same_elsewhere):
            yield _cluster(bucket, [(part, "same day, parties and figures") for part in group])
        return
    labelled = [part for part in parts if part.report.stage is not None or part.report.sequence is not None]
    groups = _components(labelled, _same_label) if _contradict(labelled) else []
    if len(groups) < 2:
        yield _cluster(bucket, [(part, _ground_of_day(part, day)) for part in parts])
        return
    members = [[(part, f"{day}, {_label(part.report)}") for part in group] for group in groups]
    for part in parts:
        if part in labelled:
            continue
        shared = [len(_figures_of(group) & figures(part)) for group in groups]
        if max(shared) and shared.count(max(shared)) == 1:
            members[shared.index(max(shared))].append((part, f"{day}, same figures"))
        else:
            yield Unattached(
                part=part,
                reason=Unclear.SEVERAL,
                because=f"{len(groups)} exchanges on {day}: the figures fit none alone",
            )
    yield from (_cluster(bucket, group) for group in members)


def _ground_of_day(part: Part, day: date) -> str:
    if part.report.day == day:
        return f"tells of {WHOM[part.matter]} on {day}"
    return f"figures of {day}, though it names {part.report.day}"


def _cluster(bucket: Bucket, members: Iterable[tuple[Part, str]]) -> Cluster:
    conflict, matter, day = bucket
    links = tuple(Link(part=part, because=because) for part, because in members)
    return Cluster(conflict=conflict, matter=matter, day=day, links=links)


def _contradict(parts: Sequence[Part]) -> bool:
    return any(_apart(one.report, other.report) for one, other in combinations(parts, 2))


def _apart(one: Report, other: Report) -> bool:
    """Say whether two reports number their exchanges differently."""
    stages, sequences = {one.stage, other.stage} - {None}, {one.sequence, other.sequence} - {None}
    return len(stages) > 1 or len(sequences) > 1


def _same_label(one: Part, other: Part) -> bool:
    """Same figures outweigh a number that differs: a stage or running number is more often wrong than all figures."""
    if figures(one) & figures(other):
        return True
    return not _apart(one.report, other.report) and (
        (one.report.stage is not None and one.report.stage == other.report.stage)
        or (one.report.sequence is not None and one.report.sequence == other.report.sequence)
    )


def _same_elsewhere(one: Part, other: Part) -> bool:
    """Say whether two parts of a conflict without two fixed sides tell of one exchange; the day alone is no ground."""
    if figures(one) & figures(other):
        return True
    return one.report.place is not None and one.report.place == other.report.place


def _label(report: Report) -> str:
    stage = f"stage {report.stage}" if report.stage is not None else ""
    sequence = f"number {report.sequence}" if report.sequence is not None else ""
    return ", ".join(one for one in (stage, sequence) if one)


def _components(parts: Sequence[Part], same: Callable[[Part, Part], bool]) -> list[list[Part]]:
    """Return the parts in groups within which each is linked to another."""
    groups: list[list[Part]] = []
    for part in parts:
        near = [group for group in groups if any(same(part, other) for other in group)]
        merged = [other for group in near for other in group] + [part]
        groups = [group for group in groups if group not in near] + [merged]
    return [sorted(group, key=_canonical) for group in groups]


def _figures_of(parts: Iterable[Part]) -> frozenset[Figure]:
    return frozenset(figure for part in parts for figure in figures(part))


def _with_loose(clusters: Sequence[Cluster], left: Sequence[Unattached], loose: Sequence[Part]) -> Reconciled:
    """Add each part without a day to the one exchange it fits; each is judged alone, by the dated parts only."""
    near: dict[Bucket, list[int]] = defaultdict(list)
    for number, cluster in enumerate(clusters):
        near[cluster.conflict, cluster.matter, cluster.day].append(number)
    more: dict[int, list[Link]] = defaultdict(list)
    unattached = list(left)
    for part in loose:
        candidates = [(number, clusters[number]) for number in _candidates(part, near)]
        verdict = _placed(part, candidates)
        if isinstance(verdict, Unattached):
            unattached.append(verdict)
        else:
            number, because = verdict
            more[number].append(Link(part=part, because=because))
    whole = [
        Cluster(
            conflict=one.conflict,
            matter=one.matter,
            day=one.day,
            links=tuple(sorted((*one.links, *more[number]), key=lambda link: _canonical(link.part))),
        )
        for number, one in enumerate(clusters)
    ]
    whole.sort(key=lambda one: (one.day, one.conflict, one.matter, _canonical(one.links[0].part)))
    unattached.sort(key=lambda one: _canonical(one.part))
    return Reconciled(clusters=tuple(whole), unattached=tuple(unattached))


def _candidates(part: Part, near: dict[Bucket, list[int]]) -> list[int]:
    report = part.report
    days = {report.day} if report.day is not None and not ahead(report) else set()
    if report.day is None or (part.founding and report.kind is not Kind.BACKGROUND):
        days |= {report.published_on - timedelta(days=back) for back in range(LOOK_BACK.days + 1)}
    return [number for day in sorted(days) for number in near.get((report.conflict, part.matter, day), ())]


def _placed(part: Part, candidates: Sequence[tuple[int, Cluster]]) -> tuple[int, str] | Unattached:
    """Return the exchange a part without a founding day tells of and the ground, or why there is none."""
    report = part.report

    def left(reason: Unclear, because: str) -> Unattached:
        return Unattached(part=part, reason=reason, because=because)

    if report.conflict is Conflict.NONE:
        return left(Unclear.NO_CONFLICT, "names no conflict")
    if not _tells_of_an_event(part):
        return left(Unclear.NO_EVENT, f"{report.kind} without a day or people of one exchange")
    if not candidates:
        day = report.day or report.published_on
        until = "on" if report.day else f"in the {LOOK_BACK.days} days to"
        return left(
            Unclear.NO_MATCH if report.day else Unclear.NO_DAY,
            f"no exchange of {WHOM[part.matter]} {until} {day}",
        )
    grounds = [(number, ground) for number, one in candidates if (ground := _ground(part, one))]
    best = max((rank for _, (rank, _) in grounds), default=0)
    chosen = [(number, words) for number, (rank, words) in grounds if rank == best]
    if not chosen:
        return left(Unclear.NO_MATCH, "shares no number, stage or figures with the exchanges of those days")
    if len(chosen) > 1:
        return left(Unclear.SEVERAL, f"fits {len(chosen)} exchanges: {chosen[0][1]}")
    return chosen[0]


def _tells_of_an_event(part: Part) -> bool:
    if part.report.kind in HAPPENED or part.report.day is not None:
        return True
    return any(told.claim.event is Event.THIS_EXCHANGE for told in part.claims)


def _named(shared: Iterable[Figure]) -> str:
    return ", ".join(sorted(f"{number} to {side}" for side, _, number in shared))


def _ground(part: Part, cluster: Cluster) -> tuple[int, str] | None:
    """Return how strongly a part fits an exchange, and by what; None where it doesn't, or speaks against it."""
    report, others = part.report, [link.part.report for link in cluster.links]
    sequences = {one.sequence for one in others} - {None}
    stages = {one.stage for one in others} - {None}
    shared = figures(part) & _figures_of(link.part for link in cluster.links)
    if report.sequence is not None and sequences and report.sequence not in sequences:
        return None
    if report.stage is not None and stages and report.stage not in stages:
        return None
    if report.sequence is not None and report.sequence in sequences:
        return 100, f"number {report.sequence}"
    if report.stage is not None and report.stage in stages and report.deal in {one.deal for one in others}:
        return 90, f"stage {report.stage} of {report.deal or 'its deal'}"
    if shared:
        return 10 + len(shared), "same figures: " + ", ".join(
            sorted(f"{n} to {side}" for side, _, n in shared)
        )
    doubtful = report.day is not None and report.published_on - report.day > LATE
    if figures(part) or report.kind is Kind.BACKGROUND or doubtful:
        return None
    if report.day == cluster.day or (report.place and report.place in {one.place for one in others}):
        return 1, f"the only exchange of {cluster.day}"
    return None
