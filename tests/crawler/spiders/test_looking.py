"""Another look at what is kept: by the clock, through the store, against a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawler.config import Config
from crawler.model import Source, SourceType
from crawler.spiders import Crawling
from crawler.spiders.looking import sent_home
from newsdesk.history import history
from scheduler import Job
from storage import engine as database
from storage import migrate, queries
from storage.captures import WarcArchive
from storage.engine import transaction
from storage.queries import WholeFinding
from storage.tables import LeadRow, RecheckRow
from storage.verify import audit
from tests.crawler.spiders.site import PAGE, Site, feed, http

START = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AFTER = (HOUR, 6 * HOUR, 24 * HOUR)
MakeSource = Callable[..., Source]

HOME = "".join(f"<p><a href='/{n}'>Погода на {n} день тижня: хмарно, дощ, вітер</a></p>" for n in range(40))
FRONT_PAGE = http(f"<html lang='uk'><title>Слово</title><body><h1>Слово</h1>{HOME}</body></html>")
OTHER_STORY = http(
    "<html lang='uk'><head><title>Врожай пшениці</title></head><body><h1>Врожай пшениці</h1><article><p>Аграрії південних областей"
    " зібрали перший мільйон тонн зерна нового врожаю, повідомляє міністерство.</p><p>Комбайни вийшли в поля на два тижні раніше,"
    " ніж минулого літа, бо весна була теплою й сухою.</p></article></body></html>"
)
EMPTY = http("<html lang='uk'><head><title>Обмін полоненими</title></head><body></body></html>")
SOFT_404 = http(
    "<html lang='uk'><head><title>Сторінку не знайдено</title></head><body><h1>Сторінку не знайдено</h1></body></html>"
)
EDITED = PAGE.replace(b"205", b"204")


@dataclass(slots=True)
class Desk:
    """A job over one source, with a clock of the test's own."""

    job: Job
    source: Source
    now: datetime = START

    async def poll(self, *, hours: float = 0) -> WholeFinding:
        self.now += timedelta(hours=hours)
        await self.job.pass_over((self.source,))
        return self.found()

    def found(self) -> WholeFinding:
        with transaction(self.job.engine) as session:
            found = queries.finding(session, 1)
        assert found is not None
        return found

    def states(self) -> list[str]:
        return [look.state for look in self.found().looks]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database.connect(f"sqlite:///{tmp_path}/a.db")
    migrate.upgrade(engine, backup_to=None)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(
    engine: Engine,
    tmp_path: Path,
    crawling: Crawling,
    site: Site,
    source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    site.answers = {"/rss": feed(site, "/war/obmin"), "/war/obmin": PAGE}
    archive = WarcArchive(tmp_path / "captures")
    config = Config(
        path=tmp_path / "config.yaml",
        contact=None,
        database_url=str(engine.url),
        data=tmp_path,
        rechecks=AFTER,
    )
    job = Job(config=config, engine=engine, archive=archive, crawling=crawling, progress=None)
    made = Desk(job=job, source=source())
    monkeypatch.setattr(crawling, "clock", lambda: made.now)
    return made


async def test_a_finding_is_read_again_when_it_is_due_and_not_before(desk: Desk, site: Site) -> None:
    await desk.poll()
    for hours, reads in ((0.5, 1), (0.6, 2), (1, 2), (5, 3), (1, 3), (20, 4), (1000, 4)):
        await desk.poll(hours=hours)
        assert site.paths().count("/war/obmin") == reads
    assert desk.states() == ["same"] * 3
    assert len(desk.found().versions) == 1
    assert not any("If-None-Match" in one.headers for one in site.asked if one.path == "/war/obmin")


async def test_a_page_that_says_the_same_is_noted_and_not_captured_again(desk: Desk, site: Site) -> None:
    """Its version has a capture; that it still stood there, and how it compares with it, is a look in the chain."""
    before = await desk.poll()
    after = await desk.poll(hours=2)
    assert after.captures == before.captures
    site.answers["/war/obmin"] = PAGE.replace(b"</body>", b"<!-- seen at 14:05 --></body>")
    after = await desk.poll(hours=6)
    assert after.captures == before.captures
    first, second = (look.detail for look in after.looks)
    assert first == "byte for byte as version 1"
    assert second.startswith("says what version 1 says; sha256 of this body ")
    site.answers["/war/obmin"] = EDITED
    assert len((await desk.poll(hours=20)).captures) == len(before.captures) + 1


async def test_looks_missed_while_the_job_was_down_are_one(desk: Desk, site: Site) -> None:
    await desk.poll()
    await desk.poll(hours=12)
    await desk.poll(hours=1)
    assert desk.states() == ["same"]


async def test_an_edit_is_a_new_version_and_the_old_text_stays(desk: Desk, site: Site) -> None:
    await desk.poll()
    site.answers["/war/obmin"] = EDITED
    found = await desk.poll(hours=2)
    assert ["205" in one.text for one in found.versions] == [True, False]
    assert [(look.state, look.version) for look in found.looks] == [("edited", 2)]


@pytest.mark.parametrize(
    ("answer", "state", "vanished"),
    [
        (http(status="404 Not Found"), "gone", True),
        (http(status="410 Gone"), "gone", True),
        (http(status="302 Found", Location="/"), "redirected", True),
        (http(status="302 Found", Location="/war/"), "redirected", True),
        (http(status="302 Found", Location="/other"), "redirected", True),
        (SOFT_404, "soft_404", True),
        (EMPTY, "emptied", True),
        (OTHER_STORY, "replaced", True),
        (FRONT_PAGE, "replaced", True),
        (http(status="403 Forbidden"), "wall", False),
        (http("<title>Just a moment...</title><body>Checking your browser</body>"), "wall", False),
        (b"garbage", "unreachable", False),
    ],
    ids=["404", "410", "home", "section", "elsewhere", "soft 404", "emptied", "replaced", "front page in place",
         "403", "bot check", "no HTTP"],
)  # fmt: skip
async def test_what_stands_there_now_is_named_and_never_stored(
    desk: Desk, site: Site, tmp_path: Path, answer: bytes, state: str, vanished: bool
) -> None:
    before = await desk.poll()
    site.answers |= {
        "/war/obmin": answer, "/": FRONT_PAGE, "/war/": FRONT_PAGE, "/other": OTHER_STORY,
    }  # fmt: skip
    await desk.poll(hours=2)
    for _ in range(4):  # what may pass is tried again with growing pauses
        await desk.poll(hours=0.2)
    after = desk.found()
    assert desk.states() == [state]
    assert after.state == ("vanished" if vanished else "live")
    assert (after.versions, after.captures, after.addresses) == (
        before.versions,
        before.captures,
        before.addresses,
    )
    with transaction(desk.job.engine) as session:
        checked = audit(session, tmp_path / "captures")
        assert session.scalars(select(LeadRow.state)).all() == ["kept"]
    assert (checked.problems, checked.leftovers) == ((), ())


async def test_a_page_that_hangs_is_timed_out_not_gone(desk: Desk, site: Site, source: MakeSource) -> None:
    await desk.poll()
    desk.source = source(limits=source().limits.__class__(seconds=0.3))
    site.answers["/war/obmin"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<html>"
    site.hang = {"/war/obmin"}
    await desk.poll(hours=2)
    for _ in range(4):
        await desk.poll(hours=0.2)
    assert desk.states() == ["timed_out"]
    assert desk.found().state == "live"
    with transaction(desk.job.engine) as session:
        due = session.scalars(select(RecheckRow.due)).one()
    assert due is not None
    assert due - desk.now == HOUR  # sooner than the next look of the schedule


async def test_what_comes_back_is_up_again_and_the_history_says_so(desk: Desk, site: Site) -> None:
    await desk.poll()
    site.answers["/war/obmin"] = http(status="404 Not Found")
    await desk.poll(hours=2)
    site.answers["/war/obmin"] = EDITED
    found = await desk.poll(hours=5)
    assert found.state == "live"
    assert [moment.words for moment in history(found)] == [
        "first kept (version 1)",
        "gone (HTTP 404)",
        "edited (version 2)",
    ]


async def test_an_edit_that_drops_the_subject_is_seen_as_an_edit(desk: Desk, site: Site) -> None:
    """Words of another kind under the same headline, such as a withdrawal, are no stranger."""
    await desk.poll()
    site.answers["/war/obmin"] = http(
        "<html lang='uk'><head><title>Обмін полоненими</title></head><body><h1>Обмін полоненими</h1><article>"
        "<p>Редакція видалила цей матеріал, бо відомості не підтвердилися. Перепрошуємо в читачів за помилку.</p></article></body></html>"
    )
    found = await desk.poll(hours=2)
    assert [look.state for look in found.looks] == ["edited"]
    assert found.claims == ()


async def test_a_feed_that_shows_a_new_title_or_date_has_the_page_read_again(desk: Desk, site: Site) -> None:
    await desk.poll()
    for number, answer in enumerate(
        (
            feed(site, "/war/obmin", title="Обмін: уточнено"),
            feed(site, "/war/obmin", title="Обмін: уточнено").replace(
                b"</link>", b"</link><pubDate>Thu, 05 Mar 2026 10:00:00 +0000</pubDate>"
            ),
        ),
        start=2,
    ):
        body = answer.partition(b"\r\n\r\n")[2]
        site.answers["/rss"] = http(body, kind="application/rss+xml")
        await desk.poll(hours=0.1)
        assert site.paths().count("/war/obmin") == number
    assert desk.states() == ["same", "same"]


def preview(*posts: tuple[int, str]) -> bytes:
    bodies = "".join(
        f'<div class="tgme_widget_message js-widget_message" data-post="shtab/{number}">'
        f'<div class="tgme_widget_message_text js-message_text">{words}</div>'
        f'<a class="tgme_widget_message_date"><time datetime="2026-03-05T10:00:00+00:00"></time></a></div>'
        for number, words in posts
    )
    return http(f"<html><body><div class='tgme_channel_info'></div>{bodies}</body></html>")


async def test_a_post_is_read_again_in_its_channel(desk: Desk, site: Site, source: MakeSource) -> None:
    said = "Сьогодні відбувся обмін полоненими. Додому повернулися 205 захисників."
    desk.source = source(type=SourceType.TELEGRAM, url=f"{site.url}/s/shtab")
    site.answers = {"/s/shtab": preview((7, said))}
    await desk.poll()
    site.answers = {"/s/shtab": preview(*((n, "Погода") for n in range(100, 120)))}
    around = "/s/shtab?before=8"
    site.answers[around] = preview((6, "Погода"), (7, said))
    found = await desk.poll(hours=2)
    assert [look.state for look in found.looks] == ["same"]
    site.answers[around] = preview((6, "Погода"), (7, said.replace("205", "204")))
    found = await desk.poll(hours=5)
    assert [look.state for look in found.looks] == ["same", "edited"]
    assert found.current.evidence is not None
    site.answers[around] = preview((5, "Погода"), (6, "Погода"))
    found = await desk.poll(hours=20)
    assert [look.state for look in found.looks] == ["same", "edited", "gone"]
    assert found.state == "vanished"


@pytest.mark.parametrize(
    ("asked", "final", "away"),
    [
        ("/news/war/123-obmin.html", "/", True),
        ("/news/war/123-obmin.html", "/news/war/", True),
        ("/2026/03/05/obmin", "/2026/03/05/", True),
        ("/news/4812345/obmin-polonenymy", "/news/4812345", False),
        ("/news/4812345", "/news/4812345/obmin-polonenymy", False),
        ("/a", "/a/", False),
        ("/", "/uk/", False),
    ],
)
def test_a_redirect_to_a_front_or_section_page_is_no_article(asked: str, final: str, away: bool) -> None:
    host = "https://slovo.example"
    assert (sent_home(host + asked, host + final) is not None) is away


def with_furniture(clock: str, views: int, related: str, count: int = 205) -> bytes:
    return http(
        "<html lang='uk'><head><title>Обмін полоненими</title></head><body><h1>Обмін полоненими</h1><article>"
        f"<p>Оновлено {clock}</p><p>Сьогодні відбувся обмін полоненими з Росією. Додому повернулися {count} захисників, повідомив Координаційний"
        f" штаб.</p><p>Читайте також: <a href='/x'>{related}</a></p><p>Серед звільнених є цивільні. Усім надають допомогу лікарі та психологи"
        f" у шпиталі на півночі країни.</p><p>Переглядів: {views}</p><p>Реклама</p></article></body></html>"
    )


async def test_clocks_counters_and_links_make_no_version_and_a_number_does(
    desk: Desk, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers["/war/obmin"] = with_furniture("12:03", 10, "Погода на завтра")
    await desk.poll()
    site.answers["/war/obmin"] = with_furniture("17:45", 1204, "Як складають списки")
    found = await desk.poll(hours=2)
    assert [look.state for look in found.looks] == ["same"]
    assert found.edits == ()
    site.answers["/war/obmin"] = with_furniture("18:00", 1300, "Погода", count=206)
    found = await desk.poll(hours=5)
    assert [look.state for look in found.looks] == ["same", "edited"]
    (edit,) = found.edits
    assert [(change["before"]["count"], change["after"]["count"]) for change in edit.changes] == [(205, 206)]
    assert "claims_edited" in "".join(capsys.readouterr())
