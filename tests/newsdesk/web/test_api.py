"""The API as programs drive it: pages that stay true, tags, errors, exports; and held against its own description."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks
from sqlalchemy import Engine
from starlette.testclient import TestClient

from crawler.model import Kind, SourceState
from newsdesk.export import FINDING_COLUMNS
from newsdesk.web.openapi import FINDING, description
from storage import sources
from storage.engine import transaction
from tests.newsdesk.web.conftest import SOURCES, Open
from tests.newsdesk.web.test_hostile import SQL, hostile
from tests.newsdesk.web.test_pages import report
from tests.storage.nouns import NOW, TEXT, finding, kept


def ids(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_following_next_meets_every_finding_once_while_others_come_in(desk: Open, store: Engine) -> None:
    numbers = [report(store, number, f"n{number}") for number in range(1, 8)]
    client, path, met = desk(), "/api/v1/findings?limit=3&side=ua", list[str]()
    while path:
        answer = client.get(path).json()
        met += [item["id"] for item in answer["items"]]
        path = answer["next"]
        report(store, 100 + len(met), "later")
    assert met == [f"f{number}" for number in reversed(numbers)]


def test_a_search_of_the_api_is_the_search_of_the_page(desk: Open, store: Engine) -> None:
    report(store, 1, "Обмін полоненими", kind=Kind.AGREEMENT)
    report(store, 2, "Борщ", lemmas="борщ")
    client = desk()
    assert ids(client, "/api/v1/findings?q=обміну") == ["f1"]
    assert ids(client, "/api/v1/findings?kind=agreement&lang=uk") == ["f1"]
    assert ids(client, "/api/v1/findings?q=***") == []


@pytest.mark.parametrize(
    ("query", "count"),
    [("limit=1000000000", 3), ("limit=-5", 1), ("after=f999999999999999999", 3), ("after=f1", 0)],
)
def test_limits_are_moved_to_what_will_do(desk: Open, store: Engine, query: str, count: int) -> None:
    """H05: nothing asks for more than 200 at once, nothing beyond the end fails."""
    for number in range(1, 4):
        report(store, number, "n")
    assert len(ids(desk(), f"/api/v1/findings?{query}")) == count
    of_claims = query.replace("after=f", "after=c")
    assert len(ids(desk(), f"/api/v1/claims?{of_claims}")) == count


@pytest.mark.parametrize("words", [*SQL, "1e3", "f1;", "٣"])
@pytest.mark.parametrize("name", ["limit", "after", "text"])
def test_what_cannot_be_read_is_said_in_json(desk: Open, words: str, name: str) -> None:
    answer = desk().get("/api/v1/findings", params={name: words})
    assert answer.status_code == 400
    assert "error" in answer.json()


def test_a_finding_has_its_versions_and_its_text_only_when_asked(desk: Open, store: Engine) -> None:
    number = kept(store, finding()).finding_id
    client = desk()
    record = client.get(f"/api/v1/findings/f{number}").json()
    assert "text" not in record
    assert record["claims"][0]["quote"] == "205 захисників"
    assert [version["number"] for version in record["history"]] == [1]
    assert client.get(f"/api/v1/findings/f{number}?text=true").json()["text"] == TEXT
    assert client.get("/api/v1/findings/f999").status_code == 404


def test_claims_lead_to_their_findings(desk: Open, store: Engine) -> None:
    report(store, 1, "one")
    number = report(store, 2, "two")
    items = desk().get(f"/api/v1/claims?finding=f{number}").json()["items"]
    assert [(item["finding"], item["count"]) for item in items] == [(f"f{number}", 205)]


def test_sources_tell_how_they_fare_and_no_secret(desk: Open, store: Engine) -> None:
    with transaction(store) as session:
        sources.save_state(session, "vesti", SourceState(last_poll=NOW, failures=2, error="HTTP 503"))
    secret = replace(SOURCES[1], headers=(("X-Key", "hunter2"),), proxy="http://u:hunter2@p.example")
    answer = desk(sources=(SOURCES[0], secret)).get("/api/v1/sources")
    assert [(item["id"], item["health"]) for item in answer.json()["items"]] == [
        ("vesti", "failing"),
        ("slovo", "new"),
    ]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "path", ["/api/v1/findings", "/api/v1/sources", "/api/v1/openapi.json", "/findings.atom"]
)
def test_what_has_not_changed_is_not_sent_again(desk: Open, store: Engine, path: str) -> None:
    report(store, 1, "one")
    client = desk()
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    if "findings" in path:
        report(store, 2, "two")
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_table_runs_nothing_in_a_spreadsheet(desk: Open, store: Engine) -> None:
    """H04, E15: a formula gets a quote mark before it."""
    report(store, 1, '=HYPERLINK("https://evil.example")', authors=("+1", "@x"))
    answer = desk().get("/findings.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="findings.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0]["title"] == '\'=HYPERLINK("https://evil.example")'
    assert not any(value.startswith(("=", "+", "-", "@")) for value in rows[0].values())


def test_an_export_is_the_whole_search_in_as_many_steps_as_it_takes(
    desk: Open, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsdesk.web.api.AT_ONCE", 2)
    numbers = [report(store, number, f"n{number}") for number in range(1, 6)]
    report(store, 6, "Борщ", lemmas="борщ")
    client = desk()
    lines = client.get("/findings.jsonl?q=обмін").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"f{number}" for number in reversed(numbers)]
    assert len(client.get("/findings.csv").text.splitlines()) == 7


def test_each_field_of_a_finding_is_described() -> None:
    assert set(FINDING_COLUMNS) | {"text", "history", "looks", "edits"} == set(FINDING)


def test_the_description_names_every_route() -> None:
    from newsdesk.web.application import ROUTES

    served = {
        route.path for route in ROUTES if route.path.startswith("/api/") and "openapi" not in route.path
    }
    assert served == set(description()["paths"])


LENIENT: list[CheckFunction] = [checks.negative_data_rejection]
"""Empty parameters ask for nothing, and numbers out of range are moved into it: that is on purpose."""


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_the_answer_is_as_described(
    desk: Open, store: Engine, mode: GenerationMode
) -> None:
    """No answer is a failure of ours, and each has the shape, status and type that the description promises."""
    hostile(store, "<script>alert(1)</script>")
    for number in range(2, 5):
        report(store, number, f"n{number}")
    api = schemathesis.openapi.from_asgi("/api/v1/openapi.json", desk(names=("testserver",)).app)
    for result in api.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # the description is sound
        if mode is GenerationMode.NEGATIVE and not operation.definition.raw["parameters"]:
            continue  # nothing can be asked wrongly

        @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(excluded_checks=LENIENT)

        holds()


def test_no_path_of_the_api_is_open_to_writing(desk: Open) -> None:
    for path in description()["paths"]:
        assert desk().post(re.sub(r"\{.*\}", "f1", path)).status_code == 405
