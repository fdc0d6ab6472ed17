"""Keeping findings: one story, one row, every version."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from crawler.model import Finding, Part, Skipped, SkipReason, SourceState, Span, Stage, Standing
from storage import evidence, findings, frontier, queries, search
from storage.captures import StoredCapture
from storage.engine import transaction
from storage.findings import Change
from storage.tables import CarrierRow, ClaimRow, FindingRow, SearchTextRow, VerdictRow, VersionRow
from tests.storage.nouns import ADDRESS, NOW, TEXT, changed, finding, kept, lead, lead_id, whole

OTHER = "https://slovo.example/amp-twin"
LATER = NOW + timedelta(days=3)


def rows(store: Engine, kind: type) -> int:
    with transaction(store) as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def excerpt(found: Finding) -> Finding:
    short = replace(found.article, text="Додому повернулися…", from_feed=True)
    return replace(found, article=short, claims=(), lemmas="додому повернутися")


def under(found: Finding, lexicon: str, standing: Standing = Standing.RELEVANT) -> Finding:
    return replace(found, verdict=replace(found.verdict, lexicon=lexicon, standing=standing))


def exchange(number: int, url: str = ADDRESS) -> StoredCapture:
    return StoredCapture(
        file="a.warc.gz",
        offset=number,
        length=1,
        record_id=f"<urn:uuid:{number}>",
        url=url,
        status=200,
        fetched_at=NOW,
        ip=None,
        body_sha256="0" * 64,
    )


def test_a_finding_is_kept_with_text_verdict_claims_and_carrier(store: Engine) -> None:
    found = whole(store, kept(store, finding()).finding_id)
    assert (found.address, found.verdict.standing, found.current.number) == (ADDRESS, "relevant", 1)
    assert [one.claim for one in found.claims] == list(finding().claims)
    assert found.current.published == NOW
    assert [one.source_id for one in found.carriers] == ["slovo"]
    assert found.state == "live"


def test_the_same_text_again_changes_nothing(store: Engine) -> None:
    first = kept(store, finding())
    assert first.change is Change.NEW
    assert kept(store, finding(), now=LATER).change is Change.SAME
    assert kept(store, changed(finding(), TEXT + "  \n "), now=LATER).change is Change.SAME
    assert whole(store, first.finding_id).changed_at == NOW


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(store: Engine) -> None:
    first = kept(store, finding())
    second = kept(store, changed(finding(), "Додому повернулися 204 захисники."), now=LATER)
    assert (second.finding_id, second.change) == (first.finding_id, Change.NEW_VERSION)
    found = whole(store, first.finding_id)
    assert [version.text for version in found.versions] == [TEXT, "Додому повернулися 204 захисники."]
    assert (found.first_kept, found.changed_at) == (NOW, LATER)


def test_a_changed_title_is_a_new_version(store: Engine) -> None:
    kept(store, finding())
    retitled = replace(finding(), article=replace(finding().article, title="Обмін: уточнено"))
    assert kept(store, retitled).change is Change.NEW_VERSION


def test_a_text_that_comes_back_is_a_version_of_its_own(store: Engine) -> None:
    kept(store, finding())
    kept(store, changed(finding(), "інший текст"))
    assert kept(store, finding()).change is Change.NEW_VERSION


def test_one_article_through_two_sources_is_one_finding_with_two_carriers(store: Engine) -> None:
    first = kept(store, finding())
    second = kept(store, finding(OTHER, source="wire", others=(ADDRESS,)), address=OTHER)
    assert (second.finding_id, second.change) == (first.finding_id, Change.CARRIER)
    assert rows(store, FindingRow) == 1


def test_the_address_of_the_lead_leads_to_the_article_for_good(store: Engine) -> None:
    """A page that later names another canonical address is the same article, not a second one."""
    first = kept(store, finding(ADDRESS), address=OTHER)
    moved = finding("https://slovo.example/new-home", text="Нова адреса")
    assert kept(store, moved, address=OTHER).finding_id == first.finding_id
    with transaction(store) as session:
        assert queries.finding_at(session, OTHER) == first.finding_id


def test_the_canonical_address_decides_before_the_others(store: Engine) -> None:
    first, second = kept(store, finding()), kept(store, finding(OTHER), address=OTHER)
    again = kept(store, finding(OTHER, others=(ADDRESS,)), address=OTHER)
    assert again.finding_id == second.finding_id != first.finding_id


def test_a_feeds_excerpt_does_not_take_the_place_of_a_page(store: Engine) -> None:
    """Nor does what a newer lexicon says of the excerpt become the page's verdict, claims or words."""
    number = kept(store, finding()).finding_id
    assert kept(store, under(excerpt(finding()), "newer", Standing.NEAR_MISS)).change is Change.SAME
    found = whole(store, number)
    assert (len(found.versions), found.verdict.lexicon, found.verdict.standing) == (1, "test", "relevant")
    assert len(found.claims) == 1
    with transaction(store) as session:
        assert search.search(session, [["обмін"]], filters=search.Filters())


def test_a_page_takes_the_place_of_an_excerpt(store: Engine) -> None:
    number = kept(store, excerpt(finding())).finding_id
    assert kept(store, finding()).change is Change.NEW_VERSION
    assert whole(store, number).current.text == TEXT


def test_a_page_that_says_what_its_feed_said_becomes_its_evidence(store: Engine) -> None:
    number = kept(store, replace(finding(), article=replace(finding().article, from_feed=True))).finding_id
    assert kept(store, finding(), captures=[exchange(1)]).change is Change.SAME
    current = whole(store, number).current
    assert current.evidence is not None
    assert not current.from_feed


def test_a_newer_lexicon_says_its_own_of_the_same_version(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    assert kept(store, under(finding(), "newer"), now=LATER).change is Change.SAME
    assert whole(store, number).verdict.lexicon == "newer"
    assert (rows(store, VersionRow), rows(store, VerdictRow), rows(store, ClaimRow)) == (1, 2, 2)


def test_quotes_stay_exact_where_only_white_space_changed(store: Engine) -> None:
    """A newer lexicon read `205 \\n захисників`; the stored version has one blank."""
    number = kept(store, finding()).finding_id
    spaced = "\n " + TEXT.replace("205 ", "205 \n ")
    at = spaced.index("205")
    claim = replace(
        finding().claims[0],
        quote=spaced[at : at + 16],
        span=Span(part=Part.TEXT, start=at, end=at + 16),
    )
    again = under(changed(finding(), spaced), "newer")
    kept(store, replace(again, claims=(claim,)))
    found = whole(store, number)
    stored = found.claims[0].claim
    assert stored.quote == found.current.text[stored.span.start : stored.span.end] == "205 захисників"


def test_an_article_that_turns_off_topic_keeps_its_finding_and_versions(store: Engine) -> None:
    number = kept(store, finding()).finding_id
    turned = under(changed(finding(), "Про футбол"), "test", Standing.OFF_TOPIC)
    assert kept(store, turned).finding_id == number
    found = whole(store, number)
    assert found.verdict.standing == "off_topic"
    assert [version.text for version in found.versions] == [TEXT, "Про футбол"]


@pytest.mark.parametrize(
    ("reason", "state"),
    [(SkipReason.GONE, "vanished"), (SkipReason.REDIRECTED_AWAY, "vanished"), (SkipReason.TIMEOUT, "live")],
)
def test_vanished_is_told_apart_from_unreachable(store: Engine, reason: SkipReason, state: str) -> None:
    number = kept(store, finding()).finding_id
    with transaction(store) as session:
        skipped = Skipped(url=ADDRESS, reason=reason, stage=Stage.FETCH)
        frontier.close(session, lead_id(session), skipped, now=LATER)
    assert whole(store, number).state == state
    kept(store, finding())
    assert whole(store, number).state == "live"


def test_every_exchange_is_kept_with_its_article(store: Engine) -> None:
    """Redirects and unchanged answers too: they are the record of who looked when."""
    number = kept(store, finding(), captures=[exchange(1, OTHER), exchange(2)]).finding_id
    kept(store, finding(), captures=[exchange(3)])
    found = whole(store, number)
    assert [one.offset for one in found.captures] == [1, 2, 3]
    assert found.current.evidence is not None
    assert found.current.evidence.offset == 2


def test_a_carrier_is_first_seen_once(store: Engine) -> None:
    kept(store, finding(others=(OTHER,)))
    with transaction(store) as session:
        frontier.discovered(session, "slovo", [(OTHER, lead(OTHER))], state=SourceState(), now=LATER)
    with transaction(store) as session:
        assert session.scalars(select(CarrierRow.first_seen)).all() == [NOW]


def test_one_article_kept_by_many_at_once_is_one_finding(store: Engine) -> None:
    sources = [f"source{number}" for number in range(6)]
    with transaction(store) as session:
        leads = {source: lead_id(session, source=source) for source in sources}
    problems: list[Exception] = []
    start = threading.Barrier(len(sources))

    def keep(source: str) -> None:
        start.wait()
        try:
            with transaction(store) as session:
                findings.keep(session, finding(source=source), lead_id=leads[source], captures=(), now=NOW)
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=keep, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (rows(store, FindingRow), rows(store, CarrierRow), rows(store, VersionRow)) == (1, 6, 1)


def test_ids_are_never_used_twice(store: Engine) -> None:
    first = kept(store, finding()).finding_id
    with transaction(store) as session:
        session.execute(SearchTextRow.__table__.delete())  # type: ignore[attr-defined]
        session.execute(FindingRow.__table__.delete())  # type: ignore[attr-defined]
    assert kept(store, finding()).finding_id > first


def test_a_new_version_has_its_own_claims(store: Engine) -> None:
    kept(store, finding())
    kept(store, changed(finding(), "без чисел"))
    assert rows(store, ClaimRow) == 1
    with transaction(store) as session:
        (found,) = queries.findings(session, search.Filters())
    assert found.claims == ()


def test_what_no_database_takes_costs_no_finding(store: Engine) -> None:
    dirty = "Повернулися\x00 205 \ud800захисників"
    found = finding(text=dirty, others=("https://slovo.example/\ud800",))
    number = kept(store, found).finding_id
    assert whole(store, number).current.text == "Повернулися\ufffd 205 \ufffdзахисників"
    assert kept(store, found).change is Change.SAME


def test_a_text_longer_than_an_index_takes_is_kept_whole(store: Engine) -> None:
    words = " ".join(f"слово{number}" for number in range(120_000))
    number = kept(store, replace(finding(text=words), lemmas=words)).finding_id
    assert whole(store, number).current.text == words


def test_a_finding_leads_to_the_list_that_named_it(store: Engine) -> None:
    listed = exchange(1, "https://slovo.example/rss")
    with transaction(store) as session:
        number = evidence.add(session, [listed], now=NOW)
    found = whole(store, kept(store, finding(), list_capture=number).finding_id)
    assert [one.url for one in found.captures] == [listed.url]
    assert found.current.evidence is not None  # no page was fetched: the list is what bears the text out
    assert found.current.evidence.body_sha256 == listed.body_sha256
