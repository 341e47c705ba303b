"""The start form, answered before Locust hears it; on a Flask app with end-points named as Locust's."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, jsonify, redirect
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


def let_in(view: Callable[..., Any]) -> Callable[..., Any]:
    return view


def shut_out(_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda: redirect("/login")


def client(
    starter: Readiness, base_path: str = "", state: str = "ready", login: Callable[..., Any] = let_in
) -> FlaskClient:
    app = Flask(__name__)
    check_form(app, starter, base_path, login)

    @app.post(f"{base_path}/swarm")
    def swarm() -> Any:
        return jsonify({"success": True})

    @app.get("/stats/requests")
    def stats() -> Any:
        return jsonify({"state": state, "stats": []})

    return app.test_client()


def test_a_form_without_mistakes_is_prepared_and_goes_to_locust() -> None:
    starter = Readiness()

    answer = client(starter).post("/swarm", data={"host": "http://127.0.0.1:1", "nav_profile": "good"})

    assert answer.json == {"success": True}
    assert starter.prepared == [{"host": "http://127.0.0.1:1", "nav_profile": "good"}]


def test_the_form_of_whoever_has_not_logged_in_is_not_looked_at() -> None:
    starter = Readiness()

    for profile in ("good", "bad"):
        answer = client(starter, login=shut_out).post("/swarm", data={"nav_profile": profile})

        assert (answer.status_code, answer.location) == (302, "/login")
    assert starter.prepared == []


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


def test_a_start_that_comes_while_another_is_looked_at_changes_nothing() -> None:
    class Slow(Readiness):
        def prepare_form(self, form: Any) -> None:
            super().prepare_form(form)
            if form["nav_profile"] == "first":
                told.append(page.post("/swarm", data={"nav_profile": "second"}).json)

    told: list[Any] = []
    starter = Slow()
    page = client(starter)

    assert page.post("/swarm", data={"nav_profile": "first"}).json == {"success": True}

    assert told == [{"success": False, "message": "another start is being looked at; wait for it"}]
    assert starter.prepared == [{"nav_profile": "first"}]
    assert page.post("/swarm", data={"nav_profile": "third"}).json == {"success": True}


@pytest.mark.parametrize(
    ("state", "told"),
    [("stopping", "running"), ("cleanup", "running"), ("stopped", "stopped"), ("spawning", "spawning")],
)
def test_locusts_page_goes_on_asking_until_a_test_has_stopped(state: str, told: str) -> None:
    answer = client(Readiness(), state=state).get("/stats/requests")

    assert answer.json == {"state": told, "stats": []}
