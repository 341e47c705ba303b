"""The closed model, on a master with two workers: who is at work, whose number is whose, where it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadtest.demo.server import DemoServer, Fault
from tests.e2e.harness import loadtest, records, summary_of

pytestmark = pytest.mark.slow

PROFILE = """
[app]
preset = "generic"

[[stages]]
duration_s = 3
users = 2

[[stages]]
duration_s = 3
users = 5

[users]
max = 40
wait_s = 0.02
journey = { navigate = 1 }

[[departures]]
at = "P18"

[[departures]]
at = "stay"

[dwell_s]
constant = 0.1
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The demo's board, mended."""
    with DemoServer(Fault.NONE) as board:
        yield board.url.rstrip("/")


def run(url: str, folder: Path, *more: str) -> list[dict[str, Any]]:
    """Run the profile on two workers, and return its records."""
    (folder / "closed.toml").write_text(PROFILE)
    ended = loadtest(
        "run", "closed.toml", "--host", url, "--workers", "2", "--out", str(folder / "run"), *more, cwd=folder
    )
    assert ended.status in (0, 98), ended.errors  # 98: the generator's own lag, on a machine that is busy
    return records(folder / "run")


def at_work(visits: list[dict[str, Any]], from_s: float, to_s: float) -> int:
    """Return how many visits were on at once at most in a part of the time."""
    changes = sorted(
        change for visit in visits for change in ((visit["started_s"], 1), (visit["left_s"], -1))
    )
    on, most = 0, 0
    for at_s, change in changes:
        on += change
        if from_s <= at_s < to_s:
            most = max(most, on)
    return most


def test_as_many_tabs_are_at_work_as_the_stages_say_whichever_worker_has_them(
    url: str, tmp_path: Path
) -> None:
    visits = run(url, tmp_path)

    info = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (info["users"], info["workers"], info["lost_numbers"]) == (5, 2, 0)
    assert at_work(visits, 0.0, 2.9) == 2
    assert at_work(visits, 3.0, 6.0) == 5
    assert [visit["due_s"] for visit in visits[:2]] == [0.0, 0.0]
    assert len({visit["number"] for visit in visits}) == len(visits)
    assert {visit["number"] % 2 for visit in visits} == {0, 1}
    assert summary_of(tmp_path / "run")["navigations"]["dropped"] == 0
    by_number = {visit["number"]: visit for visit in visits}
    for visit in visits:
        if visit["previous"] is not None:
            before = by_number[visit["previous"]]
            # the page of the next one is asked for as the last act of the visit before
            assert visit["due_s"] >= before["started_s"] + 0.02 - 0.001
            assert visit["number"] % 2 == before["number"] % 2


def test_the_visits_of_both_workers_together_end_at_their_number(url: str, tmp_path: Path) -> None:
    visits = run(url, tmp_path, "--visits", "37")

    assert [visit["number"] for visit in visits] == list(range(37))


def test_the_seed_alone_says_how_a_visit_ends(url: str, tmp_path: Path) -> None:
    """When it is due nobody can know before: the server says."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = (run(url, tmp_path / name, "--visits", "30") for name in ("one", "other"))

    assert [visit["planned"] for visit in one] == [visit["planned"] for visit in other]
    assert {visit["planned"]["at"] for visit in one} == {"P18", "stay"}
