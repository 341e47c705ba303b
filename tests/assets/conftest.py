"""A browser for the tests of our scripts, and pages in which nothing may be complained of."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.assets.replay import PAGE, Replay, Served
from tests.e2e.browser import chromium


@dataclass
class Shown:
    """A page with our three elements, and the run that they show."""

    page: Page
    replay: Replay
    url: str

    @property
    def navigations(self) -> Locator:
        """The tab Navigations."""
        return self.page.locator("loadtest-navigations")

    @property
    def server(self) -> Locator:
        """The tab Server."""
        return self.page.locator("loadtest-server")

    @property
    def findings(self) -> Locator:
        """The tab Findings."""
        return self.page.locator("loadtest-findings")

    def latest(self, chart: str) -> dict[str, str]:
        """Return what a chart's table says of its series: their latest values."""
        rows = self.page.get_by_role("table", name=f"{chart}: latest values").locator("tbody tr")
        cells: list[list[str]] = rows.evaluate_all(
            "rows => rows.map(row => [...row.cells].map(c => c.textContent))"
        )
        return {name: latest for name, latest, _ in cells}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One headless Chromium for the tests of a file.

    While it is there, an event loop runs in this thread, and no test with a loop of its own can.
    """
    with chromium(tmp_path_factory.mktemp("chromium")) as context:
        context.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)  # a busy machine; a test that passes does not wait for it
        yield context


@pytest.fixture
def complaints() -> list[str]:
    """What the page's console said, but for plain logs; a test that expects some clears it."""
    return []


@pytest.fixture
def shown(browser: BrowserContext, complaints: list[str]) -> Iterator[Shown]:
    """A run that has just begun to look for hooks, in a page that does not complain of anything."""
    replay = Replay()
    page = browser.new_page()
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        with Served(replay) as served:
            page.set_viewport_size({"width": 1280, "height": 900})
            yield Shown(page, replay, served.url)
            page.close()
    finally:
        page.close()
    assert complaints == []


__all__ = ["PAGE", "Shown"]
