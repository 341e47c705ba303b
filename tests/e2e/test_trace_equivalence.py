"""What a browser's tab does on the wire, and that ours does the same: the traces of both on a NiceGUI server.

The traces of Chromium are written out below: a browser that behaves otherwise fails here, before a tab of
ours that behaves like the old one is called right.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.browser import chromium
from tests.e2e.environments import python_with
from tests.e2e.harness import Served, free_port, served
from tests.e2e.tracing import Act, Step, browser_trace, events, our_trace, play, wait_for

WITNESS = Path(__file__).parent / "apps" / "nicegui_witness.py"
EVENT, IN_CONNECT = "2.11.0", "3.18.0"
"""Releases of NiceGUI: the handshake is an event of its own; it is done inside CONNECT."""

VISIT = Step(Act.VISIT, "/")
GO = Step(Act.NAVIGATE, "/other")
SCRIPTS: Mapping[str, Sequence[Step]] = {
    "visit": [VISIT],
    "navigate": [VISIT, GO],
    "reload": [VISIT, Step(Act.RELOAD, "/")],
    "back": [VISIT, GO, Step(Act.BACK, "/")],
    "reconnect": [VISIT, Step(Act.RECONNECT, "/")],
    "duplicate": [VISIT, Step(Act.DUPLICATE, "/")],
    "prefetch": [VISIT, Step(Act.PREFETCH, "/other"), GO],
    "hint": [VISIT, Step(Act.HINT, "/other"), GO],
    "mix": [VISIT, GO, Step(Act.RELOAD, "/other"), Step(Act.BACK, "/"), GO],
}
ASIDE = {"visit", "navigate", "reload", "back", "prefetch", "hint"}
"""Scripts whose acts are in the mix too, or that no tab of ours follows."""

LEAVES = [
    "close socket={socket} code={code}",
    "disconnect socket={socket} reason=transport close",
    "disconnect. socket={socket} ended=returned",
    "gone socket={socket} reason=transport close",
]
CONNECTS = ["connect socket={socket}", "connect. socket={socket} ended=returned"]
IDS = "client={client} document={document} tab={tab} old_tab={old_tab} next={next}"
KEYS = "client_id,document_id,next_message_id,old_tab_id,tab_id"
ALL_KEYS = "client_id,document_id,implicit_handshake,next_message_id,old_tab_id,tab_id"
OPEN = "open socket={socket} transport=websocket"
OPENS = {
    EVENT: [
        "upgrade client={client} cookie=sent",
        # The address keeps the page's number of the next message, even when the handshake tells another.
        OPEN + " keys=EIO,client_id,next_message_id client={client} next=0",
        *CONNECTS,
        "handshake socket={socket} keys=" + f"{KEYS} {IDS}",
        "shaken client={client}",
        "handshake. socket={socket} ended=returned",
    ],
    IN_CONNECT: [
        "upgrade client={client} cookie=sent",
        OPEN + f" keys=EIO,{ALL_KEYS} {IDS}",
        CONNECTS[0],
        "shaken client={client}",
        CONNECTS[1],
    ],
}
OPENS_PREFETCHED = {
    EVENT: OPENS[EVENT],
    IN_CONNECT: [
        *OPENS[IN_CONNECT][:2],
        *CONNECTS,
        "handshake socket={socket} keys=" + f"{ALL_KEYS} {IDS}",
        "shaken client={client}",
        "handshake. socket={socket} ended=returned",
    ],
}
"""A page that was fetched with ``Sec-Purpose: prefetch`` shakes hands by the event in every release."""

BY_ACT = (
    *("cache-control", "referer", "sec-purpose"),
    *("sec-fetch-site", "sec-fetch-mode", "sec-fetch-user", "sec-fetch-dest"),
)
"""The headers of a page's request that depend on how it came about."""
TYPED = {
    "sec-fetch-site": "none",
    "sec-fetch-mode": "navigate",
    "sec-fetch-user": "?1",
    "sec-fetch-dest": "document",
}
LINKED = TYPED | {"sec-fetch-site": "same-origin"}
PAGE_HEADERS = [
    *("host", "connection", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"),
    *("upgrade-insecure-requests", "user-agent", "accept"),
    *("sec-fetch-site", "sec-fetch-mode", "sec-fetch-user", "sec-fetch-dest", "referer"),
    *("accept-encoding", "accept-language", "cookie"),
]
UPGRADE_HEADERS = [
    *("host", "connection", "pragma", "cache-control", "user-agent", "upgrade", "origin"),
    *("sec-websocket-version", "accept-encoding", "accept-language", "cookie"),
    *("sec-websocket-key", "sec-websocket-extensions"),
]


def traces(release: str) -> dict[str, list[str]]:
    """Return what Chromium leaves on a server of this release, by script.

    The next page is asked for while the old socket is open; that is closed when the answer has begun, and the
    new one is opened by the new page's scripts.
    """

    def asks(path: str, client: int, headers: str = "") -> list[str]:
        return [f"page path={path} {headers}".rstrip(), f"client client={client} path={path}"]

    def opens(socket: int, by: Mapping[str, Sequence[str]] = OPENS, **others: int) -> list[str]:
        values = {"client": socket, "document": socket, "tab": 1, "old_tab": "null", "next": 0, **others}
        return [line.format(socket=socket, **values) for line in by[release]]

    def leaves(socket: int, code: int = 1001) -> list[str]:
        return [line.format(socket=socket, code=code) for line in LEAVES]

    visit = [*asks("/", 1), *opens(1)]
    navigate = [*visit, *asks("/other", 2, "cookie=sent referer=/"), *leaves(1), *opens(2)]
    prefetch = [*visit, *asks("/other", 2, "cookie=sent referer=/ sec-purpose=prefetch")]
    return {
        "visit": [*visit, *leaves(1)],
        "navigate": [*navigate, *leaves(2)],
        "reload": [
            *visit,
            *asks("/", 2, "cookie=sent cache-control=max-age=0"),
            *leaves(1),
            *opens(2),
            *leaves(2),
        ],
        # No page comes out of the back/forward cache: NiceGUI's are `no-store` and have had a WebSocket.
        "back": [*navigate, *asks("/", 3, "cookie=sent"), *leaves(2), *opens(3), *leaves(3)],
        "reconnect": [*visit, *leaves(1, 1005), *opens(2, client=1, document=1, next=1), *leaves(2)],
        "duplicate": [
            *visit,
            *asks("/", 2, "cookie=sent referer=/"),
            *opens(2, tab=2, old_tab=1),
            *leaves(2),
            *leaves(1),
        ],
        "prefetch": [*prefetch, *leaves(1), *opens(2, by=OPENS_PREFETCHED), *leaves(2)],
        "hint": [
            *prefetch,
            *asks("/other", 3, "cookie=sent referer=/"),
            *leaves(1),
            *opens(2, client=3),
            *leaves(2),
        ],
        "mix": [
            *navigate,
            *asks("/other", 3, "cookie=sent cache-control=max-age=0 referer=/"),
            *leaves(2),
            *opens(3),
            *asks("/", 4, "cookie=sent"),
            *leaves(3),
            *opens(4),
            *asks("/other", 5, "cookie=sent referer=/"),
            *leaves(4),
            *opens(5),
            *leaves(5),
        ],
    }


@pytest.fixture(params=[EVENT, IN_CONNECT])
def release(request: pytest.FixtureRequest) -> str:
    """A release of NiceGUI."""
    return str(request.param)


@contextmanager
def witness_of(release: str, folder: Path, *options: str) -> Iterator[Served]:
    """Serve the NiceGUI app that writes down what its server sees."""
    port = free_port()
    command = [str(python_with(f"nicegui=={release}")), str(WITNESS), str(port), *options]
    with served(command, port, folder / "witness.log") as app:
        yield app


@pytest.fixture
def witness(release: str, tmp_path: Path) -> Iterator[Served]:
    """The app on this release, with NiceGUI's own headers."""
    with witness_of(release, tmp_path) as app:
        yield app


@pytest.mark.parametrize(
    "script", [pytest.param(name, marks=[pytest.mark.slow] if name in ASIDE else []) for name in SCRIPTS]
)
def test_a_browsers_tab_leaves_this_trace(script: str, release: str, witness: Served, tmp_path: Path) -> None:
    with chromium(tmp_path / "chromium") as context:
        seen = browser_trace(SCRIPTS[script], witness.url, witness.log, context)
    assert seen == traces(release)[script]


@pytest.mark.parametrize(
    "script",
    [
        "visit",
        "reload",
        "navigate",
        "back",
        "mix",
        "reconnect",
    ],
)
def test_our_tab_leaves_the_trace_of_a_browsers(script: str, release: str, witness: Served) -> None:
    assert our_trace(SCRIPTS[script], witness.url, witness.log) == traces(release)[script]


def test_a_browsers_requests_have_these_headers(tmp_path: Path) -> None:
    with witness_of(EVENT, tmp_path) as app, chromium(tmp_path / "chromium") as context:
        browser_trace([*SCRIPTS["mix"], Step(Act.HINT, "/")], app.url, app.log, context)
        seen = events(app.log)
    pages = [event["headers"] for event in seen if event["what"] == "page"]
    upgrades = [event["headers"] for event in seen if event["what"] == "upgrade"]
    told = [{name: page[name] for name in BY_ACT if name in page} for page in pages]
    at = {"referer": f"{app.url}/"}
    assert told[0] == TYPED
    assert told[1] == LINKED | at
    assert told[2] == LINKED | at | {"cache-control": "max-age=0"}
    assert told[3] == TYPED  # back: as it was asked for the first time
    assert told[4] == LINKED | at
    assert told[5] == {
        "sec-purpose": "prefetch",
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "no-cors",
        "sec-fetch-dest": "empty",
        "referer": f"{app.url}/other",
    }
    assert ["cookie" in page for page in pages] == [False, True, True, True, True, True]
    assert [*pages[1]] == PAGE_HEADERS
    assert [[*upgrade] for upgrade in upgrades] == [UPGRADE_HEADERS] * 5
    assert {(upgrade["origin"], upgrade["cache-control"]) for upgrade in upgrades} == {(app.url, "no-cache")}


@pytest.mark.slow  # waits for the ping time-out
def test_a_page_that_may_be_stored_is_left_without_a_word(release: str, tmp_path: Path) -> None:
    with (
        witness_of(release, tmp_path, "--storable") as app,
        chromium(tmp_path / "chromium") as context,
    ):
        for step in SCRIPTS["navigate"]:
            play(step, context.pages[0], app.url, app.log)
        wait_for(app.log, "gone", 1)
        seen = [event for event in events(app.log) if event.get("socket") == 1]
    assert [event["what"] for event in seen][-3:] == ["disconnect", "disconnect.", "gone"]
    assert "close" not in {event["what"] for event in seen}
    assert seen[-1]["reason"] in {"ping timeout", "transport close"}  # python-engineio's names for silence


def test_a_stored_page_comes_back_without_a_request_and_reconnects(release: str, tmp_path: Path) -> None:
    with (
        witness_of(release, tmp_path, "--storable") as app,
        chromium(tmp_path / "chromium") as context,
    ):
        page = context.pages[0]
        for step in SCRIPTS["navigate"]:
            play(step, page, app.url, app.log)
        page.evaluate("history.back()")  # Playwright's `go_back` would wait for a load
        wait_for(app.log, "shaken", 3)
        seen = events(app.log)
    assert [event["client"] for event in seen if event["what"] == "shaken"] == [1, 2, 1]
    assert [event["path"] for event in seen if event["what"] == "page"] == ["/", "/other"]
