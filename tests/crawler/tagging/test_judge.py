"""Relevance, kind and conflict on sentences of our own, each beside one that must not match."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crawler.model import AddedTerm, Article, Conflict, Kind, Part, Standing, Verdict
from crawler.tagging import LEXICON, judge
from crawler.tagging.lexicon import LANGUAGES


def verdict(title: str, text: str = "") -> Verdict:
    return judge(
        Article(address="a", outlet="o", title=title, text=text, published=datetime(2026, 3, 5, tzinfo=UTC))
    )


RELEVANT = [
    "Ukraine and Russia exchange 175 prisoners of war each",
    "Kyiv: 185 defenders are home",
    "Moscow hands over the bodies of 1,000 Ukrainian soldiers",
    "Стороны обменялись пленными по формуле 205 на 205",
    "Из плена вернулись 150 российских военнослужащих",
    "Россия передала Украине тела 1000 погибших военных",
    "Відбувся обмін полоненими: додому повернулися 185 захисників",
    "Двоє цивільних повернулися з російського полону",
    "Україна повернула тіла 909 полеглих воїнів",
]
UNRELATED = [
    "London Stock Exchange opens higher after a quiet night",
    "Troops exchange fire across the line of control for a second night",
    "Students return home from an exchange programme in Poland",
    "Обмен веществ после сорока: что изменилось",
    "Курс доллара в обменниках вырос",
    "Стороны обменялись мнениями о поставках зерна",
    "Обмін речовин навесні: поради лікаря",
    "Бібліотека поповнила обмінний фонд книжками",
    "У полоні стереотипів: нотатки з виставки",
    "Укріплення на кордоні зводять до зими",
    "Преступление раскрыли за ночь",
]


CASES = Path(__file__).parents[2] / "cases" / "tagging"


def cases(answer: str) -> list[str]:
    """Return the cases of tests/cases/tagging that must be answered `yes` or `no`."""
    files = [YAML(typ="safe").load(CASES / f"{language}.yaml") for language in LANGUAGES]
    return [case for groups in files for group in groups for case in group.get(answer, ())]


def of_case(case: str) -> Verdict:
    title, _, text = case.partition(" // ")
    return verdict(title, text)


@pytest.mark.parametrize("case", cases("yes"))
def test_a_report_is_relevant(case: str) -> None:
    assert of_case(case).standing is Standing.RELEVANT


@pytest.mark.parametrize("case", cases("no"))
def test_a_look_alike_is_not_relevant(case: str) -> None:
    assert of_case(case).standing is not Standing.RELEVANT


def answers(field: str) -> list[tuple[str, str]]:
    """Return the cases of one field's file, each with its answer."""
    groups = YAML(typ="safe").load(CASES / f"{field}s.yaml")
    return [(case, answer) for answer, found in groups.items() for case in found]


@pytest.mark.parametrize(("case", "kind"), answers("kind"))
def test_what_a_report_mainly_says(case: str, kind: str) -> None:
    assert of_case(case).kind == kind


@pytest.mark.parametrize(("case", "conflict"), answers("conflict"))
def test_between_whom_people_were_exchanged(case: str, conflict: str) -> None:
    assert of_case(case).conflict == conflict


LINKS = {
    "en": (
        "The council meets",
        "The council spoke of roads. ",
        "Ukraine and Russia exchange prisoners of war",
        "Read also",
    ),
    "ru": (
        "Совет собрался",
        "Совет говорил о дорогах. ",
        "Россия и Украина обменялись пленными",
        "Читайте также",
    ),
    "uk": (
        "Рада зібралася",
        "Рада говорила про дороги. ",
        "Україна та Росія обмінялися полоненими",
        "Читайте також",
    ),
}


@pytest.mark.parametrize("language", LINKS)
def test_related_links_make_no_report(language: str) -> None:
    title, prose, headline, also = LINKS[language]
    below = verdict(title, prose * 6 + "\n" + f"{headline}\n" * 4)
    between = verdict(title, f"{prose}\n{also}: {headline}\n{prose}\n— {also}: {headline}.\n{prose * 4}")
    assert below.standing is not Standing.RELEVANT
    assert between.standing is Standing.OFF_TOPIC
    assert verdict(title, f"{headline}. " * 2 + prose).standing is Standing.RELEVANT


def test_a_title_in_another_language_is_read_in_its_own() -> None:
    found = verdict("Освобождённые из плена бойцы вышли на связь", "Захисники вже зателефонували рідним.")
    assert found.standing is Standing.RELEVANT


@pytest.mark.parametrize("title", RELEVANT)
def test_a_headline_alone_is_enough(title: str) -> None:
    assert verdict(title).standing is Standing.RELEVANT


@pytest.mark.parametrize("title", UNRELATED)
def test_look_alikes_are_off_topic(title: str) -> None:
    assert verdict(title).standing is Standing.OFF_TOPIC


def test_a_passing_mention_makes_no_report() -> None:
    filler = "The council spoke about roads, schools and the budget of the town. " * 12
    found = verdict(
        "Town council meets", filler + "One speaker recalled a prisoner exchange with Russia. " + filler
    )
    assert found.standing is not Standing.RELEVANT


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Відбувся обмін полоненими: додому повернулися 185 захисників", Kind.EXCHANGE_COMPLETED),
        ("Россия передала Украине тела 1000 погибших", Kind.BODIES_REPATRIATED),
        ("Обмен пленными отложен, сообщили в Москве", Kind.POSTPONED_OR_FAILED),
        ("Ukraine and Russia will exchange prisoners tomorrow", Kind.EXCHANGE_ANNOUNCED),
        ("Kyiv and Moscow agree on a prisoner exchange", Kind.AGREEMENT),
    ],
)
def test_kind_of_a_report(title: str, kind: Kind) -> None:
    assert verdict(title).kind is kind


@pytest.mark.parametrize(
    ("title", "conflict"),
    [
        ("Ukraine and Russia exchange 175 prisoners of war", Conflict.RU_UA),
        ("Hamas frees four hostages, Israel releases Palestinian prisoners", Conflict.ISRAEL_PALESTINE),
        ("Азербайджан вернул Армении восемь военнопленных", Conflict.AZ_AM),
    ],
)
def test_conflict_of_a_report(title: str, conflict: Conflict) -> None:
    assert verdict(title).conflict is conflict


def test_reasons_point_at_the_original_words() -> None:
    title = "Відбувся обмін по\u00adлоненими"
    found = verdict(title)
    reason = found.reasons[0]
    assert reason.span.part is Part.TITLE
    assert title[reason.span.start : reason.span.end] == "обмін по\u00adлоненими"


@pytest.mark.parametrize(
    "title",
    ["Обмiн полоненими вiдбувся", "Обмін пoлоненими відбувся", "Обмі\u0301н полоне\u0301ними відбувся"],
)
def test_look_alike_letters_and_stress_marks_do_not_hide_a_report(title: str) -> None:
    assert verdict(title).standing is Standing.RELEVANT


def test_the_same_article_gives_the_same_verdict() -> None:
    assert verdict(RELEVANT[0]) == verdict(RELEVANT[0])
    assert verdict(RELEVANT[0]).lexicon == LEXICON


def test_terms_that_operators_add_change_the_verdict_and_its_lexicon() -> None:
    article = Article(
        address="a", outlet="o", title="Додому повернулися 12 степовиків", text="", language="uk"
    )
    added = (
        AddedTerm(language="uk", concept="soldier", term="степовик*", example="Степовики вдома."),
        AddedTerm(language="uk", topic="steppe", term="степовик*", example="Степовики вдома."),
        AddedTerm(language="ru", topic="other", term="степовик*", example="Степовики дома."),
    )
    before, after = judge(article), judge(article, added)
    assert (before.standing, after.standing) == (Standing.OFF_TOPIC, Standing.RELEVANT)
    assert before.lexicon == LEXICON != after.lexicon
    assert after.tags[-1] == "topic:steppe"


def test_a_spoiler_that_operators_add_sets_words_aside() -> None:
    article = Article(
        address="a", outlet="o", title="Обмін полоненими піснями на фестивалі", text="", language="uk"
    )
    spoiler = AddedTerm(
        language="uk", concept="spoiler", term="обмін* ~1 піснями", example="Обмін полоненими піснями."
    )
    assert judge(article).standing is Standing.RELEVANT
    assert judge(article, (spoiler,)).standing is Standing.OFF_TOPIC


def test_a_long_text_stays_cheap() -> None:
    """Bound on CPU time, generous: a pattern that explodes takes minutes, not seconds."""
    text = "Обмін полоненими відбувся на кордоні України. " * 2200
    start = time.process_time()
    verdict("Обмін", text)
    assert time.process_time() - start < 5
