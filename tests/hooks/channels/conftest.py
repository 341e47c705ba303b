"""What the channels' tests share."""

import pytest

from loadtest.hooks.context import Place
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import RUN, environ_of


@pytest.fixture
def process() -> HookedProcess:
    """A process that counts; nothing is pushed."""
    made = HookedProcess()
    made.arm = lambda: None  # type: ignore[method-assign]
    return made


@pytest.fixture
def place(process: HookedProcess) -> Place:
    """The place of navigation 7's page, whose run has begun."""
    found = process.recorder.place(environ_of(7))
    assert found is not None
    assert found.run == RUN
    return found
