"""The bug that this tool was made for, in the released NiceGUI that has it, and in the next that does not."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import (
    free_port,
    instrumented,
    loadtest,
    only_finding,
    only_run,
    records,
    served,
    summary_of,
)

APP = Path(__file__).parent / "apps" / "nicegui_app.py"
POINTS = ("P13", "P14", "P15", "P16", "P16b", "P17", "P18", "P19", "P20")
PROFILE = """
description = "Every point from the upgrade on, in the manners that close"
seed = 2110
dwell_s = 0.3

[app]
preset = "nicegui"

[users]
max = 150

[[stages]]
duration_s = 36
rate_per_s = 40
arrivals = "constant"
""" + "".join(
    f'\n[[departures]]\nat = "{point}"\nmanner = "{manner}"\n'
    for point in POINTS
    for manner in (("fin", "rst") if point in ("P16b", "P20") else ("ws_close", "fin"))
)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2.11.0", "2.11.1"])
def test_the_key_error_of_2_11_0_is_found_at_its_points_and_2_11_1_is_silent(
    version: str, tmp_path: Path
) -> None:
    python = python_with(f"nicegui=={version}")
    (tmp_path / "every_point.toml").write_text(PROFILE)
    port = free_port()
    command = instrumented(str(python), str(APP), str(port))

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "every_point.toml", "--host", app.url, "--require-hooks", cwd=tmp_path)
    run = only_run(tmp_path / "results")
    summary = summary_of(run)
    visits = Counter(record["actual"]["at"] for record in records(run) if record["actual"])

    assert all(visits[point] >= 100 for point in POINTS), visits
    assert summary["navigations"]["left"] == summary["navigations"]["started"], ended.output
    if version == "2.11.1":
        assert (ended.status, summary["findings"], summary["server"]["errors"]) == (0, [], 0), ended.output
        assert {summary["server"]["residue"][key] for key in ("sids", "environs", "rooms")} == {0}
        return
    finding = only_finding(summary)
    hit = visits["P15"] + visits["P16"] + visits["P16b"]
    assert ended.status == 99
    assert (finding["kind"], finding["what"]) == ("server_error", "KeyError in handle_disconnect")
    assert finding["at"] == ["P15", "P16", "P16b"]
    assert (finding["count"], finding["of"], finding["elsewhere"]) == (hit, hit, 0)
    assert finding["manners"] == "any"
    raised = set(re.findall(r"^KeyError: '([\w-]+)'$", app.log.read_text(), re.MULTILINE))
    assert summary["server"]["errors"] == len(raised) == hit
    assert summary["server"]["residue"]["sids"] == hit
