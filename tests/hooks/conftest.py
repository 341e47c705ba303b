"""What the hooks' tests share."""

from collections.abc import Iterator

import pytest

from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import hooked


@pytest.fixture
def process() -> Iterator[HookedProcess]:
    """This process, with the server classes hooked until the test ends."""
    with hooked() as process:
        yield process
