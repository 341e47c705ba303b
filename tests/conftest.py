"""What every test shares: on CI a skipped test is a failed one; none is held to an absolute time."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run the whole suite in a process for each core, and what was named alone in this one."""
    is_whole = config.args == config.getini("testpaths")
    return max(os.cpu_count() or 1, 2) if is_whole else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001  # the hook's signature
    call: pytest.CallInfo[None],  # noqa: ARG001
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what was skipped when CI=true: there, everything that a test needs is installed."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI: {report.longrepr}"
    return report
