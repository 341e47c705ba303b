"""The hostile run: that it is read whole, and reaches what the outputs tell."""

from pathlib import Path

from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from tests.report.hostile import ATTACKS, HOSTILE, hostile_run


def test_a_hostile_run_is_read_whole_and_its_texts_are_in_its_summary(tmp_path: Path) -> None:
    run = read_run(hostile_run(tmp_path / "run"))
    summary = summarize(run)

    assert (run.skipped_lines, summary["exit_code"]) == (0, 99)
    assert {finding["kind"] for finding in summary["findings"]} == {
        "server_error",
        "residue",
        "client",
        "liveness",
    }
    assert {row["verdict"] for row in summary["thresholds"]} == {"pass", "fail", "no_data"}
    told = {finding["what"] for finding in summary["findings"]}
    assert all(any(attack in what for what in told) for attack in [HOSTILE, *ATTACKS.values()])
    assert summary["server"]["problems"][0] == HOSTILE
