"""Keeping findings: one story, one row, every version."""

from sqlalchemy import Engine, func, select

from crawler.model import Finding, SourceState
from storage import findings, frontier, queries, search
from storage.engine import transaction
from storage.findings import Change, Kept
from storage.tables import ClaimRow, FindingRow, LeadRow, VersionRow
from tests.storage.nouns import ADDRESS, NOW, changed, finding, lead

OTHER = "https://slovo.example/amp-twin"


def keep(store: Engine, found: Finding, *, address: str = ADDRESS, source: str = "slovo") -> Kept:
    with transaction(store) as session:
        one = lead(address, source=source)
        frontier.discovered(session, source, [(address, one)], state=SourceState(), now=NOW)
        lead_id = session.scalar(select(func.max(LeadRow.id)).where(LeadRow.source_id == source))
        assert lead_id is not None
        return findings.keep(session, found, lead_id=lead_id, captures=(), now=NOW)


def test_a_finding_is_kept_with_text_verdict_claims_and_carrier(store: Engine) -> None:
    kept = keep(store, finding())
    with transaction(store) as session:
        whole = queries.finding(session, kept.finding_id)
    assert whole is not None
    assert (whole.address, whole.verdict.standing, whole.current.number) == (ADDRESS, "relevant", 1)
    assert [one.claim for one in whole.claims] == list(finding().claims)
    assert whole.current.published == NOW
    assert [one.source_id for one in whole.carriers] == ["slovo"]


def test_the_same_text_again_changes_nothing(store: Engine) -> None:
    assert keep(store, finding()).change is Change.NEW
    assert keep(store, finding()).change is Change.SAME
    assert keep(store, changed(finding(), finding().article.text + "  \n ")).change is Change.SAME


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(store: Engine) -> None:
    first = keep(store, finding())
    second = keep(store, changed(finding(), "Додому повернулися 204 захисники."))
    assert (second.finding_id, second.change) == (first.finding_id, Change.NEW_VERSION)
    with transaction(store) as session:
        whole = queries.finding(session, first.finding_id)
    assert whole is not None
    assert [version.text for version in whole.versions] == [
        finding().article.text,
        "Додому повернулися 204 захисники.",
    ]


def test_a_text_that_comes_back_is_a_version_of_its_own(store: Engine) -> None:
    keep(store, finding())
    keep(store, changed(finding(), "інший текст"))
    assert keep(store, finding()).change is Change.NEW_VERSION


def test_one_article_through_two_sources_is_one_finding_with_two_carriers(store: Engine) -> None:
    first = keep(store, finding())
    second = keep(store, finding(OTHER, source="wire", others=(ADDRESS,)), address=OTHER, source="wire")
    assert (second.finding_id, second.change) == (first.finding_id, Change.CARRIER)
    with transaction(store) as session:
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 1


def test_a_feeds_excerpt_does_not_take_the_place_of_a_page(store: Engine) -> None:
    from dataclasses import replace

    keep(store, finding())
    excerpt = finding(text="Додому повернулися…")
    again = keep(store, replace(excerpt, article=replace(excerpt.article, from_feed=True)))
    assert again.change is Change.SAME
    with transaction(store) as session:
        assert session.scalar(select(func.count()).select_from(VersionRow)) == 1


def test_ids_are_never_used_twice(store: Engine) -> None:
    first = keep(store, finding()).finding_id
    with transaction(store) as session:
        session.execute(findings.SearchTextRow.__table__.delete())  # type: ignore[attr-defined]
        session.execute(FindingRow.__table__.delete())  # type: ignore[attr-defined]
    assert keep(store, finding()).finding_id > first


def test_inflected_words_find_the_same_finding_on_each_engine(store: Engine) -> None:
    kept = keep(store, finding())
    with transaction(store) as session:
        for words in ([["обмін"]], [["захисниками", "захисник"]], [["обмін"], ["полонений"]], []):
            hits = search.search(session, words, filters=search.Filters())
            assert [hit.id for hit in hits] == [kept.finding_id]
        assert search.search(session, [["борщ"]], filters=search.Filters()) == []
        assert search.search(session, [["обмін"], ["борщ"]], filters=search.Filters()) == []


def test_signs_of_the_query_language_are_taken_literally(store: Engine) -> None:
    keep(store, finding())
    with transaction(store) as session:
        for word in (
            '"',
            "*",
            "NEAR(",
            "-",
            "lemmas:",
            "a" * 10_000,
            "'; drop table finding; --",
            "&",
            "!",
            "\x00",
        ):
            search.search(session, [[word]] * 3, filters=search.Filters())
        assert session.scalar(select(func.count()).select_from(FindingRow)) == 1


def test_a_new_version_replaces_what_search_finds(store: Engine) -> None:
    from dataclasses import replace

    keep(store, finding())
    keep(store, replace(changed(finding(), "скасовано"), lemmas="скасувати"))
    with transaction(store) as session:
        assert search.search(session, [["обмін"]], filters=search.Filters()) == []
        assert len(search.search(session, [["скасувати"]], filters=search.Filters())) == 1


def test_a_new_version_has_its_own_claims(store: Engine) -> None:
    keep(store, finding())
    keep(store, changed(finding(), "без чисел"))
    with transaction(store) as session:
        assert session.scalar(select(func.count()).select_from(ClaimRow)) == 1
        whole = next(queries.findings(session, search.Filters()))
    assert whole.claims == ()
