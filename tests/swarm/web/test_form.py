"""The start form, answered before Locust hears it; on a Flask app with end-points named as Locust's."""

from typing import Any

from flask import Flask, jsonify
from flask.testing import FlaskClient

from loadtest.errors import ProfileError
from loadtest.swarm.web.form import check_form


class Readiness:
    """Starts what has no mistakes."""

    form_fields = frozenset(("host", "nav_profile"))

    def __init__(self, *, is_busy: bool = False) -> None:
        self.is_busy = is_busy
        self.prepared: list[dict[str, str]] = []

    def prepare_form(self, form: Any) -> None:
        """Take a form down, or find two mistakes in it."""
        if form.get("nav_profile") == "bad":
            raise ProfileError(["bad: seed: -1 is below 0", "bad: users.max: 0 is below 1"])
        self.prepared.append(dict(form))


def client(starter: Readiness, base_path: str = "") -> FlaskClient:
    app = Flask(__name__)
    check_form(app, starter, base_path)

    @app.post(f"{base_path}/swarm")
    def swarm() -> Any:
        return jsonify({"success": True})

    @app.get("/stats/requests")
    def stats() -> Any:
        return jsonify({"state": "cleanup", "stats": []})

    return app.test_client()


def test_a_form_without_mistakes_is_prepared_and_goes_to_locust() -> None:
    starter = Readiness()

    answer = client(starter).post("/swarm", data={"host": "http://127.0.0.1:1", "nav_profile": "good"})

    assert answer.json == {"success": True}
    assert starter.prepared == [{"host": "http://127.0.0.1:1", "nav_profile": "good"}]


def test_all_mistakes_come_back_at_once_a_line_for_each() -> None:
    starter = Readiness()

    for base_path in ("", "/base"):
        answer = client(starter, base_path).post(f"{base_path}/swarm", data={"nav_profile": "bad"})

        assert answer.json == {
            "success": False,
            "message": "bad: seed: -1 is below 0\nbad: users.max: 0 is below 1",
        }
    assert starter.prepared == []


def test_a_field_that_the_form_does_not_have_is_refused() -> None:
    answer = client(Readiness()).post("/swarm", data={"nav_profile": "good", "allow_host": "x", "a": "b"})

    assert answer.json == {
        "success": False,
        "message": "not in this form: a, allow_host; options of the command line stay there",
    }


def test_a_second_run_waits_for_the_firsts_verdict() -> None:
    answer = client(Readiness(is_busy=True)).post("/swarm", data={"nav_profile": "good"})

    assert answer.json == {
        "success": False,
        "message": "a run is on; its verdict comes first (stop it, or wait for its quiet to end)",
    }


def test_locusts_page_goes_on_asking_through_the_clean_up() -> None:
    assert client(Readiness()).get("/stats/requests").json == {"state": "running", "stats": []}
