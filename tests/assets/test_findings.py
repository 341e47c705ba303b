"""The tabs Findings and Server over a replayed run."""

import pytest
from playwright.sync_api import expect

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
