"""What ends a replay before anything is sent."""

from pathlib import Path

import pytest

from loadtest.errors import RunFolderError, UsageError
from loadtest.replay.command import prepare, replay
from loadtest.replay.headless import Aim
from tests.e2e.harness import loadtest
from tests.replay.finding_runs import profile_text
from tests.report.building import error, info, snapshot, visits, write_run

ANYWHERE = Aim(host="")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run's folder with one finding."""
    told = info(profile_text=profile_text(), profile="../nice gui")
    return write_run(tmp_path / "run", told, visits(0, 20, "P16"), [snapshot([error([3, 4])])])


def test_a_finding_is_aimed_at_the_host_that_the_run_had_or_at_another(run: Path) -> None:
    assert prepare(run, 1, ANYWHERE).trial.aim.host == "http://127.0.0.1:8080"
    assert prepare(run, 1, Aim(host="http://127.0.0.1:9")).trial.aim.host == "http://127.0.0.1:9"


def test_the_visits_that_are_sent_are_those_that_showed_it(run: Path) -> None:
    prepared = prepare(run, 1, ANYWHERE)

    assert [visit.number for visit in prepared.written.visits] == [3, 4]
    assert [record.number for record in prepared.trial.wanted.records] == [3, 4]
    assert 'description = "Finding 1 of run 00c0ffee00c0ffee, sent again"' in prepared.trial.profile_text(
        prepared.written.visits
    )


def test_what_is_no_runs_folder_or_no_finding_is_a_mistake(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"has no run\.json"):
        prepare(tmp_path, 1, ANYWHERE)
    with pytest.raises(UsageError, match=r"--finding 2: .* has 1 finding"):
        prepare(run, 2, ANYWHERE)


def test_a_host_that_must_not_be_loaded_is_refused_before_anything_is_said(run: Path) -> None:
    with pytest.raises(UsageError, match=r"--allow-host example\.com names it"):
        replay(run, 1, Aim(host="http://example.com"))


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("run", "--finding", "7"), "--finding 7: run has 1 finding; loadtest report run shows them"),
        (("run", "--finding", "none"), "Error"),
        (("nowhere",), "nowhere: has no run.json; name a run's folder, such as results/latest"),
        pytest.param(
            ("run", "--host", "http://192.0.2.1:80"),
            "--host: 192.0.2.1 is not this machine",
            marks=pytest.mark.slow,
        ),
    ],
    ids=["finding", "number", "folder", "host"],
)
def test_bad_input_ends_with_104_and_sends_nothing(run: Path, arguments: tuple[str, ...], wrong: str) -> None:
    ended = loadtest("replay", *arguments, cwd=run.parent)

    assert ended.status == 104, ended.output + ended.errors
    assert wrong in ended.errors + ended.output
    assert not (run.parent / "results").exists()


@pytest.mark.slow
def test_nobody_there_is_not_judged(run: Path) -> None:
    ended = loadtest("replay", "run", "--host", "http://127.0.0.1:9", cwd=run.parent)

    assert ended.status == 98, ended.output + ended.errors
    assert "not judged: of 2 visits, 0 got as far as planned; the first: connection refused" in ended.output
    assert list((run.parent / "results").glob("*-nice_gui-replay/summary.json"))
