"""What a run says of hooks before the load."""

import io
from types import SimpleNamespace
from typing import cast

import pytest

from loadtest.swarm.progress import Progress
from loadtest.swarm.server_side.collector import Collector
from loadtest.swarm.server_side.waits import await_hooks


@pytest.mark.parametrize(("count", "have"), [(1, "1 process has"), (3, "3 processes have")])
def test_hooks_that_are_seen_before_any_visit_are_nobodys_app_yet(count: int, have: str) -> None:
    file = io.StringIO()
    seen = cast(Collector, SimpleNamespace(processes=dict.fromkeys(range(count))))

    await_hooks(seen, Progress(file), judges_growth=False)

    assert file.getvalue() == (
        f"hooks: {have} them in; whether the app is among these shows with the first visit\n"
    )
