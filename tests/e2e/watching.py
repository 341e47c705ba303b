"""A person at the web UI: fills the form, reads the figures, turns the knob, keeps the files."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

__all__ = ["Watcher"]

_RUN_WITHIN_MS = 60_000


@dataclass(slots=True)
class Watcher:
    """One page of the web UI, and all that its console complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the console, to uncaught errors and to answers that are none."""
        self.page.on(
            "console", lambda said: self._hear(said.text if said.type in ("error", "warning") else "")
        )
        self.page.on("pageerror", lambda error: self._hear(str(error)))
        self.page.on(
            "response", lambda got: self._hear(f"{got.status} {got.url}" if got.status >= 500 else "")
        )

    def _hear(self, complaint: str) -> None:
        if complaint:
            self.complaints.append(complaint)

    def fill(self, **fields: str) -> None:
        """Fill the start form; the profile is chosen, the others are typed."""
        for label, text in fields.items():
            box = self.page.get_by_label(label.replace("_", " "))
            if label == "Nav_Profile":
                box.select_option(text)
            else:
                box.fill(text)

    def start(self) -> None:
        """Press Start."""
        self.page.get_by_role("button", name="Start").click()

    def stop(self) -> None:
        """Press Stop, and wait for the verdict."""
        self.page.get_by_role("button", name="Stop").click()
        expect(self.page.get_by_text("Stopped").first).to_be_visible(timeout=_RUN_WITHIN_MS)

    def open(self, tab: str) -> None:
        """Open a tab of Locust's page."""
        self.page.get_by_role("tab", name=tab).click()

    def figure(self, name: str) -> float:
        """Return a headline figure of the tab that is open; 0 while it is a dash."""
        term = self.page.locator("dl.cards dt", has_text=re.compile(f"^{name}$"))
        return _number(term.locator("xpath=following-sibling::dd").inner_text())

    def value(self, chart: str, series: str, column: str = "latest") -> float:
        """Return a number of a chart, out of the table that is there for those who do not see it."""
        table = self.page.get_by_role("table", name=f"{chart}: latest values")
        row = table.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=series, exact=True))
        return _number(row.get_by_role("cell").nth(["latest", "highest"].index(column)).inner_text())

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something to show.

        Raises:
            AssertionError: it did not within a minute.
        """
        deadline = time.monotonic() + _RUN_WITHIN_MS / 1000
        while not is_so():
            assert time.monotonic() < deadline, f"{what}; complaints: {self.complaints}"
            self.page.wait_for_timeout(200)

    def live(self) -> dict[str, Any]:
        """Return what a new page is told."""
        answer: dict[str, Any] = self.page.request.get(self.page.url.split("?")[0] + "loadtest/live").json()
        return answer

    def keep(self, name: str, folder: Path) -> Path:
        """Download one of the run's files."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).click()
        kept = folder / f"kept-{name}"
        download.value.save_as(kept)
        return kept


def _number(text: str) -> float:
    found = re.search(r"-?[\d,.]*\d", text)
    return float(json.loads(found.group().replace(",", ""))) if found else 0.0
