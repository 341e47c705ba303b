"""What clients must see, of apps/fragile.py that forgets some of them: broken, kept, and what led to it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import free_port, loadtest, only_run, plain, served, summary_of

FRAGILE = Path(__file__).parent / "apps" / "fragile.py"
WELCOME = """
dwell_s = 0.3
[app]
pages = ["/"]
query = { tab = "$tab_id", document = "$document_id" }
handshake = { event = "handshake", data = {}, ack = true }
[[assertions]]
name = "welcome arrives once"
event = "welcome"
times = 1
within_s = 0.5
[[departures]]
at = "P16"
[[departures]]
at = "P18"
[[departures]]
at = "stay"
weight = 3
[users]
max = 20
journey = { navigate = 3, reconnect = 2 }
[[stages]]
duration_s = 6
rate_per_s = 40
"""


def test_who_is_forgotten_after_leaving_early_is_told_with_the_visit_before(tmp_path: Path) -> None:
    status, output, summary = visit("forget", tmp_path)

    assert status == 99, output
    (finding,) = summary["findings"]
    assert finding["what"] == '"welcome arrives once": did not come within 0.5 s'
    assert (finding["kind"], finding["led_by"], finding["at"]) == ("client", "previous", ["P16"])
    assert (finding["moves"], finding["elsewhere"]) == ("any", 0)
    assert finding["count"] == finding["of"] > 5
    assert "visits after one that left at P16 (before_handshake), none of" in plain(output)
    (row,) = summary["assertions"]
    assert (row["broken"], row["held"] > 50) == (finding["count"], True)


@pytest.mark.slow
def test_who_is_welcomed_twice_after_a_reconnect_is_told_so(tmp_path: Path) -> None:
    status, output, summary = visit("double", tmp_path)

    assert status == 99, output
    (finding,) = summary["findings"]
    assert finding["what"] == '"welcome arrives once": came twice, not once'
    assert (finding["led_by"], finding["moves"], finding["attributed"]) == ("own", ["reconnect"], True)
    assert (
        finding["by_move"]["reconnect"]["count"] == finding["by_move"]["reconnect"]["of"] == finding["count"]
    )


@pytest.mark.slow
def test_what_every_client_sees_is_no_finding(tmp_path: Path) -> None:
    status, output, summary = visit("none", tmp_path)

    assert (status, summary["findings"]) == (0, []), output
    (row,) = summary["assertions"]
    assert (row["broken"], row["held"] > 50) == (0, True)


def visit(fault: str, folder: Path) -> tuple[int, str, dict[str, Any]]:
    """Return the exit code, the report and the summary of a run against the app with this fault."""
    (folder / "welcome.toml").write_text(WELCOME)
    port = free_port()
    with served([sys.executable, str(FRAGILE), str(port), fault], port, folder / "app.log") as app:
        ended = loadtest("run", "welcome.toml", "--host", app.url, cwd=folder)
    return ended.status, ended.output, summary_of(only_run(folder / "results"))
