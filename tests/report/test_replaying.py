"""The command that sends a finding's visits again."""

import shlex
from dataclasses import replace
from pathlib import Path

from loadtest.report.join import find
from loadtest.report.replaying import replay_command
from loadtest.report.run import Run
from tests.report.building import dropped, error, hooked, info, snapshot, visits


def command(*numbers: int, path: str = "results/x", place: int = 1) -> str | None:
    server = hooked(snapshot([error(numbers, count=2)]))
    run = Run(Path(path), info(), (*visits(0, 3, "P16"), dropped(3)), server)
    (finding,) = find(run.records, run.server, run.info)
    return replay_command(run, place, finding)


def test_it_names_the_run_and_the_findings_place() -> None:
    assert command(1, 2, place=4) == "loadtest replay results/x --finding 4"


def test_a_path_is_quoted_for_the_shell() -> None:
    path = "re sults/$(x)'"

    assert shlex.split(command(1, path=path) or "") == ["loadtest", "replay", path, "--finding", "1"]


def test_without_a_visit_that_has_a_record_there_is_none() -> None:
    assert command() is None
    assert command(3) is None
    assert command(9) is None
    assert command(9, 1) is not None


def test_two_findings_have_each_their_own() -> None:
    lines = [error([1]), error([2], id=1, what="ValueError in g", function="g")]
    run = Run(Path("r"), info(), tuple(visits(0, 3, "P16")), hooked(snapshot(lines)))
    first, second = find(run.records, run.server, run.info)

    assert (first.showed, second.showed) == (frozenset({1}), frozenset({2}))
    assert replay_command(run, 2, second) == "loadtest replay r --finding 2"
    assert replay_command(run, 2, replace(second, showed=frozenset())) is None
