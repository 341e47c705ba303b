"""Scripts of what a tab does, and the trace that each leaves on the server of ``apps/nicegui_witness.py``.

``browser_trace`` plays a script in Chromium, ``our_trace`` in a tab of ours; both return the server's lines
about pages and sockets, written out, in the server's order.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from loadtest.apps.nicegui import NiceguiTable, build_nicegui
from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner
from loadtest.navigation.record import Outcome
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target

__all__ = ["Act", "Step", "browser_trace", "events", "our_trace", "play", "wait_for"]

Event = dict[str, Any]

_ASIDE = {"asset", "event"}
"""Not of a connection's life: what a page loads, and what its scripts say now and then (``ack``)."""
_HANDLERS = ("connect", "handshake", "disconnect")
_BY_CLOSE = {"disconnect", "disconnect.", "gone"}
_HEADERS = {"page": ("cookie", "cache-control", "referer", "sec-purpose"), "upgrade": ("cookie",)}
"""The headers by which one act's requests differ from another's."""
_SHORT: dict[str, Callable[[str], str]] = {
    "cookie": lambda _: "sent",
    "referer": lambda url: urlsplit(url).path,
}
_RUN = "0123456789abcdef"
_DEADLINE_S = 30.0


class Act(StrEnum):
    """What a tab does."""

    VISIT = "visit"
    """Open an address, as typed."""
    NAVIGATE = "navigate"
    """Follow a link."""
    RELOAD = "reload"
    BACK = "back"
    RECONNECT = "reconnect"
    """Lose the socket, and open another one for the same page."""
    DUPLICATE = "duplicate"
    """Open the page again in a second tab, which begins with the first one's sessionStorage."""
    PREFETCH = "prefetch"
    """Fetch a page in advance, by the rules that let the next navigation use it (Speculation Rules)."""
    HINT = "hint"
    """Fetch a page in advance by ``<link rel="prefetch">``: NiceGUI's ``no-store`` lets nobody use it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a script."""

    act: Act
    page: str
    """Where the tab is afterwards; of a prefetch, what was fetched."""


def events(log: Path) -> list[Event]:
    """Return what the server has seen of pages and sockets, in its order.

    But what it does because a WebSocket was closed follows that ``close`` at once: it may come later when the
    server is busy, whoever the client is.
    """
    whole = log.read_text().split("\n")[:-1]
    lines = [line for line in whole if line.startswith('{"what"')]
    told = [event for event in map(json.loads, lines) if event["what"] not in _ASIDE]
    closed = {event["socket"]: at for at, event in enumerate(told) if event["what"] == "close"}
    places = [
        closed.get(event["socket"], at) if event["what"] in _BY_CLOSE else at for at, event in enumerate(told)
    ]
    return [told[at] for at in sorted(range(len(told)), key=lambda at: (min(at, places[at]), at))]


def _trace(log: Path) -> list[str]:
    return [_write(event) for event in events(log)]


def _write(event: Event) -> str:
    words = [event["what"]]
    for key, value in event.items():
        if key == "keys":
            words.append("keys=" + ",".join(sorted(value)))  # in any order that the client likes
        elif key not in ("what", "at", "headers"):
            words.append(f"{key}={'null' if value is None else value}")
    for name in _HEADERS.get(event["what"], ()):
        if name in event["headers"]:
            words.append(f"{name}={_SHORT.get(name, str)(event['headers'][name])}")
    return " ".join(words)


def browser_trace(script: Sequence[Step], url: str, log: Path, context: BrowserContext) -> list[str]:
    """Play a script in a browser, close its tabs, and return what the server saw."""
    page = context.pages[0]
    for step in script:
        play(step, page, url, log)
    for tab in reversed(context.pages):
        gone = _count(log)["gone"]
        tab.close()
        wait_for(log, "gone", gone + 1)
    return _trace(log)


def play(step: Step, page: Page, url: str, log: Path) -> None:
    """Do one act in the browser, and wait until the server and the page have done with it."""
    awaited = "client" if step.act in _IN_ADVANCE else "shaken"
    seen = _count(log)[awaited]
    _ACTS[step.act](page, url, step.page)
    wait_for(log, awaited, seen + 1)
    if step.act not in _IN_ADVANCE:
        for tab in page.context.pages:
            expect(tab.get_by_text("Connected")).to_be_visible()
        assert urlsplit(page.url).path == step.page


def _count(log: Path) -> Counter[str]:
    return Counter(event["what"] for event in events(log))


def wait_for(log: Path, what: str, times: int) -> None:
    """Wait until the server has seen this so many times, and no handler is under way."""
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        seen = _count(log)
        if seen[what] >= times and all(seen[begin] == seen[f"{begin}."] for begin in _HANDLERS):
            assert seen[what] == times, "\n".join(_trace(log))
            return
        assert time.monotonic() < deadline, "\n".join(_trace(log))
        time.sleep(0.02)


def _duplicate(page: Page, _url: str, path: str) -> None:
    # Not `rel="noopener"`, and not Playwright's new page: both begin with an empty sessionStorage.
    page.evaluate("path => void window.open(path)", path)


def _reconnect(page: Page, _url: str, _path: str) -> None:
    # On the wire this is what engine.io-client does when the system says that the network is lost: a close
    # frame without a code. Playwright's `set_offline` has the same effect; but then the first try may come
    # while still offline, and the second later than the 3 s for which NiceGUI keeps a client.
    page.evaluate("window.socket.io.engine.close()")


def _prefetch(page: Page, _url: str, path: str) -> None:
    rules = json.dumps({"prefetch": [{"source": "list", "urls": [path], "eagerness": "immediate"}]})
    page.evaluate(
        "text => document.head.append(Object.assign(document.createElement('script'),"
        " {type: 'speculationrules', textContent: text}))",
        rules,
    )


def _hint(page: Page, _url: str, path: str) -> None:
    page.evaluate(
        "href => document.head.append(Object.assign(document.createElement('link'),"
        " {rel: 'prefetch', href}))",
        path,
    )


_IN_ADVANCE = {Act.PREFETCH, Act.HINT}
_ACTS: dict[Act, Callable[[Page, str, str], object]] = {
    Act.VISIT: lambda page, url, path: page.goto(url + path),
    Act.NAVIGATE: lambda page, _url, _path: page.get_by_role("link").click(),
    Act.RELOAD: lambda page, _url, _path: page.reload(),
    Act.BACK: lambda page, _url, _path: page.go_back(),
    Act.RECONNECT: _reconnect,
    Act.DUPLICATE: _duplicate,
    Act.PREFETCH: _prefetch,
    Act.HINT: _hint,
}


_MOVES: dict[Act, Move] = {
    Act.VISIT: Move.NAVIGATE,
    Act.NAVIGATE: Move.NAVIGATE,
    Act.RELOAD: Move.RELOAD,
    Act.BACK: Move.BACK,
    Act.RECONNECT: Move.RECONNECT,
    Act.DUPLICATE: Move.DUPLICATE,
}


def _always(onward: Assignment | None) -> Callable[[], Assignment | None]:
    return lambda: onward


def _departure(after: Step | None) -> Departure:
    """Return how a tab leaves for its next act: whoever loses the socket sends no close frame."""
    is_lost = after is not None and after.act is Act.RECONNECT
    return Departure("P19", Manner.FIN, dwell_s=0.5) if is_lost else Departure(STAY, Manner.WS_CLOSE)


def our_trace(script: Sequence[Step], url: str, log: Path) -> list[str]:
    """Play a script in a tab of ours, and return what the server saw."""
    keeper = Keeper()
    app = build_nicegui(NiceguiTable())
    driver = Driver(Target.resolve(url), app, {}, keeper, _RUN, time.monotonic(), has_reconnects=True)
    visits = [
        Assignment(number, 0.0, step.page, _departure(after), _MOVES[step.act])
        for number, (step, after) in enumerate(zip(script, [*script[1:], None], strict=True))
    ]
    tab = Tab()
    for visit, onward in zip(visits, [*visits[1:], None], strict=True):
        record = driver.visit(tab, visit, onward=_always(onward))
        assert record.outcome in (Outcome.COMPLETED, Outcome.LEFT), record
    tab.close()
    wait_for(log, "gone", _count(log)["open"])
    return _trace(log)
