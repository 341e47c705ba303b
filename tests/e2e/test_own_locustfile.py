"""A locustfile of a user's own, run by plain Locust, that subclasses the visit."""

import subprocess
import sys
from pathlib import Path

from loadtest.demo.server import DemoServer, Fault
from loadtest.hooks import launcher
from tests.e2e.harness import only_run, records, summary_of

OWN = Path(__file__).parent / "apps" / "own_locustfile.py"
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


def test_a_users_own_visit_opens_speaks_asserts_and_leaves_in_its_own_way(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PROFILE)
    command = [sys.executable, "-m", "locust", "-f", str(OWN), "--headless", "--nav-profile", "mine.toml"]

    with DemoServer(Fault.NONE, environment=launcher.environment()) as board:
        done = subprocess.run(
            [*command, "--host", board.url.rstrip("/")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    visits = records(only_run(tmp_path / "results"))

    assert [visit["planned"]["at"] for visit in visits] == ["P18", "stay", "stay", "stay"] * 10, done.stderr
    assert {visit["outcome"] for visit in visits if visit["number"] % 4} == {"completed"}
    assert {visit["actual"]["manner"] for visit in visits if visit["number"] % 4 == 0} == {"rst"}
    assert [visit["assertions"] for visit in visits if visit["number"] % 4] == [
        {"a note says who wrote it": None, "a note is in the past tense": "it is not"}
    ] * 30
    assert summary_of(only_run(tmp_path / "results"))["navigations"]["failed"] == 0
