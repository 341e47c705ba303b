"""What our end-points answer, on a Flask app, with a run that stands still."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from loadtest.errors import UsageError
from loadtest.profile.model import Rate, Turn
from loadtest.swarm.account import Tick
from loadtest.swarm.web.api import end_points
from loadtest.swarm.web.watched import Watched

SAID: list[dict[str, Any]] = [
    {"type": "run", "id": "a"},
    {"type": "phases", "width_s": 1, "reset": False, "rows": [{"t": 3, "phase": "page", "count": 9}]},
    {"type": "summary", "summary": {"verdict": None}},
]
TICKS = (Tick(0.0, 0, 0, 0, 0, 0, 0, 0), Tick(1.0, 9, 8, 2, 1, 4, 3, 4))


class StillRun:
    """A run under load in which nothing changes."""

    def __init__(self, path: Path, run_id: str = "a") -> None:
        self.path = path
        self.run_id = run_id
        self.state = "load"
        self.can_turn = True
        self.ticks = TICKS

    def turn(self, rate: Rate | None, weights: tuple[float, ...] | None) -> Turn:
        """Turn it as asked, 12 seconds after t0."""
        if weights and len(weights) != 2:
            raise UsageError("weights: has 1, and there are 2 of [[departures]]")
        return Turn(12.0, rate, weights)


def tell(_: Path) -> list[str]:
    """Return the command of a follower that says ``SAID`` and stays."""
    lines = "\n".join(json.dumps(message) for message in SAID)
    return [sys.executable, "-c", f"import sys; print({lines!r}, flush=True); sys.stdin.read()"]


@pytest.fixture
def watched() -> Iterator[Watched]:
    """What pages look at; no run has been begun."""
    watched = Watched(lambda: "3 of 9 s", tell)
    yield watched
    watched.close()


def client(watched: Watched, base_path: str = "") -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(end_points(watched, base_path, "", lambda view: view))
    return app.test_client()


def asked(watched: Watched, path: str) -> Any:
    return client(watched).get(path).json


def heard_all(watched: Watched) -> dict[str, Any]:
    """Return the answer to a new page, once the follower has said all."""
    deadline = time.monotonic() + 60
    while True:
        answer: dict[str, Any] = asked(watched, "/loadtest/live")
        if answer["seq"] == len(SAID):
            return answer
        assert time.monotonic() < deadline, f"the follower said {answer}"
        gevent.sleep(0.02)


def test_before_the_first_run_there_is_nothing_to_show(watched: Watched) -> None:
    assert asked(watched, "/loadtest/live") == {
        "run": None,
        "seq": 0,
        "reset": False,
        "state": "idle",
        "can_turn": False,
        "messages": [],
        "ticks": [],
        "progress": "",
        "has_report": False,
    }
    assert asked(watched, "/loadtest/files") == {"run": None, "files": []}
    assert client(watched).get("/loadtest/files/run.json").status_code == 404


def test_a_new_page_is_told_all(watched: Watched, tmp_path: Path) -> None:
    watched.begin(StillRun(tmp_path))

    assert heard_all(watched) == {
        "run": "a",
        "seq": 3,
        "reset": True,
        "state": "load",
        "can_turn": True,
        "messages": SAID,
        "ticks": [[0.0, 0, 0, 0, 0, 0, 0, 0], [1.0, 9, 8, 2, 1, 4, 3, 4]],
        "progress": "3 of 9 s",
        "has_report": False,
    }


def test_a_page_that_knows_the_run_is_told_what_is_new(watched: Watched, tmp_path: Path) -> None:
    watched.begin(StillRun(tmp_path))
    heard_all(watched)

    first = asked(watched, "/loadtest/live?run=a&since=2&tick=0")
    second = asked(watched, "/loadtest/live?run=a&since=3&tick=1.0")

    assert (first["reset"], first["messages"], first["ticks"]) == (
        False,
        SAID[2:],
        [[1.0, 9, 8, 2, 1, 4, 3, 4]],
    )
    assert (second["reset"], second["messages"], second["ticks"], second["seq"]) == (False, [], [], 3)


def test_a_page_that_shows_the_run_before_begins_anew(watched: Watched, tmp_path: Path) -> None:
    watched.begin(StillRun(tmp_path, "before"))
    watched.begin(StillRun(tmp_path, "a"))
    heard_all(watched)

    answer = asked(watched, "/loadtest/live?run=before&since=2&tick=7")

    assert (answer["run"], answer["reset"], answer["messages"], len(answer["ticks"])) == ("a", True, SAID, 2)


@pytest.mark.parametrize("query", ["since=x&tick=y", "since=-4&run=a&tick=nan", "since=99&run=a", "run=%00"])
def test_a_page_that_asks_nonsense_gets_an_answer(watched: Watched, tmp_path: Path, query: str) -> None:
    watched.begin(StillRun(tmp_path))
    heard_all(watched)

    answer = client(watched).get(f"/loadtest/live?{query}")

    assert answer.status_code == 200
    assert json.loads(answer.data)["seq"] == 3


@pytest.mark.parametrize(
    ("asked", "turned"),
    [
        ({"rate": "x2"}, {"at_s": 12.0, "rate": "x2", "weights": None}),
        ({"rate": 50, "weights": None}, {"at_s": 12.0, "rate": 50.0, "weights": None}),
        ({"rate": None, "weights": [1, 3]}, {"at_s": 12.0, "rate": None, "weights": [1.0, 3.0]}),
    ],
)
def test_the_knob_is_turned(
    watched: Watched, tmp_path: Path, asked: dict[str, Any], turned: dict[str, Any]
) -> None:
    watched.begin(StillRun(tmp_path))

    answer = client(watched).post("/loadtest/turn", json=asked)

    assert (answer.status_code, answer.json) == (200, {"success": True, "turn": turned})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", 'a turn is a JSON object such as {"rate": "x2"} or {"weights": [1, 3]}'),
        (b"[1", 'a turn is a JSON object such as {"rate": "x2"} or {"weights": [1, 3]}'),
        (b'{"speed": 2}', "a turn has rate and weights; it has no speed"),
        (b'{"at_s": 2, "rate": 3}', "a turn has rate and weights; it has no at_s"),
        (b"{}", 'rate: is missing, as is weights; write rate = "x2", rate = 50 or weights = [1, 3]'),
        (b'{"rate": -5, "weights": [1, -2]}', "weights[1]: -2 is below 0\nrate: -5 is below 0"),
        (b'{"rate": true}', "rate: true is not a number"),
        (b'{"rate": 1e999}', "rate: inf is not a finite number"),
        (b'{"weights": [0, 0]}', "weights: all weights are 0; give a departure more"),
        (b'{"weights": [1]}', "weights: has 1, and there are 2 of [[departures]]"),
    ],
)
def test_a_turn_that_cannot_be_made_is_told_with_all_that_is_wrong(
    watched: Watched, tmp_path: Path, body: bytes, message: str
) -> None:
    watched.begin(StillRun(tmp_path))

    answer = client(watched).post("/loadtest/turn", data=body)

    assert (answer.status_code, answer.json) == (400, {"success": False, "message": message})


def test_no_knob_is_turned_where_no_run_is(watched: Watched) -> None:
    answer = client(watched).post("/loadtest/turn", json={"rate": 5})

    message = "no load is on: start a run first"
    assert (answer.status_code, answer.json) == (400, {"success": False, "message": message})


def test_a_runs_files_are_listed_and_handed_out(watched: Watched, tmp_path: Path) -> None:
    run = tmp_path / "20260101T000000Z-demo"
    run.mkdir()
    (run / "run.json").write_text('{"html": "<script>"}')
    (run / "link").symlink_to(tmp_path)
    watched.begin(StillRun(run))

    listed = asked(watched, "/loadtest/files")
    answer = client(watched).get("/loadtest/files/run.json")

    assert listed == {"run": "a", "files": [{"name": "run.json", "bytes": 20}]}
    assert (answer.status_code, answer.data) == (200, b'{"html": "<script>"}')
    assert answer.headers["Content-Disposition"] == "attachment; filename=20260101T000000Z-demo-run.json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("report.html", "text/html; charset=utf-8"),
        ("junit.xml", "application/xml"),
        ("series.csv", "text/csv; charset=utf-8"),
        ("summary.json", "application/json"),
        ("navigations.jsonl", "application/x-ndjson"),
        ("core.1234", "application/octet-stream"),
    ],
)
def test_a_file_comes_with_its_type_and_has_no_powers_here(
    watched: Watched, tmp_path: Path, name: str, content_type: str
) -> None:
    (tmp_path / name).write_text("<script>alert(1)</script>")
    watched.begin(StillRun(tmp_path))

    answer = client(watched).get(f"/loadtest/files/{name}")

    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == f"attachment; filename={tmp_path.name}-{name}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert not [rule for rule in policy if rule.startswith(("script-src", "sandbox allow", "connect-src"))]


def test_a_report_is_told_of_when_it_is_there_and_the_run_is_over(watched: Watched, tmp_path: Path) -> None:
    run = StillRun(tmp_path)
    watched.begin(run)
    (tmp_path / "report.html").write_text("of a run before")
    before = asked(watched, "/loadtest/live")["has_report"]
    run.state = "over"
    there = asked(watched, "/loadtest/live")["has_report"]
    (tmp_path / "report.html").unlink()

    assert (before, there, asked(watched, "/loadtest/live")["has_report"]) == (False, True, False)


def test_metrics_are_what_is_scraped_and_say_how_they_are_had() -> None:
    app = Flask(__name__)
    still = Watched(lambda: "", tell)
    app.register_blueprint(
        end_points(still, "", "", lambda view: view, lambda accept: (f"for {accept}\n".encode(), "text/x"))
    )
    answer = app.test_client().get("/loadtest/metrics", headers={"Accept": "text/plain"})
    without = client(still).get("/loadtest/metrics")

    assert (answer.status_code, answer.data, answer.headers["Content-Type"]) == (
        200,
        b"for text/plain\n",
        "text/x",
    )
    assert (without.status_code, without.data) == (
        404,
        b"start with --nav-prometheus 127.0.0.1:0 to have these\n",
    )


@pytest.mark.parametrize(
    "name",
    ["../secret", "..%2fsecret", "%2e%2e/secret", "..%5csecret", "%2fetc%2fpasswd", "link", "run.json%00"],
)
def test_nothing_beside_the_runs_files_is_handed_out(watched: Watched, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "link").symlink_to(tmp_path / "secret")
    watched.begin(StillRun(tmp_path / "run"))

    assert client(watched).get(f"/loadtest/files/{name}").status_code == 404


def test_a_script_comes_with_its_type_and_is_not_sent_twice(watched: Watched) -> None:
    first = client(watched).get("/loadtest/assets/tabs.js")
    second = client(watched).get("/loadtest/assets/tabs.js", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert first.headers["Cache-Control"] == "no-cache"
    assert (second.status_code, second.data) == (304, b"")
    assert (
        client(watched).get("/loadtest/assets/form.css").headers["Content-Type"] == "text/css; charset=utf-8"
    )


@pytest.mark.parametrize("name", ["..%2f__init__.py", "__init__.py", "missing.js", "../api.py"])
def test_no_other_file_of_the_package_is_an_asset(watched: Watched, name: str) -> None:
    assert client(watched).get(f"/loadtest/assets/{name}").status_code == 404


def test_the_plain_page_has_the_three_elements_below_its_base_path(watched: Watched) -> None:
    page = client(watched, "/base").get("/base/loadtest").text

    for name in ("loadtest-navigations", "loadtest-server", "loadtest-findings"):
        assert f"<{name}></{name}>" in page
    assert '<script type="module" src="/base/loadtest/assets/tabs.js"></script>' in page


def test_profiles_are_offered_with_what_they_do(watched: Watched) -> None:
    offered = {one["name"]: one for one in asked(watched, "/loadtest/profiles")}

    assert offered["demo"]["description"].startswith("A board of notes")
    assert offered["demo"]["text"].startswith("3 s, from 10 to 35 navigations a second, poisson; then 12 s")
    assert offered["demo"]["text"].endswith("At most 100 users at once.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/live"),
        ("POST", "/turn"),
        ("GET", "/files"),
        ("GET", "/files/run.json"),
        ("GET", "/metrics"),
        ("GET", "/profiles"),
        ("GET", "/assets/tabs.js"),
    ],
)
def test_every_end_point_asks_for_the_log_in(watched: Watched, method: str, path: str) -> None:
    app = Flask(__name__)
    app.register_blueprint(end_points(watched, "", "", _closed))

    assert app.test_client().open(f"/loadtest{path}", method=method).status_code == 401


def _closed(view: Any) -> Any:
    def closed(**_: object) -> None:
        abort(401)

    closed.__name__ = view.__name__
    return closed
