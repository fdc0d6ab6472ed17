"""Who may ask, how, and what every answer forbids a browser to do."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import Engine

from crawler.config import Serve
from crawler.errors import UsageError
from newsdesk.web.guard import bound, refuse_open_door
from tests.newsdesk.web.conftest import Open

PASSWORD = "пароль-correct-horse"
ANSWERS = ["/findings", "/findings/f999", "/findings?kind=none-such", "/static/desk.css", "/static/../app.py"]


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"anna:{password}".encode()).decode()}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "2001:db8::1"])
def test_a_door_to_the_network_needs_a_password(host: str) -> None:
    """H08: bind 0.0.0.0 without password."""
    with pytest.raises(UsageError, match=r"refusing to\s+start"):
        refuse_open_door(Serve(host=host))
    refuse_open_door(Serve(host=host, password=PASSWORD))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_needs_none(host: str) -> None:
    refuse_open_door(Serve(host=host))


def test_a_taken_port_is_named() -> None:
    with bound(Serve(port=0)) as door:
        taken = door.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {taken}: .*--port"):
            bound(Serve(port=taken))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "[::1", "desk.example.evil"]
)
def test_a_foreign_host_name_is_refused(desk: Open, host: str) -> None:
    """H06: a page of another site that points its name at this machine."""
    answer = desk(names=("desk.example",)).get("/findings", headers={"Host": host})
    assert answer.status_code == 400
    assert "serve.names" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8300", "localhost", "[::1]:8300", "DESK.example:443"])
def test_our_own_names_are_served(desk: Open, host: str) -> None:
    assert desk(names=("desk.example",)).get("/findings", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_lets_a_browser_run_nothing_stored(desk: Open, path: str) -> None:
    """H03: errors and files too."""
    headers = desk().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "MERGE"])
@pytest.mark.parametrize("path", ["/", "/findings", "/findings/f1", "/static/desk.css"])
def test_nothing_can_be_written(desk: Open, method: str, path: str) -> None:
    """H07: no write route, and no method that stands for another."""
    answer = desk().request(method, path, headers={"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert desk().get("/findings", headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200


def test_with_a_password_nothing_is_shown_without_it(desk: Open) -> None:
    client = desk(password=PASSWORD)
    for path in ANSWERS:
        assert client.get(path).status_code == 401
    for wrong in (
        basic("wrong"),
        basic(""),
        {"Authorization": "Basic !!"},
        {"Authorization": PASSWORD.encode()},
        {"Authorization": "Digest x"},
    ):
        assert client.get("/findings", headers=wrong).status_code == 401  # type: ignore[arg-type]
    assert client.get("/findings", headers=basic(PASSWORD)).status_code == 200
    token = f"Bearer {PASSWORD}".encode()
    assert desk(password=PASSWORD).get("/findings", headers={b"Authorization": token}).status_code == 200


def test_an_endless_query_is_refused(desk: Open) -> None:
    """H09: the server itself refuses what does not fit into its buffer."""
    assert desk().get("/findings?q=" + "x" * 9000).status_code == 414


def test_a_store_that_is_away_is_said_and_nothing_more(desk: Open, store: Engine) -> None:
    client = desk()
    with store.begin() as connection:
        connection.exec_driver_sql("alter table finding rename to gone")
    answer = client.get("/findings")
    assert answer.status_code == 503
    assert "swapwatch" in answer.text
    assert "Traceback" not in answer.text
    assert "Content-Security-Policy" in answer.headers
