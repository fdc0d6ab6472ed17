"""What changes beside a report is told from the report."""

from importlib.resources import files

import pytest
from ruamel.yaml import YAML

from crawler.extraction.cosmetics import core

TABLE = YAML(typ="safe", pure=True).load(
    (files("crawler.extraction") / "cosmetics.yaml").read_text(encoding="utf-8")
)
ROWS = [(kind, row["sign"], row["example"]) for kind, rows in TABLE.items() for row in rows]
REPORT = "Додому повернулися 205 захисників.\nСеред них троє цивільних."


@pytest.mark.parametrize(("kind", "sign", "example"), ROWS, ids=lambda value: str(value)[:20])
def test_each_sign_takes_out_its_example(kind: str, sign: str, example: str) -> None:
    assert core(f"{REPORT}\n{example}") == REPORT


def test_signs_are_sorted() -> None:
    for rows in TABLE.values():
        found = [row["sign"] for row in rows]
        assert found == sorted(set(found))


@pytest.mark.parametrize(
    "line",
    [
        "205 захисників",
        "189",  # a number alone is a clock or a counter only where the rest of the line says so
        "Переглядів справ полонених стало більше, повідомив омбудсмен.",
        "Реклама обміну в російських медіа не відповідає дійсності.",
        "Updated figures: 190 prisoners.",
        "Related families met the buses.",
        "5 марта обменяли 150 пленных",
        "Обмін відбувся 14 серпня 2025 року.",
    ],
)
def test_lines_of_a_report_stay(line: str) -> None:
    assert line in core(f"{REPORT}\n{line}\nДалі буде.")


def test_headlines_behind_a_lone_sign_go_with_it_until_a_sentence_comes() -> None:
    text = f"{REPORT}\nЧитайте також\nПогода на завтра\nЯк складають списки\nУсіх оглядають лікарі.\nРазом 205 осіб"
    assert core(text) == f"{REPORT}\nУсіх оглядають лікарі.\nРазом 205 осіб"
