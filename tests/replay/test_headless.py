"""What a trial makes of a run that sent nothing: Locust here is a program that ends as it is told."""

from pathlib import Path

import pytest

from loadtest.errors import ExitCode, UnjudgedError, UsageError
from loadtest.replay.command import Prepared, prepare
from loadtest.replay.headless import Aim
from loadtest.replay.minimize import MinimizeRequest, minimize
from tests.replay.finding_runs import profile_text
from tests.report.building import error, info, snapshot, visits, write_run

AIM = Aim(host="http://127.0.0.1:9")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a run's folder with one finding; its folder is the one that Locust is started in."""
    monkeypatch.chdir(tmp_path)
    return write_run(
        tmp_path / "run", info(profile_text=profile_text()), visits(0, 20, "P16"), [snapshot([error([3, 4])])]
    )


def locust_ends(run: Path, how: str) -> None:
    """Have ``python -m locust`` do this instead of a run."""
    (run.parent / "locust.py").write_text(f"import os, sys\n{how}\n")


def prepared(run: Path) -> Prepared:
    return prepare(run, 1, AIM)


@pytest.mark.parametrize(
    ("how", "status"),
    [("sys.exit(1)", 1), ("sys.exit(2)", 2), ("os.kill(os.getpid(), 9)", 137)],
    ids=["fault", "usage_of_locust", "killed"],
)
def test_a_locust_that_died_before_it_sent_anything_is_not_judged(run: Path, how: str, status: int) -> None:
    locust_ends(run, how)
    ready = prepared(run)

    with pytest.raises(UnjudgedError, match=f"nothing was sent: Locust ended with status {status}") as told:
        ready.trial.run(ready.written.visits)

    assert told.value.exit_code is ExitCode.INCONCLUSIVE


def test_a_host_that_may_not_be_loaded_ends_minimizing_at_once_and_says_why(run: Path) -> None:
    locust_ends(run, 'sys.exit(print("--host: is not this machine", file=sys.stderr) or 104)')

    with pytest.raises(UsageError, match=r"^--host: is not this machine$"):
        minimize(MinimizeRequest(run=run, number=1), AIM)
