"""Whole comparisons of run folders."""

import json
import math
from pathlib import Path

import pytest

from loadtest.comparison.compare import CompareRequest, compare_runs
from loadtest.comparison.estimate import Judged, Word
from loadtest.comparison.result import Comparison
from loadtest.comparison.settings import Smallest
from loadtest.errors import RunFolderError, UsageError
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome
from loadtest.report.info import Ended, GeneratorInfo
from tests.comparison.folders import write
from tests.comparison.synthetic import Law
from tests.report.building import histogram

LAW = Law(spread=0.1)
SLOWER = Law(spread=0.1, times={Phase.HANDSHAKE: 1.2})


def compared(*folders: Path, baseline: tuple[Path, ...] = (), anyway: bool = False) -> Comparison:
    return compare_runs(CompareRequest(folders=folders, baseline=baseline, allow_unlike=anyway))


def words(comparison: Comparison, word: Word) -> set[str]:
    return {one.figure.name for one in comparison.figures if one.word is word}


def figure(comparison: Comparison, name: str) -> Judged:
    return next(one for one in comparison.figures if one.figure.name == name)


def test_two_runs_of_one_app_are_no_worse(tmp_path: Path) -> None:
    found = compared(write(tmp_path / "a", LAW, 1), write(tmp_path / "b", LAW, 2))

    assert (found.verdict.word, found.verdict.exit_code) == ("no worse", 0)
    assert not words(found, Word.WORSE) | words(found, Word.BETTER)
    assert "phases.handshake p(50)" in words(found, Word.SAME)


def test_a_slower_handshake_is_found_by_client_and_server(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", SLOWER, 2)

    forth, back = compared(a, b), compared(b, a)

    assert (forth.verdict.word, forth.verdict.exit_code) == ("worse", 99)
    assert {"phases.handshake p(50)", "server.handlers join p(50)"} <= words(forth, Word.WORSE)
    assert figure(forth, "server.handlers join p(50)").change == pytest.approx(1.2, rel=0.02)
    assert (back.verdict.word, back.verdict.exit_code) == ("better", 0)
    assert words(back, Word.BETTER) == words(forth, Word.WORSE)


def test_the_same_two_folders_give_the_same_answer(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", SLOWER, 2)

    assert json.dumps(compared(a, b).to_json()) == json.dumps(compared(a, b).to_json())


def test_a_smaller_effect_than_the_named_one_is_no_matter(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", SLOWER, 2)

    found = compare_runs(CompareRequest(folders=(a, b), smallest=Smallest(0.5, 1.0)))

    assert found.verdict.word == "no worse"
    assert "phases.handshake p(50)" in words(found, Word.SAME)


def test_a_generator_that_lagged_leaves_the_clients_latencies_open(tmp_path: Path) -> None:
    saturated = GeneratorInfo(processes=1, cpu=0.9, loop_lag=histogram(*[0.2] * 95, *[9.0] * 5))
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", SLOWER, 2, generator=saturated)

    found = compared(a, b)

    assert "phases.handshake p(50)" in words(found, Word.LAG)
    assert any("the generator lagged more than 5 ms" in warning for warning in found.warnings)


def test_a_new_finding_is_worse_however_fast_it_is(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", LAW, 2, errors=range(0, 500, 16))

    found = compared(a, b)

    assert found.verdict.sentence.startswith("1 new finding (KeyError in handle_disconnect)")
    assert found.verdict.exit_code == 99
    assert words(found, Word.WORSE) == {"server.errors"}
    assert "1 finding gone" in compared(b, a).verdict.sentence


def test_visits_that_fail_are_worse_and_those_in_one_bunch_are_not_called_so(tmp_path: Path) -> None:
    spread = Law(outcome=lambda n: Outcome.LOST if n % 12 == 0 else Outcome.COMPLETED)
    bunch = Law(outcome=lambda n: Outcome.LOST if 200 <= n < 215 else Outcome.COMPLETED)
    a = write(tmp_path / "a", Law(), 1)

    assert words(compared(a, write(tmp_path / "b", spread, 2)), Word.WORSE) == {"navigations.lost"}
    assert "navigations.lost" in words(compared(a, write(tmp_path / "c", bunch, 3)), Word.UNCLEAR)


def test_more_memory_is_worse(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", LAW, 2, rss_bytes=80_000_000)

    assert words(compared(a, b), Word.WORSE) == {"server.rss_bytes"}


def test_other_profiles_and_seeds_are_refused_unless_told(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", LAW, 1), write(tmp_path / "b", LAW, 2, seed=9, profile_text="x = 1\n")

    refused, anyway = compared(a, b), compared(a, b, anyway=True)

    assert refused.verdict.exit_code == 98
    assert refused.verdict.sentence == (
        "these runs were not the same test: seed and profile: x differ; --anyway compares them all the same"
    )
    assert not refused.figures
    assert anyway.verdict.exit_code == 0
    assert [one.what for one in anyway.unlike if one.is_grave] == ["seed", "profile: x"]


def test_a_run_that_was_cut_short_ends_the_other_too(tmp_path: Path) -> None:
    ramp = Law(spread=0.1, ramp=math.log(4))
    a = write(tmp_path / "a", ramp, 1)
    b = write(tmp_path / "b", ramp, 2, ended=Ended.INTERRUPTED)
    lines = (b / "navigations.jsonl").read_text().splitlines(keepends=True)
    (b / "navigations.jsonl").write_text("".join(lines[:200]))

    assert compared(a, b).verdict.exit_code == 98
    found = compared(a, b, anyway=True)

    assert found.verdict.exit_code == 0
    assert figure(found, "phases.handshake p(50)").change == pytest.approx(1.0, abs=0.05)
    assert "a run was cut short: all are compared up to what it has" in found.warnings


def test_each_further_run_is_a_candidate_of_its_own(tmp_path: Path) -> None:
    a, b, c = (
        write(tmp_path / "a", LAW, 1),
        write(tmp_path / "b", LAW, 2),
        write(tmp_path / "c", SLOWER, 3),
    )

    found = compared(a, b, c)

    assert {one.candidate for one in found.figures if one.word is Word.WORSE} == {1}
    assert found.verdict.sentence.startswith(f"{c}: ")


def test_with_a_baseline_that_is_named_the_rest_are_runs_of_one_candidate(tmp_path: Path) -> None:
    before = tuple(write(tmp_path / f"a{seed}", LAW, seed) for seed in (1, 2))
    after = [write(tmp_path / f"b{seed}", SLOWER, seed) for seed in (3, 4)]

    found = compared(*after, baseline=before)

    assert len(found.candidates) == 1
    assert found.candidates[0].visits == 1000
    assert figure(found, "server.handlers join p(50)").word is Word.WORSE
    assert not any("is assumed" in warning for warning in found.warnings)


def test_a_folder_of_runs_stands_for_all_of_them(tmp_path: Path) -> None:
    for side, law in (("a", LAW), ("b", SLOWER)):
        for seed in (1, 2):
            write(tmp_path / side / f"run-{seed}", law, seed + 2 * (side == "b"))
        (tmp_path / side / "latest").symlink_to("run-2")

    found = compared(tmp_path / "a", tmp_path / "b")

    assert [len(found.baseline.runs), len(found.candidates[0].runs)] == [2, 2]


def test_too_few_visits_cannot_be_compared(tmp_path: Path) -> None:
    a, b = (
        write(tmp_path / name, Law(visits=10, duration_s=2), n, rss_bytes=0) for n, name in enumerate("ab")
    )

    found = compared(a, b)

    assert (found.verdict.word, found.verdict.exit_code) == ("cannot be compared", 98)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ((), "needs two runs' folders"),
        (("a",), "needs two runs' folders"),
        (("a", "a"), "stands on two sides"),
        (("a", "latest"), "stands on two sides"),
    ],
)
def test_what_cannot_be_meant_is_a_mistake(tmp_path: Path, names: tuple[str, ...], says: str) -> None:
    write(tmp_path / "a", Law(visits=20), 1)
    (tmp_path / "latest").symlink_to("a")

    with pytest.raises(UsageError, match=says):
        compared(*(tmp_path / name for name in names))


@pytest.mark.parametrize(("name", "says"), [("nowhere", "has no run.json"), ("empty", "holds no run")])
def test_a_folder_without_a_run_is_a_mistake(tmp_path: Path, name: str, says: str) -> None:
    a = write(tmp_path / "a", Law(visits=20), 1)
    (tmp_path / "empty").mkdir()

    with pytest.raises(RunFolderError, match=says):
        compared(a, tmp_path / name)


def test_of_runs_too_short_for_any_figure_of_visits_nobody_says_that_they_are_no_worse(
    tmp_path: Path,
) -> None:
    short = Law(spread=0.1, visits=20)

    found = compared(write(tmp_path / "a", short, 1), write(tmp_path / "b", short, 2))

    assert {one.figure.name for one in found.figures if one.word is not Word.NO_DATA} == {"server.rss_bytes"}
    assert (found.verdict.word, found.verdict.exit_code) == ("cannot be compared", 98)
    assert "too little was measured" in found.verdict.sentence
