"""The demo, as a person runs it, and its fault moved elsewhere."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.harness import (
    free_port,
    instrumented,
    loadtest,
    only_finding,
    only_run,
    plain,
    served,
    summary_of,
)
from tests.e2e.seen import OVERTAKEN_AT_MOST


def runs_of(results: Path) -> list[Path]:
    return sorted(path for path in results.iterdir() if path.is_dir() and not path.is_symlink())


@pytest.mark.slow
def test_the_demo_tells_the_fault_from_its_mending(tmp_path: Path) -> None:
    ended = loadtest("demo", cwd=tmp_path)

    assert ended.status == 0, ended.output + ended.errors
    faulty, mended = (summary_of(run) for run in runs_of(tmp_path / "results"))
    finding = only_finding(faulty)
    assert finding["what"] == "KeyError in handle_disconnect"
    assert finding["at"] == ["P15", "P16", "P16b"]
    assert finding["count"] == finding["of"] > 0
    assert finding["elsewhere"] == 0
    assert (faulty["exit_code"], mended["exit_code"], mended["findings"]) == (99, 0, [])
    for run in runs_of(tmp_path / "results"):
        assert run.name in plain(ended.output).replace(" ", "")


@pytest.mark.slow
def test_the_fault_moved_to_p18_is_found_there_and_nowhere_else(tmp_path: Path) -> None:
    port = free_port()
    command = instrumented(
        sys.executable, "-m", "loadtest.demo", "--fault", "early-leave", "--port", str(port)
    )

    with served(command, port, tmp_path / "board.log") as board:
        ended = loadtest("run", "demo", "--host", board.url, cwd=tmp_path)

    assert ended.status == 99, ended.output
    summary = summary_of(only_run(tmp_path / "results"))
    visits, errors = Counter[str](), Counter[str]()
    for cell in summary["heat"]:
        visits[cell["at"]] += cell["visits"]
        errors[cell["at"]] += cell["server_errors"]
    finding = only_finding(summary)
    overtaken = errors.pop("P17")  # the handler ended first: for the server they left at P18
    assert "P18" in finding["at"]
    assert finding["count"] + finding["elsewhere"] == visits["P18"] + overtaken
    assert errors.pop("P18") == visits["P18"] > 0
    assert overtaken <= visits["P17"] * OVERTAKEN_AT_MOST
    assert errors.total() == 0
