"""The report of a run that nobody can be told."""

import subprocess
import sys
from pathlib import Path

from tests.report.building import info, visit, write_run

_RUN = (
    "import sys; from pathlib import Path; from loadtest.cli.load import tell_of; tell_of(Path(sys.argv[1]))"
)


def test_a_report_that_cannot_be_printed_changes_no_exit_code(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", f"{_RUN}; sys.exit(99)", str(tmp_path)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert (done.returncode, done.stderr) == (
        99,
        f"the report cannot be printed: No space left on device; it is in {tmp_path}\n",
    )


def test_nor_does_a_pipe_that_nobody_reads(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; sys.stdin.read(); {_RUN}; sys.exit(99)",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.close()  # now it prints
        said = process.stderr.read().decode()

    assert (process.returncode, said) == (
        99,
        f"the report cannot be printed: nobody reads it; it is in {tmp_path}\n",
    )
