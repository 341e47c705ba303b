"""A probe watched while it is on."""

from pathlib import Path

from loadtest.navigation.record import NavigationRecord
from loadtest.tuning.watch import ProbeWatch
from tests.tuning.test_judgement import failed, shaken

LIMIT = {"phases.handshake": ("p(95)<100",)}


def write(folder: Path, records: list[NavigationRecord], tail: str = "") -> None:
    with (folder / "navigations.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(f"{record.to_line().strip()}\n" for record in records) + tail)


def test_it_goes_on_while_the_threshold_may_still_hold(tmp_path: Path) -> None:
    watch = ProbeWatch(LIMIT, 5.0, expected=200)
    write(tmp_path, [shaken(n, 500.0) for n in range(29)])

    assert not watch.is_enough(tmp_path)


def test_three_times_what_the_whole_probe_may_have_is_enough(tmp_path: Path) -> None:
    watch = ProbeWatch(LIMIT, 5.0, expected=200)
    write(tmp_path, [shaken(n, 500.0) for n in range(29)])
    assert not watch.is_enough(tmp_path)
    write(tmp_path, [shaken(29, 500.0)])

    assert watch.is_enough(tmp_path)
    assert watch.reason == "phases.handshake p(95)<100 broken beyond doubt: 30 visits, called off early"


def test_visits_that_fail_are_enough_too(tmp_path: Path) -> None:
    watch = ProbeWatch({}, 5.0, expected=200)
    write(tmp_path, [failed(n) for n in range(20)])

    assert watch.is_enough(tmp_path)


def test_the_warm_up_is_not_looked_at(tmp_path: Path) -> None:
    watch = ProbeWatch(LIMIT, 5.0, expected=200)
    write(tmp_path, [shaken(n, 500.0, due_s=1.0) for n in range(200)])

    assert not watch.is_enough(tmp_path)


def test_a_line_that_is_half_written_is_read_when_it_is_whole(tmp_path: Path) -> None:
    watch = ProbeWatch(LIMIT, 5.0, expected=200)
    last = shaken(29, 500.0).to_line().strip()
    write(tmp_path, [shaken(n, 500.0) for n in range(29)], tail=last[:40])
    assert not watch.is_enough(tmp_path)
    write(tmp_path, [], tail=last[40:] + "\n")

    assert watch.is_enough(tmp_path)


def test_a_run_without_records_yet_goes_on(tmp_path: Path) -> None:
    assert not ProbeWatch(LIMIT, 5.0, expected=200).is_enough(tmp_path)
