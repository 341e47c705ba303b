"""A real browser for e2e tests: Debian's Chromium, headless, in a new profile."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

__all__ = ["chromium"]

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NOT_A_USERS_OWN = ["--disable-back-forward-cache"]
"""What Playwright adds, and would make ``back`` differ from what a user's Chromium does."""


@contextlib.contextmanager
def chromium(folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """Start a headless Chromium with its profile in ``folder``; it has one page open.

    ``options`` are Playwright's for a persistent context, such as ``record_har_path``.

    The test is skipped where there is no Chromium.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder),
            executable_path=program,
            headless=True,
            args=_FLAGS,
            ignore_default_args=_NOT_A_USERS_OWN,
            **options,
        )
        try:
            context.set_default_timeout(30_000)
            yield context
        finally:
            context.close()
