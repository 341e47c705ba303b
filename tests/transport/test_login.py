"""What a tab does once, before its first page."""

from collections.abc import Mapping
from typing import Any

import pytest

from loadtest.apps.app import Access, Login
from loadtest.navigation.departure import Departure
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, Outcome
from loadtest.transport.driver import Assignment
from loadtest.transport.fault import VisitError
from loadtest.transport.login import log_in, new_tab
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.transport.driving import driver_of
from tests.transport.plain_app import PlainApp
from tests.transport.server import PAGE, Peer, acts, answer, sends, serve

TRACE = b"traceparent: t\r\n"
ROWS: tuple[Mapping[str, str], ...] = (
    {"user": "ann", "word": "a&b=c"},
    {"user": "bob", "word": "ü"},
)
FORM = Login("/login?next=/", form={"user": "$user", "word": "$word", "static": "1 2"})


def logged_in(
    login: Login, given: bytes, *, index: int = 0, headers: Mapping[str, str] | None = None
) -> tuple[Tab, bytes, bytes]:
    """Log a tab in at a server that gives this answer; return the tab, and what was posted."""
    posted: list[tuple[bytes, bytes]] = []

    def script(peer: Peer) -> None:
        posted.append(peer.post())
        peer.send(given)

    access = Access(rows=ROWS, login=login, cookies={"v": "$user"}, headers=headers or {})
    tab = new_tab(access, index)
    with serve(script) as served:
        log_in(Target.resolve(f"{served.url}/base"), access, tab, TRACE)
    return tab, *posted[0]


def test_a_tab_has_a_row_of_the_data_in_turn_and_cookies_filled_from_it() -> None:
    access = Access(rows=ROWS, cookies={"user": "$user", "plain": "x"})
    tabs = [new_tab(access, index) for index in range(3)]
    assert [tab.cookies.header for tab in tabs] == [
        b"Cookie: user=ann; plain=x\r\n",
        b"Cookie: user=bob; plain=x\r\n",
        b"Cookie: user=ann; plain=x\r\n",
    ]
    assert [tab.row["word"] for tab in tabs] == ["a&b=c", "ü", "a&b=c"]
    assert {tab.is_logged_in for tab in tabs} == {True}


def test_a_tab_without_data_has_an_empty_row() -> None:
    assert new_tab(Access(), 5).row == {}
    assert not new_tab(Access(login=FORM), 5).is_logged_in


def test_a_form_is_posted_with_the_tabs_row_and_cookies() -> None:
    tab, head, body = logged_in(FORM, answer("", b"Set-Cookie: session=1; HttpOnly\r\n"), headers={"X": "y"})
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /base/login?next=/ HTTP/1.1"
    assert {
        b"Content-Type: application/x-www-form-urlencoded",
        b"X: y",
        b"traceparent: t",
        b"Cookie: v=ann",
    } <= {*lines}
    assert any(line.startswith(b"Origin: http://127.0.0.1:") for line in lines)
    assert body == b"user=ann&word=a%26b%3Dc&static=1+2"
    assert tab.cookies.header == b"Cookie: v=ann; session=1\r\n"
    assert tab.is_logged_in


JSONS: list[tuple[Any, bytes]] = [
    ({"user": "$user", "tries": 1, "$word": ["$$"]}, b'{"user": "bob", "tries": 1, "\\u00fc": ["$"]}'),
    (["$user"], b'["bob"]'),
]


@pytest.mark.parametrize(("json", "posted"), JSONS)
def test_json_is_posted_with_the_tabs_row(json: Any, posted: bytes) -> None:
    tab, head, body = logged_in(Login("/api", json=json), answer("{}"), index=1)
    assert b"\r\nContent-Type: application/json\r\n" in head
    assert body == posted
    assert tab.is_logged_in


def test_a_redirect_is_a_log_in_that_succeeded_and_is_not_followed() -> None:
    given = answer("", b"Location: /home\r\nSet-Cookie: session=1\r\n", status=b"303 See Other")
    tab, *_ = logged_in(FORM, given)
    assert tab.is_logged_in
    assert tab.cookies.header == b"Cookie: v=ann; session=1\r\n"


def test_a_tab_logs_in_once() -> None:
    tab = Tab(is_logged_in=True)
    nobody = Target.resolve("http://127.0.0.1:1")
    log_in(nobody, Access(login=FORM), tab, TRACE)
    log_in(nobody, Access(), Tab(), TRACE)
    with pytest.raises(OSError, match="refused"):  # who asked there would have been told
        log_in(nobody, Access(login=FORM), Tab(row={"user": "ann", "word": "x"}), TRACE)


REFUSALS = [
    (answer("wrong word", status=b"401 No"), (Outcome.REFUSED, "log-in answered 401", "wrong word")),
    (answer("", status=b"500 Oh"), (Outcome.REFUSED, "log-in answered 500", None)),
    (b"garbage", (Outcome.FAILED, "not HTTP", "b'garbage'")),
    (b"", (Outcome.LOST, "the server closed the connection", None)),
]


@pytest.mark.parametrize(("given", "end"), REFUSALS)
def test_a_refused_log_in_is_told(given: bytes, end: tuple[Outcome, str, str | None]) -> None:
    with pytest.raises(VisitError) as refused:
        logged_in(FORM, given)
    assert (refused.value.outcome, refused.value.error, refused.value.detail) == end


def test_a_visit_logs_in_before_its_page_and_one_whose_log_in_failed_tries_again() -> None:
    pages: list[bytes] = []

    def log_ins(given: bytes) -> Any:
        return acts(Peer.post, sends(given))

    def page(peer: Peer) -> None:
        pages.append(peer.request())
        peer.send(PAGE)
        peer.end()

    app = PlainApp(access=Access(login=FORM, rows=ROWS))
    refused, agreed = answer("no", status=b"403 No"), answer("", b"Set-Cookie: s=1\r\n")
    with serve(log_ins(refused), log_ins(agreed), page, page) as served:
        driver = driver_of(served, app)
        tab = driver.new_tab(0)
        departure = Departure("P03", Manner.FIN)
        records = [driver.visit(tab, Assignment(number, 0.0, "/", departure)) for number in (1, 2, 3)]
        tab.close()
    assert (records[0].outcome, records[0].error, records[0].detail) == (
        Outcome.REFUSED,
        "log-in answered 403",
        "no",
    )
    assert records[0].actual == ActualDeparture("P00", None)
    assert [record.outcome for record in records[1:]] == [Outcome.LEFT, Outcome.LEFT]
    assert [b"\r\nCookie: s=1" in head for head in pages] == [True, True]
