"""The tabs Findings and Server over a replayed run."""

from typing import Any

import pytest
from playwright.sync_api import expect

from loadtest.report import finding_sentences
from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow

HOSTILE = '<img src=x onerror="window.pwned = true">\u202e\x1b[31m'


def test_a_finding_is_told_with_its_traceback_and_story(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.get_by_text("Fail: 1 finding in 679 visits. Exit code 99.")).to_be_visible()
    (finding,) = shown.findings.locator(".finding").all()
    expect(finding.get_by_role("heading")).to_have_text("1. Server error KeyError in handle_disconnect")
    expect(finding.locator(".where")).to_have_text(
        "all 205 visits that left at P15 (connecting), P16 (before_handshake) or P16b (half_handshake),"
        " none of 474 others"
    )
    traceback = finding.get_by_label("Traceback")
    expect(traceback).to_be_hidden()
    finding.get_by_text("Traceback", exact=True).click()
    expect(traceback).to_contain_text("in handle_disconnect")
    finding.get_by_text("Story of one such visit").click()
    expect(finding.get_by_label("Story of one such visit")).to_contain_text("left at P16 (before_handshake)")
    thresholds = shown.findings.get_by_role("table")
    expect(thresholds.get_by_role("row", name="server.errors")).to_have_text(
        "server.errorscount==0205✗ does not hold"
    )


def test_the_report_can_be_kept_as_soon_as_it_is_there(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.get_by_text("Exit code 99.")).to_be_visible()
    link = shown.findings.get_by_role("link", name="Keep this run's report")
    listed = shown.navigations.get_by_role("link", name="report.html")
    expect(shown.navigations.get_by_role("link", name="run.json")).to_be_visible()
    expect(link).to_be_hidden()
    expect(listed).to_have_count(0)
    shown.replay.has_report = True
    expect(link).to_be_visible()
    expect(listed).to_be_visible()
    with shown.page.expect_download() as download:
        link.click()

    assert download.value.url == f"{shown.url}loadtest/files/report.html"
    assert download.value.suggested_filename == "report.html"


def test_a_finding_that_grows_stays_open(shown: Shown) -> None:
    shown.page.goto(shown.url)
    expect(shown.findings.get_by_text("No findings so far")).to_be_visible()
    shown.replay.until(20)
    expect(shown.findings.get_by_text("1 finding so far, in 114 visits.")).to_be_visible()
    expect(shown.findings.locator(".where")).to_contain_text("28 of 29 visits that left at P15")
    shown.findings.get_by_text("Traceback", exact=True).click()
    shown.replay.until(40)
    expect(shown.findings.locator(".where")).to_contain_text("all 205 visits")
    expect(shown.findings.get_by_label("Traceback")).to_be_visible()


def _case(**changes: Any) -> dict[str, Any]:
    shares = {name: {"count": 3, "of": 4} for name in ("ws_close", "fin", "ended_by_server")}
    plain = {
        "kind": "server_error",
        "led_by": "own",
        "attributed": True,
        "manners": "any",
        "transports": "any",
        "moves": "any",
        "by_manner": shares,
        "by_transport": {"websocket": {"count": 1200, "of": 1300}, "polling": {"count": 0, "of": 7}},
        "by_move": {"navigate": {"count": 2, "of": 2}, "reload": {"count": 1, "of": 2}},
    }
    return plain | changes


_CASES = [
    _case(),
    _case(by_manner={"ws_close": {"count": 3, "of": 3}}),
    _case(by_manner={"ended_by_server": {"count": 3, "of": 3}}),
    _case(by_manner={"ws_close": {"count": 3, "of": 3}, "fin": {"count": 0, "of": 9}}),
    _case(by_manner={}),
    _case(manners=["ws_close", "fin"], transports=["websocket"], moves=["navigate", "reload"]),
    _case(kind="client", led_by="own"),
    _case(kind="client", led_by="previous"),
    _case(kind="liveness", attributed=False),
    _case(kind="liveness", manners=["fin"]),
]


def test_manners_are_told_as_the_console_tells_them(shown: Shown) -> None:
    shown.page.goto(shown.url)
    told = shown.page.evaluate(
        """async ([url, cases]) => {
            const { mannersText, movesText, transportsText } = await import(url);
            return cases.map((one) => [mannersText(one), transportsText(one), movesText(one)]);
        }""",
        [f"{shown.url}loadtest/assets/manners.js", _CASES],
    )
    sentences = finding_sentences.manners, finding_sentences.transports, finding_sentences.moves
    assert told == [[sentence(one) for sentence in sentences] for one in _CASES]


def test_one_manner_alone_is_not_said_to_make_no_difference(shown: Shown) -> None:
    for message in shown.replay.recorded:
        for finding in message.get("summary", {}).get("findings", []):
            finding["by_manner"] = {"ws_close": {"count": 88, "of": 88}}
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.locator(".details > div").first).to_have_text(
        "Manner of leavingws_close, no other was seen there"
    )


def test_what_the_app_says_is_text(shown: Shown) -> None:
    for message in shown.replay.recorded:
        if message["type"] == "run":
            message |= {"profile": HOSTILE, "host": HOSTILE}
            message["departures"] = [{"index": at, "text": HOSTILE, "weight": 1} for at in range(2)]
        if message["type"] in ("summary", "end"):
            summary = message["summary"]
            summary["reasons"] = [HOSTILE]
            summary["heat"] = [{"at": HOSTILE, "manner": HOSTILE, "visits": 1, "server_errors": 1}]
            for handler in summary["server"]["handlers"]:
                handler |= {"event": HOSTILE, "namespace": HOSTILE}
            for finding in summary["findings"]:
                finding |= dict.fromkeys(("what", "traceback", "story", "replay", "remark"), HOSTILE)
    shown.replay.progress = HOSTILE
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.locator(".what")).to_have_text(
        '<img src=x onerror="window.pwned = true">\\u202e\\u001b[31m'
    )
    expect(shown.server.get_by_role("row", name="<img src=x").first).to_be_visible()
    expect(shown.navigations.locator("td.cell")).to_have_count(1)
    assert shown.page.locator("img").count() == 0
    assert shown.page.evaluate("window.pwned") is None


def test_the_server_is_told_by_numbers_charts_and_handlers(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.server.locator("[data-key=errors] dd")).to_have_text("205")
    expect(shown.server.locator("[data-key=processes] dd")).to_have_text("1")
    assert shown.latest("Held by the server") == {
        "sessions (sids)": "205",
        "sockets": "0",
        "rooms": "205",
        "environs": "187",
        "pending disconnects": "205",
    }
    assert shown.latest("Handlers in flight, processes alive") == {"in flight": "0", "processes": "1"}
    expect(shown.server.get_by_role("row", name="disconnect /")).to_have_text(
        "disconnect/51820500.0511.2820.2"
    )
    expect(shown.server.locator(".narrow").get_by_role("row", name="environs")).to_have_text("environs187")
