"""A finding of the demo board, sent again: seen by every visit while the fault is in, by none without it."""

import json
from pathlib import Path

import pytest

from loadtest.demo.server import DemoServer, Fault
from loadtest.hooks import launcher
from tests.e2e.harness import loadtest, records, summary_of

pytestmark = pytest.mark.slow


def test_a_finding_is_seen_again_by_all_of_two_workers_visits_and_gone_when_mended(tmp_path: Path) -> None:
    with DemoServer(Fault.HANDSHAKE_LOOKUP, environment=launcher.environment()) as board:
        found = loadtest("run", "demo", "--visits", "60", "--host", board.url, "--out", "run", cwd=tmp_path)
        again = loadtest("replay", "run", "--workers", "2", "--out", "again", cwd=tmp_path)
    with DemoServer(Fault.NONE, environment=launcher.environment()) as board:
        gone = loadtest("replay", "run", "--finding", "1", "--host", board.url, cwd=tmp_path)

    assert found.status == 99, found.output + found.errors
    before, after = summary_of(tmp_path / "run"), summary_of(tmp_path / "again")
    (finding,) = before["findings"]
    count = finding["count"]
    assert count >= 5
    assert f"KeyError in handle_disconnect: again in {count} of {count}\n" in again.output, again.errors
    assert f"KeyError in handle_disconnect: not seen, 0 of {count}\n" in gone.output, gone.errors
    assert (again.status, gone.status) == (99, 0)
    assert after["replay_of"] == {"run": before["id"], "finding": 1}
    guilty = {
        record["number"] for record in records(tmp_path / "run") if record["actual"]["at"] in finding["at"]
    }
    sent = [record for record in records(tmp_path / "again") if record["number"] in guilty]
    assert {record["number"] for record in sent} == guilty
    assert {record["actual"]["at"] for record in sent} <= set(finding["at"])
    assert after["findings"][0]["count"] == count


def test_visits_of_a_list_keep_their_tabs_on_any_number_of_workers(tmp_path: Path) -> None:
    app = (Path(__file__).parents[2] / "profiles" / "demo.toml").read_text().split("[[stages]]")[0]
    rows = [
        f'[[visits]]\ndue_s = {place / 10}\nnumber = {place * 7}\ntab = {place % 4}\nat = "P18"\n'
        f'manner = "ws_close"\nmove = "{"reload" if place >= 4 else "navigate"}"\n'
        for place in range(24)
    ]
    (tmp_path / "list.toml").write_text("\n".join([f'{app}data = "people.csv"\n', *rows]))
    (tmp_path / "people.csv").write_text("user\nann\nbob\neve\n")

    with DemoServer(Fault.NONE, environment=launcher.environment()) as board:
        ended = loadtest(
            "run", "list.toml", "--host", board.url, "--workers", "2", "--out", "run", cwd=tmp_path
        )

    assert ended.status == 0, ended.output + ended.errors
    made = sorted(records(tmp_path / "run"), key=lambda record: record["number"])
    assert [record["number"] for record in made] == [place * 7 for place in range(24)]
    assert [record["previous"] for record in made] == [
        None if place < 4 else (place - 4) * 7 for place in range(24)
    ]
    assert [record["row"] for record in made] == [place % 4 % 3 for place in range(24)]
    assert [record["move"] for record in made] == ["navigate"] * 4 + ["reload"] * 20
    assert json.loads((tmp_path / "run" / "run.json").read_text())["workers"] == 2
