"""The shipped profiles, shortened, on real apps: nothing on a healthy one, and the fault just where it is."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from loadtest.profile.load import shipped_profiles
from tests.e2e.environments import python_with
from tests.e2e.harness import (
    Command,
    free_port,
    instrumented,
    loadtest,
    only_finding,
    only_run,
    served,
    summary_of,
)

APP = Path(__file__).parent / "apps" / "nicegui_app.py"
DEMO = ["--app", str(shipped_profiles()["demo"])]
NEWEST = "3.18.0"
WINDOW = {"P15", "P16", "P16b"}
"""Where the demo's fault and NiceGUI 2.11.0's are: after CONNECT, before the app's handshake."""
JUDGED = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
RAMPED = ("stages[0].duration_s=2", "stages[1].duration_s=7")
SHORTER: Mapping[str, Sequence[str]] = {
    "ci_smoke": (
        "stages[0].duration_s=8",  # and its times are for a machine that does nothing else
        *(f'thresholds."phases.{phase}"=["p(95)<60000"]' for phase in ("page", "connect")),
    ),
    "demo": ("stages[0].duration_s=1", "stages[1].duration_s=7"),
    "explore": ("stages[0].duration_s=10", "stages[0].rate_per_s=20"),
    "flaky_mobile": RAMPED,
    "hub_and_spoke": RAMPED,
    "impatient": RAMPED,
    "nicegui": (*RAMPED, "stages[0].rate_per_s=[5,25]", "stages[1].rate_per_s=25"),
    "prefetcher": RAMPED,
    "refresh_storm": (
        *("stages[0].duration_s=2", "stages[1].duration_s=4", "stages[1].burst_size=10"),
        *("stages[2].duration_s=4", "stages[2].spike_s=1", "stages[3].duration_s=1"),
    ),
    "soak": (
        *("stages[0].duration_s=1", "stages[1].duration_s=9", "stages[1].period_s=3"),
        *("stages[1].rate_per_s=[5,25]", "dwell_s=1"),
    ),
    "tab_hoarder": (
        *("stages[0].duration_s=5", "dwell_s={uniform=[3,4]}", "departures[1].after_s={uniform=[1,3]}"),
    ),
}
IN_CI = {"flaky_mobile", "impatient", "refresh_storm"}
"""The rest takes a quarter of an hour: ``pytest -m sweep``."""


def marked(names: Iterable[str]) -> list[Any]:
    """Return the parameters of a test, each with its mark."""
    return [
        pytest.param(name, marks=pytest.mark.slow if name in IN_CI else pytest.mark.sweep)
        for name in sorted(names)
    ]


FOR_THE_DEMO = marked(SHORTER.keys() - {"nicegui"})
FOR_NICEGUI = marked(SHORTER.keys() - {"demo"})
FOUND_AT = {
    "ci_smoke": {"P15", "P16"},
    "demo": WINDOW,
    "explore": WINDOW,
    "flaky_mobile": {"P16", "P16b"},
    "hub_and_spoke": {"P16"},
    "impatient": WINDOW,
    "prefetcher": {"P16"},
    "refresh_storm": {"P15", "P16"},
    "soak": {"P16"},
}
"""Where each goes in that window on purpose; ``tab_hoarder`` leaves nowhere near it."""


def visit(
    name: str, command: Sequence[str], port: int, folder: Path, *options: str
) -> tuple[Command, dict[str, Any]]:
    """Serve an app under the hooks, visit it as a profile says, and return how that ended."""
    with served(instrumented(*command), port, folder / "app.log") as app:
        ended = loadtest("run", name, "--host", app.url, "--require-hooks", *options, cwd=folder)
    return ended, summary_of(only_run(folder / "results"))


def shorter(name: str) -> list[str]:
    """Return what makes a profile's run a matter of seconds."""
    return [word for setting in SHORTER[name] for word in ("--set", setting)]


def demo(fault: str, port: int) -> list[str]:
    """Return the command that starts the demo board."""
    return [sys.executable, "-m", "loadtest.demo", "--fault", fault, "--port", str(port)]


def is_silent(ended: Command, summary: dict[str, Any]) -> None:
    """Check that a run raised no alarm, and that it was one."""
    assert (ended.status, summary["findings"]) == (0, []), ended.output + ended.errors
    assert summary["server"]["errors"] == 0
    assert [summary["server"]["residue"][kind] for kind in JUDGED] == [0] * len(JUDGED)
    assert summary["navigations"]["started"] == summary["navigations"]["due"] >= 40, ended.output


def test_all_that_are_shipped_are_tried() -> None:
    assert list(shipped_profiles()) == list(SHORTER)


@pytest.mark.parametrize("name", FOR_THE_DEMO)
def test_on_the_mended_demo_nothing_is_found(name: str, tmp_path: Path) -> None:
    port = free_port()

    is_silent(*visit(name, demo("none", port), port, tmp_path, *DEMO, *shorter(name)))


@pytest.mark.parametrize("name", FOR_NICEGUI)
def test_on_the_newest_nicegui_nothing_is_found(name: str, tmp_path: Path) -> None:
    port = free_port()
    command = [str(python_with(f"nicegui=={NEWEST}")), str(APP), str(port)]

    is_silent(*visit(name, command, port, tmp_path, *shorter(name)))


@pytest.mark.parametrize("name", marked(FOUND_AT))
def test_the_demos_fault_is_found_where_a_profile_goes(name: str, tmp_path: Path) -> None:
    port = free_port()

    ended, summary = visit(name, demo("handshake-lookup", port), port, tmp_path, *DEMO, *shorter(name))

    assert ended.status == 99, ended.output + ended.errors
    finding = only_finding(summary)
    assert finding["what"] == "KeyError in handle_disconnect"
    assert FOUND_AT[name] <= {*finding["at"]} <= WINDOW, ended.output
    assert (finding["count"], finding["elsewhere"]) == (finding["of"], 0)


@pytest.mark.sweep
def test_a_tab_that_only_stays_never_meets_the_demos_fault(tmp_path: Path) -> None:
    port = free_port()

    is_silent(
        *visit("tab_hoarder", demo("handshake-lookup", port), port, tmp_path, *DEMO, *shorter("tab_hoarder"))
    )


@pytest.mark.slow
def test_the_impatient_find_the_key_error_of_nicegui_2_11_0_at_its_points(tmp_path: Path) -> None:
    port = free_port()
    command = [str(python_with("nicegui==2.11.0")), str(APP), str(port)]

    ended, summary = visit("impatient", command, port, tmp_path, "--set", "stages[1].rate_per_s=15")

    assert ended.status == 99, ended.output + ended.errors
    finding = only_finding(summary)
    assert (finding["what"], finding["at"]) == ("KeyError in handle_disconnect", ["P15", "P16", "P16b"])
    assert (finding["count"], finding["elsewhere"]) == (finding["of"], 0)
    assert finding["left_behind"].keys() == {"sids", "rooms", "environs", "pending_disconnects"}
