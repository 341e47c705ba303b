"""Snapshots on their way to a run."""

from pathlib import Path
from typing import Any

import pytest

from tests.hooks.node.running import needs_node, run_node
from tests.hooks.receiver import RUN, Receiver, receiving

pytestmark = needs_node

HEAD = """
const { HookedProcess } = hooks("process");
const hooked = new HookedProcess();
const run = "RUN";
const visit = (number) => hooked.recorder.open("c" + number,
  { traceparent: `00-${run}${number.toString(16).padStart(16, "0")}-00000000000000aa-00` });
const visits = (count) => {
  for (let number = 0; number < count; number += 1) hooked.recorder.close(visit(number), "transport close");
};
hooked.arm();
""".replace("RUN", RUN)


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's scripts and collectors meet."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def numbers(receiver: Receiver) -> list[int]:
    return [entry["number"] for entry in receiver.journal()]


def test_a_long_journal_comes_in_parts_each_entry_once(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        done = run_node(HEAD + "visits(7000); setTimeout(() => process.exit(), 2500);")

    assert (done.stdout, done.stderr) == ("", "")
    assert numbers(receiver) == list(range(7000))
    assert {snapshot["sequence"] for snapshot in receiver.snapshots[:4]} == {1}
    assert [snapshot["is_last"] for snapshot in receiver.snapshots].index(True) == len(receiver.snapshots) - 1


def test_what_no_push_has_told_yet_comes_at_the_end_at_once(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        run_node(HEAD + "visits(7000); process.exit();")

    assert numbers(receiver) == list(range(7000))
    assert [snapshot["is_last"] for snapshot in receiver.snapshots] == [True]


def test_a_snapshot_has_all_that_the_run_reads(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        run_node(HEAD + "visits(1); setTimeout(() => {}, 1500);")

    first: dict[str, Any] = receiver.snapshots[0]
    assert sorted(first) == [
        "began_at", "boot", "command", "errors", "errors_overflow", "gauges", "handlers", "hooks",
        "inventory", "is_last", "journal", "left_behind", "loop", "pid", "residue", "run", "runtime",
        "schema", "sequence", "strays", "strays_overflow", "taken_at", "versions", "visits",
    ]  # fmt: skip
    assert (first["schema"], first["run"], first["is_last"]) == (1, RUN, False)
    assert first["runtime"].startswith("node ")
    assert first["began_at"] < first["taken_at"]
    assert sorted(first["loop"]) == ["lag", "longest_at", "longest_ms", "stack"]
    assert first["loop"]["lag"]["count"] > 10
    assert first["residue"]["tasks"] is None
    assert first["residue"]["rss_bytes"] > 10_000_000


def test_a_collector_that_refuses_is_a_problem_of_its_run_alone(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        receiver.refuse_with = 413
        script = """
        visits(5);
        setTimeout(() => {
          console.log(JSON.stringify([hooked._problemsOf.get(run), hooked._pusher._journalEntries]));
          process.exit();
        }, 1500);
        """
        done = run_node(HEAD + script)

    assert done.stdout == '[["the collector answered 413"],1000]\n'


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        pytest.param("https://127.0.0.1:5", "is none: not an http:// address", marks=pytest.mark.slow),
        pytest.param("nonsense", "is none: not an http:// address", marks=pytest.mark.slow),
        ("http://127.0.0.1:PORT", "is none: its answer is no JSON"),
        ("http://127.0.0.1:5", None),
    ],
)
def test_who_is_no_collector_is_told_of_and_who_is_not_there_is_not(
    address: str, problem: str | None
) -> None:
    script = """
    const server = require("http").createServer((request, response) => response.end("hello"));
    server.listen(0, "127.0.0.1", () => {
      process.env.LOADTEST_COLLECTOR = "ADDRESS".replace("PORT", server.address().port);
      setTimeout(() => {
        console.log(JSON.stringify([...hooked._problemsOf.values()]), JSON.stringify(hooked._problems));
        process.exit();
      }, 1500);
    });
    """.replace("ADDRESS", address)
    done = run_node(HEAD + script, env={"LOADTEST_TOKEN": "t"})

    told, process_wide = done.stdout.split(" [") if " [" in done.stdout else (done.stdout, "")
    assert (problem is None and told == "[]") or (problem is not None and problem in told)
    assert process_wide == "]\n"


def test_a_process_that_does_nothing_else_is_not_kept_alive(runtime: Path) -> None:
    with receiving(runtime) as receiver:
        run_node(HEAD)

    assert [snapshot["is_last"] for snapshot in receiver.snapshots] == [True]
