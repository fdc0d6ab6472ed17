"""A report says which agency it came from; whom else it names is no credit."""

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from crawler.facts.credits import agency_of, credited, origin_named

TABLE = YAML(typ="safe", pure=True).load(
    (files("crawler.facts") / "agencies.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("row", TABLE["agencies"], ids=lambda row: row["domains"][0])
def test_each_agency_is_credited_in_its_example(row: dict[str, list[str]]) -> None:
    assert credited(str(row["example"])) == (row["domains"][0],)


@pytest.mark.parametrize(
    "row", [*TABLE["around"], *TABLE["before"], *TABLE["after"]], ids=lambda row: row["sign"]
)
def test_each_form_credits_in_its_example(row: dict[str, str]) -> None:
    assert credited(row["example"])


@pytest.mark.parametrize("part", ["around", "before", "after"])
def test_signs_are_sorted(part: str) -> None:
    signs = [row["sign"] for row in TABLE[part]]
    assert signs == sorted(set(signs))


@pytest.mark.parametrize(
    "sentence",
    [
        "Президент сказав в інтерв'ю Reuters, що обмін триватиме.",
        "He told Reuters that the exchange would go on.",
        "Журналісти УНІАН чекали на кордоні.",
        "Автобуси прибули, повідомляє Координаційний штаб.",
        "ТАССовка",
        "Автобуси на кордоні. (Reed Saxon / Associated Press)",
        "Автобуси на кордоні (AFP)",
        "The ombudsman, contacted by Reuters, would not say more.",
    ],
)
def test_a_name_that_is_spoken_to_or_about_is_no_credit(sentence: str) -> None:
    assert credited(sentence) == ()


def test_the_longer_name_is_the_agency() -> None:
    assert credited("Про це повідомляє Інтерфакс-Україна.") == ("interfax.com.ua",)
    assert credited("Об этом сообщает «Интерфакс-Украина».") == ("interfax.com.ua",)


def test_two_agencies_stand_in_the_order_of_the_text() -> None:
    assert credited("Передает ТАСС. Раньше об этом сообщило агентство Рейтер.") == ("tass.ru", "reuters.com")


def test_the_middle_of_a_long_report_tells_what_others_said() -> None:
    middle = "Автобуси їхали до кордону. " * 60
    assert credited(f"{middle}Про це повідомляє Укрінформ. {middle}") == ()
    assert credited(f"{middle}{middle}Про це повідомляє Укрінформ.") == ("ukrinform.ua",)


def test_an_agencys_own_domains_are_known() -> None:
    assert agency_of("tass.com") == "tass.ru"
    assert agency_of("slovo.example") is None
    assert origin_named("Об этом сообщил Интерфакс.", "tass.com") == ("tass.ru",)
    assert origin_named("Об этом сообщил Интерфакс.", "slovo.example") == ("interfax.ru",)
