"""What the hooks could not get into."""

from typing import Any

from loadtest.report.missing import Missing, find_missing
from tests.report.building import boots_of, snapshot

UNKNOWN = "socketio.AsyncServer of python-socketio 9.0 has no _trigger_event"


def hooks(*missing: str) -> dict[str, Any]:
    return {"installed": [], "problems": [], "missing": list(missing)}


def test_nothing_is_missing_where_hooks_say_so_or_are_too_old_to_say() -> None:
    assert find_missing(boots_of(snapshot(hooks=hooks()), snapshot(boot="b"))) == ()
    assert find_missing(()) == ()


def test_what_is_missing_is_told_once_with_its_processes() -> None:
    boots = boots_of(
        snapshot(boot="a", hooks=hooks(UNKNOWN, "b")), snapshot(boot="b", pid=4712, hooks=hooks(UNKNOWN))
    )

    (first, second) = find_missing(boots)

    assert first == Missing("b", ("4711 (app.py)",), has_seen_run=True)
    assert str(second) == (
        f"the hooks could not be put in everywhere: {UNKNOWN}, in processes 4711 (app.py) and 4712 (app.py); "
        "the server's counts are not whole"
    )


def test_of_many_processes_some_are_named() -> None:
    boots = boots_of(*(snapshot(boot=str(n), pid=n, hooks=hooks("b")) for n in range(5)))

    assert "in processes 0 (app.py), 1 (app.py), 2 (app.py) and 2 more; " in str(find_missing(boots)[0])


def test_a_stranger_does_not_matter_beside_a_process_that_saw_the_run() -> None:
    assert find_missing(boots_of(snapshot(), snapshot(boot="b", visits=0, hooks=hooks(UNKNOWN)))) == ()


def test_where_nobody_saw_the_run_it_may_be_the_one_that_could_not_be_hooked() -> None:
    (missing,) = find_missing(boots_of(snapshot(visits=0, hooks=hooks(UNKNOWN))))

    assert str(missing) == (
        f"the hooks could not be put in everywhere: {UNKNOWN}, in process 4711 (app.py); "
        "no visit can be seen there"
    )
