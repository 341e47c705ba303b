"""A public bug, sent again: every visit that showed it shows it again, and none on the version without it."""

import json
import re
from pathlib import Path

import pytest

from tests.bugs.pair import read_pair
from tests.bugs.test_bugs import start_of
from tests.e2e.harness import free_port, loadtest, served, summary_of

PAIR = read_pair(Path(__file__).parent / "nicegui_early_leave")

pytestmark = pytest.mark.bugs


def test_a_bug_is_seen_again_by_all_and_gone_where_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with served(start_of(PAIR, PAIR.bad, port, monkeypatch), port, tmp_path / "bad.log") as app:
        found = loadtest(
            "run", "impatient", "--visits", "60", "--host", app.url, "--out", "run", cwd=tmp_path
        )
        again = loadtest("replay", "run", "--finding", "1", "--out", "again", cwd=tmp_path)
    port = free_port()
    with served(start_of(PAIR, PAIR.fixed, port, monkeypatch), port, tmp_path / "fixed.log") as app:
        gone = loadtest("replay", "run", "--host", app.url, "--out", "gone", cwd=tmp_path)

    assert found.status == 99, found.output + found.errors
    (finding,) = summary_of(tmp_path / "run")["findings"]
    count = finding["count"] + finding["elsewhere"]
    assert count >= 10, found.output
    assert finding["replay"] == "loadtest replay run --finding 1"
    assert (again.status, gone.status) == (99, 0), again.output + again.errors + gone.output + gone.errors
    assert re.search(rf"KeyError in handle_disconnect: again in {count} of {count}\b", again.output), (
        again.output
    )
    assert f"KeyError in handle_disconnect: not seen, 0 of {count}" in gone.output
    of = json.loads((tmp_path / "again" / "run.json").read_text())["replay_of"]
    assert of == {"run": summary_of(tmp_path / "run")["id"], "finding": 1}
    assert summary_of(tmp_path / "gone")["findings"] == []
