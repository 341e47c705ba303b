"""Runs whose processes are killed, and their reports; ``killing.py`` is the long form."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.killing import Victim, kill_at, watched_app

pytestmark = pytest.mark.slow

KILLED = "interrupted (killed): what was written until then is told"
REASONS = {
    Victim.CHILD: (98, KILLED),
    Victim.BOTH: (98, KILLED),
    Victim.WORKER: (98, "a worker died, and nobody knows what became of its "),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An app that writes down who leaves, under the hooks, where no other run is."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        environment.delenv("LOADTEST_COLLECTOR", raising=False)
        with watched_app(tmp_path_factory.mktemp("app")) as app:
            yield app


@pytest.mark.parametrize("victim", REASONS, ids=lambda victim: victim.name)
def test_what_is_older_than_a_second_is_in_the_report(
    victim: Victim, app: tuple[str, Path], tmp_path: Path
) -> None:
    seed = random.randrange(1000)
    print(f"seed {seed}")

    killed = kill_at(victim, random.Random(seed).uniform(1, 4), tmp_path / "run", app)

    assert killed.lost == {}, killed
    assert len(killed.seen) > 10, killed
    exit_code, reason = REASONS[victim]
    assert (killed.exit_code, killed.reasons[0][: len(reason)]) == (exit_code, reason)
    assert killed.status in (exit_code, None)
    assert killed.started == killed.lines > 10
