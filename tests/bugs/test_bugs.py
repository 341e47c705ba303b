"""The public bug bench: real bugs of released versions, each found where it breaks, and gone when mended.

A folder here is a pair: the app, ``app.toml`` where the run cannot find out by itself what the app needs, and
``pair.toml`` with the versions and what has to be found. ``pytest -m bugs`` visits them all.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.bugs.pair import Pair, Version, read_pair
from tests.e2e.environments import node_with, python_with
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

PAIRS = [read_pair(path.parent) for path in sorted(Path(__file__).parent.glob("*/pair.toml"))]
JUDGED = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")

pytestmark = [
    pytest.mark.bugs,
    pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS]),
]


def start_of(pair: Pair, version: Version, port: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the command that starts a version of the app."""
    if pair.app.suffix == ".py":
        interpreter = str(python_with(*version.packages))
    else:
        interpreter = "node"
        monkeypatch.setenv("NODE_PATH", str(node_with(*version.packages) / "node_modules"))
    return instrumented(interpreter, str(pair.app), str(port), *version.arguments)


def visit(
    pair: Pair, version: Version, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Command, dict[str, Any]]:
    """Visit a version of the app as the pair says; return how the run ended, and its summary."""
    port = free_port()
    with served(start_of(pair, version, port, monkeypatch), port, folder / "app.log") as app:
        ended = loadtest("run", *pair.run, "--host", app.url, "--require-hooks", cwd=folder)
    return ended, summary_of(only_run(folder / "results"))


def test_the_bad_version_is_found_where_it_breaks(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, summary = visit(pair, pair.bad, tmp_path, monkeypatch)

    expected = pair.finding
    assert ended.status == 99, ended.output + ended.errors
    finding = only_finding(summary)
    assert (finding["kind"], finding["what"]) == (expected.kind, expected.what)
    assert tuple(finding["at"]) == expected.at, ended.output
    assert finding["attributed"]
    assert finding["elsewhere"] == 0
    assert finding["left_behind"].keys() == set(expected.left_behind)
    manners = finding["by_manner"] if expected.manners is None else expected.manners
    if expected.manners is not None:
        assert tuple(finding["manners"]) == expected.manners
    if expected.is_every_visit:
        shares = [finding["by_manner"][manner] for manner in manners]
        assert all(share["count"] == share["of"] for share in shares), shares


def test_the_fixed_version_is_silent(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, summary = visit(pair, pair.fixed, tmp_path, monkeypatch)

    assert (ended.status, summary["findings"]) == (0, []), ended.output + ended.errors
    assert summary["server"]["errors"] == 0
    assert [summary["server"]["residue"][kind] for kind in JUDGED] == [0] * len(JUDGED)
    assert summary["navigations"]["started"] >= 600
