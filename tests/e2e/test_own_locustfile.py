"""A locustfile of a user's own, run by plain Locust, that subclasses the visit."""

import subprocess
import sys
from pathlib import Path

from loadtest.demo.server import DemoServer, Fault
from loadtest.hooks import launcher
from tests.e2e.harness import only_run, records, summary_of

APPS = Path(__file__).parent / "apps"
PROFILE = """
[app]
preset = "generic"

[[stages]]
duration_s = 4
rate_per_s = 10
arrivals = "constant"

[dwell_s]
constant = 0.1
"""


def run(locustfile: str, profile: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a locustfile on the demo's board to the end."""
    (folder / "mine.toml").write_text(profile)
    command = [sys.executable, "-m", "locust", "-f", str(APPS / locustfile), "--headless"]
    with DemoServer(Fault.NONE, environment=launcher.environment()) as board:
        return subprocess.run(
            [*command, "--nav-profile", "mine.toml", "--host", board.url.rstrip("/")],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def test_a_users_own_visit_opens_speaks_asserts_and_leaves_in_its_own_way(tmp_path: Path) -> None:
    done = run("own_locustfile.py", PROFILE, tmp_path)
    visits = records(only_run(tmp_path / "results"))

    assert [visit["planned"]["at"] for visit in visits] == ["P18", "stay", "stay", "stay"] * 10, done.stderr
    assert {visit["outcome"] for visit in visits if visit["number"] % 4} == {"completed"}
    assert {visit["actual"]["manner"] for visit in visits if visit["number"] % 4 == 0} == {"rst"}
    assert [visit["assertions"] for visit in visits if visit["number"] % 4] == [
        {"a note says who wrote it": None, "a note is in the past tense": "it is not"}
    ] * 30
    assert summary_of(only_run(tmp_path / "results"))["navigations"]["failed"] == 0


def test_a_fault_in_a_users_own_code_ends_its_visit_alone_and_is_told_as_its_own(tmp_path: Path) -> None:
    """A departure that raised left its visit under way for ever, and the run never ended."""
    done = run("faulty_locustfile.py", f"max_visits = 10\n{PROFILE}", tmp_path)
    visits = records(only_run(tmp_path / "results"))

    failed = {visit["number"]: visit["detail"] for visit in visits if visit["outcome"] != "completed"}
    assert sorted(visit["number"] for visit in visits) == list(range(10)), done.stderr
    assert failed == {
        3: "KeyError(3) in faulty_locustfile.py, line 23",
        5: "KeyError('nickname') in faulty_locustfile.py, line 19",
    }
    errors = {visit["error"] for visit in visits if visit["error"]}
    assert errors == {"a fault of the locustfile's own"}
