"""Pages on disk, and a browser that looks at them and must not be asked for anything else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from loadtest.report.html.page import html_report
from loadtest.report.run import Run, read_run
from loadtest.report.series.series import series_of
from loadtest.report.summary import summarize
from tests.e2e.browser import chromium
from tests.gold import build
from tests.report.hostile import hostile_run


@dataclass
class Shown:
    """A report in a browser, and what the browser did beside showing it."""

    page: Page
    summary: dict[str, Any]
    html: str
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One headless Chromium for the tests of a file."""
    with chromium(tmp_path_factory.mktemp("chromium")) as context:
        context.set_default_timeout(60_000)
        yield context


@pytest.fixture
def show(browser: BrowserContext, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    """Open the report of a gold run, of the hostile one, or of a run that is given."""
    page = browser.new_page()

    def opened(which: str | Run, **media: Any) -> Shown:
        if isinstance(which, Run):
            run = which
        elif which == "hostile":
            run = read_run(hostile_run(tmp_path / "run"))
        else:
            run = read_run(build.GOLD / build.RUNS[which])
        summary = summarize(run)
        shown = Shown(page, summary, html_report(run, summary, series_of(run)))
        file = tmp_path / "report.html"
        file.write_text(shown.html, encoding="utf-8")
        page.on("request", lambda request: shown.asked.append(request.url))
        page.on("console", lambda said: shown.said.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: shown.said.append(str(error)))
        page.on(
            "dialog", lambda dialog: shown.said.append(f"dialog: {dialog.message}")
        )  # it stays, and blocks
        page.emulate_media(**media)
        page.goto(file.as_uri())
        assert shown.asked == [file.as_uri()]
        return shown

    yield opened
    page.close()
