"""What the e2e tests share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's apps and runs meet, and no others of this machine."""
    folder = tmp_path_factory.mktemp("runtime")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("LOADTEST_COLLECTOR", raising=False)
    return folder
