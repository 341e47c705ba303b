"""Minimizing a finding of a run's folder: with trials that answer by rule, everything else is real."""

import itertools
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.errors import ExitCode, UnjudgedError, UsageError
from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import load_profile
from loadtest.replay.headless import Aim
from loadtest.replay.minimize import MinimizeRequest, minimize
from loadtest.replay.trial import Seen
from tests.report.building import error, info, snapshot, visit, visits, write_run

AIM = Aim(host="")
HOST = "http://127.0.0.1:8080"
PROFILE = """
seed = 7

[app]
preset = "nicegui"

[[stages]]
duration_s = 30
rate_per_s = 10

[users]
journey = { navigate = 1, reload = 1 }

[[departures]]
at = "any"
"""
PLAINEST = (
    "1 visit that leaves at P16 (read the CONNECT reply, handshake not sent) by ws_close, over websocket"
)
SHOWED = (*range(10, 40),)

Rule = Callable[[Sequence[ListedVisit]], int]


def early_leavers(folder: Path) -> Path:
    """Write a run whose visits at P15, P16 and P16b showed NiceGUI's error, and no others."""
    showing = [*visits(10, 10, "P15"), *visits(20, 10, "P16"), *visits(30, 10, "P16b")]
    return run_of(folder, [*visits(0, 10, "P13"), *showing, *visits(40, 40, "P18")])


def run_of(folder: Path, records: Sequence[NavigationRecord]) -> Path:
    there = [replace(record, due_s=record.number / 10, started_s=record.number / 10) for record in records]
    there = [replace(record, left_s=(record.started_s or 0) + 0.05) for record in there]
    lines = [snapshot([error(number for number in SHOWED)], visits=len(there))]
    return write_run(folder / "run", info(profile_text=PROFILE), there, lines)


class Trial:
    """Answers by rule: how many of the visits show it."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.asked: list[tuple[ListedVisit, ...]] = []

    def __call__(self, visits: Sequence[ListedVisit]) -> Seen:
        self.asked.append(tuple(visits))
        return Seen(self._rule(visits), len(visits))


def minimized(
    rule: Rule, folder: Path, run: Path | None = None, **more: object
) -> tuple[ExitCode, Trial, list[str]]:
    """Minimize, and return the exit code, the trials, and the lines of the written profile."""
    out = folder / "board-minimal.toml"
    trial = Trial(rule)
    request = MinimizeRequest(run=run or early_leavers(folder), number=1, out=out, **more)  # type: ignore[arg-type]
    code = minimize(request, AIM, lambda *_: trial)
    return code, trial, out.read_text().splitlines() if out.exists() else []


def at(point: str) -> Rule:
    return lambda visits: sum(visit.at == point for visit in visits)


def test_the_finding_of_nicegui_ends_with_one_visit_at_p16(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, trial, lines = minimized(at("P16"), tmp_path)

    assert code is ExitCode.FAIL
    assert [len(asked) for asked in trial.asked] == [1, 5]
    assert [visit.due_s for visit in trial.asked[1]] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert lines[-5:] == [
        "# before_handshake: the client has read the CONNECT reply, handshake not sent",
        "[[departures]]",
        'at = "P16"',
        'manner = "ws_close"',
        'transport = "websocket"',
    ]
    assert "max_visits = 1" in lines
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"smallest: {PLAINEST}: shown in 5 of 5 visits",
        f"written: {tmp_path}/board-minimal.toml",
        f"  loadtest run {tmp_path}/board-minimal.toml --host {HOST}",
        f"written: {tmp_path}/board-minimal.py, 42 lines, needs websocket-client alone",
        f"  python {tmp_path}/board-minimal.py {HOST}",
    ]


def test_the_written_files_can_be_used(tmp_path: Path) -> None:
    minimized(at("P16"), tmp_path)

    profile = load_profile(str(tmp_path / "board-minimal.toml"))
    assert profile.max_visits == 1
    script = (tmp_path / "board-minimal.py").read_text()
    compile(script, "board-minimal.py", "exec")
    assert f'else "{HOST}"' in script
    assert '"KeyError in handle_disconnect"' in script


def test_two_visits_that_need_each_other_are_listed(tmp_path: Path) -> None:
    code, _, lines = minimized(
        lambda visits: {visit.at for visit in visits} >= {"P15", "P16b"}, tmp_path, budget_s=1e9
    )

    assert code is ExitCode.FAIL
    assert lines.count("[[visits]]") == 2
    assert [line for line in lines if line.startswith("at = ")] == ['at = "P15"', 'at = "P16b"']
    assert (tmp_path / "board-minimal.py").read_text().count("def visit") == 1


def test_a_visit_and_the_one_before_it_in_its_tab_stay_together(tmp_path: Path) -> None:
    run = run_of(
        tmp_path,
        [
            *(visit(n, "P18", Manner.WS_CLOSE) for n in range(10)),
            *(visit(n, "P19", Manner.FIN, move=Move.RELOAD, previous=n - 10) for n in SHOWED[:10]),
            *(visit(n, "P19", Manner.FIN) for n in range(100, 160)),
        ],
    )

    def in_one_tab(visits: Sequence[ListedVisit]) -> int:
        pairs = itertools.pairwise(visits)
        return sum(a.tab == b.tab is not None and b.move is Move.RELOAD for a, b in pairs)

    code, _, lines = minimized(in_one_tab, tmp_path, run, budget_s=1e9)

    assert code is ExitCode.FAIL
    assert lines.count("[[visits]]") == 2
    assert lines.count('move = "reload"') == 1
    assert len([line for line in lines if line.startswith("tab = ")]) == 2


def test_what_is_not_seen_any_more_is_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, lines = minimized(lambda _: 0, tmp_path)

    assert (code, lines) == (ExitCode.PASS, [])
    assert capsys.readouterr().out == "not seen any more: none of its visits shows it again\n"


def test_ctrl_c_writes_the_smallest_so_far(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rule(visits: Sequence[ListedVisit]) -> int:
        if 1 < len(visits) < 10:
            raise UnjudgedError("it was interrupted", ExitCode.INTERRUPTED)
        return len(visits) >= 10

    code, _, lines = minimized(rule, tmp_path)

    assert code is ExitCode.INTERRUPTED
    assert 10 <= lines.count("[[visits]]") < 30
    assert capsys.readouterr().out.startswith("smallest so far (interrupted): ")


def test_when_time_is_up_the_smallest_so_far_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, lines = minimized(lambda _: 1, tmp_path, budget_s=0.0)

    assert code is ExitCode.FAIL
    assert "max_visits = 1" in lines
    assert capsys.readouterr().out.startswith("smallest: 1 visit that leaves at P16")


def test_what_cannot_be_judged_is_98(tmp_path: Path) -> None:
    def rule(_: Sequence[ListedVisit]) -> int:
        raise UnjudgedError("no hooks were seen")

    code, trial, _ = minimized(rule, tmp_path)

    assert code is ExitCode.INCONCLUSIVE
    assert len(trial.asked) == 3


@pytest.mark.parametrize("name", ["board-minimal.toml", "board-minimal.py"])
def test_a_file_that_is_there_is_not_written_over_and_nothing_is_sent(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    trial = Trial(at("P16"))
    request = MinimizeRequest(run=early_leavers(tmp_path), number=1, out=tmp_path / "board-minimal.toml")

    with pytest.raises(UsageError, match=f"{name}: is there already; name another file, or give --force"):
        minimize(request, AIM, lambda *_: trial)
    assert (trial.asked, (tmp_path / name).read_text()) == ([], "mine")

    assert minimize(replace(request, force=True), AIM, lambda *_: trial) is ExitCode.FAIL
    assert (tmp_path / name).read_text() != "mine"


@pytest.mark.parametrize(
    ("out", "wrong"), [("no/where.toml", "there is no folder"), ("mine.py", "names the profile")]
)
def test_a_place_that_cannot_be_written_to_is_told_before_anything_is_sent(
    tmp_path: Path, out: str, wrong: str
) -> None:
    request = MinimizeRequest(run=early_leavers(tmp_path), number=1, out=tmp_path / out)

    with pytest.raises(UsageError, match=wrong):
        minimize(request, AIM, lambda *_: Trial(at("P16")))


def test_the_written_profile_passes_the_check(tmp_path: Path) -> None:
    minimized(at("P16"), tmp_path)

    command = [sys.executable, "-m", "loadtest", "check", str(tmp_path / "board-minimal.toml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "1 leave at P16 (read the CONNECT reply, handshake not sent), ws_close" in checked.stdout


def test_it_begins_with_200_visits_or_with_all_of_them_if_it_is_told_so(tmp_path: Path) -> None:
    records = visits(0, 210, "P16")
    folder = write_run(
        tmp_path / "many", info(profile_text=PROFILE), records, [snapshot([error(range(210))], visits=210)]
    )

    def longest(**more: object) -> int:
        _, trial, _ = minimized(lambda _: 0, tmp_path, folder, **more)
        return max(map(len, trial.asked))

    assert (longest(), longest(takes_all=True)) == (200, 210)
