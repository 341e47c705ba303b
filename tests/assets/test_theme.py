"""Our tabs in Locust's own page: its toggle of the theme is followed while it runs."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.harness import free_port, served

LOCUSTFILE = Path(__file__).with_name("locust_tabs.py")


@pytest.mark.slow
@pytest.mark.parametrize("base", ["", "/deep"])
def test_locusts_toggle_changes_our_theme_too(
    browser: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.setenv("REPLAY_UNTIL_S", "20")
    monkeypatch.setenv("PYTHONPATH", str(LOCUSTFILE.parents[2]))
    port = free_port()
    options = ["--web-host", "127.0.0.1", "--web-port", str(port), "--host", "http://127.0.0.1"]
    options += ["--web-base-path", base] if base else []
    command = [sys.executable, "-m", "locust", "-f", os.fspath(LOCUSTFILE), *options]
    complaints: list[str] = []
    page = browser.new_page()
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with served(command, port, tmp_path / "locust.log", cwd=tmp_path) as locust:
        page.goto(f"{locust.url}{base}/")
        page.get_by_role("button", name="Start").click()
        page.get_by_role("tab", name="Navigations").click()
        expect(page.locator("loadtest-navigations [data-key=due] dd")).to_have_text("532")
        tab = page.locator("loadtest-navigations .tab")
        expect(tab).to_have_attribute("data-theme", "light")
        toggle = page.locator("header button").last
        toggle.click()
        expect(tab).to_have_attribute("data-theme", "dark")
        page.get_by_role("tab", name="Server").click()
        expect(page.locator("loadtest-server .tab")).to_have_attribute("data-theme", "dark")
        expect(page.locator("loadtest-server canvas")).to_have_count(6)
        toggle.click()
        expect(page.locator("loadtest-server .tab")).to_have_attribute("data-theme", "light")
        page.close()
    assert complaints == []
