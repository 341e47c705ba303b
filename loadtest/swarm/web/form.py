"""Locust's start form, answered with our mistakes: what is wrong shows as an alert in it."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, Response, jsonify, request
from gevent.lock import BoundedSemaphore

from loadtest.errors import LoadtestError

__all__ = ["Starter", "check_form"]


class Starter(Protocol):
    """What can be started from the form."""

    @property
    def is_busy(self) -> bool:
        """Whether a run is on: until its verdict is there and its users are gone."""

    @property
    def form_fields(self) -> frozenset[str]:
        """The fields that the form may hold."""

    def prepare_form(self, form: Any) -> None:
        """Load and check what the form asks for."""


def check_form(app: Flask, starter: Starter, base_path: str, login: Callable[..., Any]) -> None:
    """Check what the form asks for before Locust hears it; nothing is sent when it has mistakes.

    Args:
        login: Locust's own decorator: who has not logged in, where that is asked for, has nothing looked at.
    """

    door = BoundedSemaphore()

    @login
    def check() -> Response | None:
        if not door.acquire(blocking=False):  # finding an app out takes seconds, in which others are heard
            return _refuse("another start is being looked at; wait for it")
        try:
            return _check_start(starter)
        finally:
            door.release()

    def before_request() -> Any:
        is_start = request.method == "POST" and request.path == f"{base_path}/swarm"
        return check() if is_start else None

    app.jinja_env.policies["json.dumps_kwargs"] = {
        "sort_keys": False
    }  # the fields in the options' own order: the profile first
    app.before_request(before_request)
    app.after_request(_keep_polling)


def _keep_polling(response: Response) -> Response:
    """Call a test that comes to its end a running one: at any other word Locust's page stops asking for good.

    A master says ``stopping`` until its workers have stopped, and each runner ``cleanup`` before it stops.
    """
    if request.path.endswith("/stats/requests") and response.is_json:
        data = response.get_json()
        if data.get("state") in ("cleanup", "stopping"):
            response.set_data(json.dumps({**data, "state": "running"}))
    return response


def _check_start(starter: Starter) -> Response | None:
    if starter.is_busy:
        return _refuse("a run is on; its verdict comes first (stop it, or wait for its quiet to end)")
    unknown = sorted(request.form.keys() - starter.form_fields)
    if unknown:
        return _refuse(f"not in this form: {', '.join(unknown)}; options of the command line stay there")
    try:
        starter.prepare_form(request.form)
    except LoadtestError as error:
        return _refuse(str(error))
    return None


def _refuse(message: str) -> Response:
    return jsonify({"success": False, "message": message})
