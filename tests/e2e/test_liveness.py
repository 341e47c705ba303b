"""A server that dies for one departure, and one that stands still: apps/fragile.py, visited for real."""

import sys
from pathlib import Path

import pytest

from tests.e2e.environments import node_with
from tests.e2e.harness import free_port, instrumented, loadtest, only_run, plain, served, summary_of

FRAGILE = Path(__file__).parent / "apps" / "fragile.py"

DEATHS = """
dwell_s = { exponential = 1.0 }
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[departures]]
at = "P16"
weight = 2
[[departures]]
at = "P13"
weight = 4
[[departures]]
at = "P18"
weight = 8
[[departures]]
at = "stay"
weight = 4
[[stages]]
duration_s = 12
rate_per_s = 20
"""
"""Whoever leaves at P16 while the app is there ends it; how often that is depends on how fast it starts."""

DEATH_AFTER_DEATH = DEATHS.replace("weight = 2", "weight = 0.6").replace("duration_s = 12", "duration_s = 22")
"""Lives of more than a second: a departure can be blamed only where they are long beside the time in which
a death and its cause lie (``report/suspects.py``): a tenth of a second, or more on a slow machine."""

FREEZE = """
dwell_s = 0.5
deadline_s = 2
[app]
pages = ["/"]
handshake = { event = "handshake", data = {}, ack = true }
[[departures]]
at = "P16"
[[departures]]
at = "stay"
weight = 4
[[stages]]
duration_s = 8
rate_per_s = 20
"""


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no other app of this machine that dies just then be heard."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def fragile(*words: str, is_hooked: bool) -> list[str]:
    command = [sys.executable, str(FRAGILE), *words]
    return instrumented(*command) if is_hooked else command


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_hooked", "what"),
    [
        (True, "server process died and was restarted, "),
        (False, "server stopped accepting connections"),
    ],
)
def test_a_departure_that_kills_the_server_is_found(is_hooked: bool, what: str, tmp_path: Path) -> None:
    (tmp_path / "deaths.toml").write_text(DEATH_AFTER_DEATH)
    port = free_port()

    with served(fragile(str(port), "die", "--again", is_hooked=is_hooked), port, tmp_path / "app.log") as app:
        ended = loadtest("run", "deaths.toml", "--host", app.url, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.output
    (finding,) = summary["findings"]
    assert finding["kind"] == "liveness"
    assert finding["what"].startswith(what)
    assert finding["what"].endswith(f"{len(finding['moments'])} times")
    assert (finding["at"], finding["attributed"], finding["manners"]) == (["P16"], True, "any")
    assert finding["count"] >= len(finding["moments"]) - 1 > 2
    assert finding["elsewhere"] < finding["elsewhere_of"] / 4
    assert "visits that left at P16 (before_handshake) did so right before it" in plain(ended.output)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_hooked", "what"),
    [(True, "server process died"), (False, "server stopped accepting connections")],
)
def test_one_death_names_who_left_last_and_blames_nobody(is_hooked: bool, what: str, tmp_path: Path) -> None:
    (tmp_path / "deaths.toml").write_text(DEATHS)
    port = free_port()

    with served(fragile(str(port), "die", is_hooked=is_hooked), port, tmp_path / "app.log") as app:
        ended = loadtest("run", "deaths.toml", "--host", app.url, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.output
    (finding,) = summary["findings"]
    assert (finding["kind"], finding["what"], finding["attributed"]) == ("liveness", what, False)
    assert "P16" in finding["at"]
    ((moment),) = finding["moments"]
    assert (moment["back_s"], moment["under_way"] > 0, moment["refused"] > 50) == (None, True, True)
    assert len(finding["under_way"]) > 0


@pytest.mark.slow
def test_an_exception_that_kills_a_node_server_is_found_without_hooks(tmp_path: Path) -> None:
    (tmp_path / "deaths.toml").write_text(DEATHS)
    port = free_port()
    modules = node_with("socket.io@4.8.1") / "node_modules"
    command = ["env", f"NODE_PATH={modules}", "node", str(FRAGILE.with_suffix(".cjs")), str(port)]

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "deaths.toml", "--host", app.url, cwd=tmp_path)

    assert "TypeError" in app.log.read_text()
    summary = summary_of(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.output
    (finding,) = summary["findings"]
    assert (finding["kind"], finding["what"]) == ("liveness", "server stopped accepting connections")
    assert (finding["attributed"], "P16" in finding["at"]) == (False, True)


@pytest.mark.slow
@pytest.mark.parametrize("is_hooked", [True, False])
def test_a_loop_that_stands_still_is_found(is_hooked: bool, tmp_path: Path) -> None:
    (tmp_path / "freeze.toml").write_text(FREEZE)
    port = free_port()

    with served(fragile(str(port), "freeze", "4", is_hooked=is_hooked), port, tmp_path / "app.log") as app:
        ended = loadtest("run", "freeze.toml", "--host", app.url, cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert ended.status == 99, ended.output
    (finding,) = summary["findings"]
    assert (finding["kind"], finding["what"]) == ("liveness", "server answered nobody for a while")
    (moment,) = finding["moments"]
    assert 3.5 < moment["back_s"] - moment["at_s"] < 6  # the app's own sleep of 4 s
    assert moment["under_way"] == summary["navigations"]["timed_out"]
    assert "P17" in finding["remark"]
    assert ("their event loop" in finding["remark"]) == is_hooked
