"""Locust's web UI: its start form answers with our mistakes, and foreign pages are kept out."""

import json
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue

from loadtest.errors import LoadtestError

__all__ = ["Starter", "guard_form"]


class Starter(Protocol):
    """What can be started from the form."""

    @property
    def is_busy(self) -> bool:
        """Whether a run is on: from its start to its verdict."""

    @property
    def form_fields(self) -> frozenset[str]:
        """The fields that the form may hold."""

    def is_own_host(self, name: str) -> bool:
        """Whether this is a name of the machine that the UI listens on."""

    def prepare_form(self, form: Any) -> None:
        """Load and check what the form asks for."""


def guard_form(app: Flask, starter: Starter) -> None:
    """Check each request before Locust hears it; what is wrong with a form shows as an alert in it.

    A page of another origin may not start a test, nor may one whose name was rebound to this machine: the
    Host that is asked for must be this machine, or the address that the UI was told to listen on.
    """

    def before_request() -> ResponseReturnValue | None:
        host = urlsplit(f"//{request.host}").hostname or ""
        if not (starter.is_own_host(host)):
            return _forbid(f"{request.host} is not this machine")
        if request.method != "POST":
            return None
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            return _forbid(f"{origin} may not steer a test here")
        return _check_start(starter) if request.path.endswith("/swarm") else None

    app.before_request(before_request)
    app.after_request(_keep_polling)


def _keep_polling(response: Response) -> Response:
    """Call a test in clean-up a running one: seeing that word, Locust's page stops asking for good."""
    if request.path.endswith("/stats/requests") and b'"cleanup"' in response.data:
        data = response.get_json()
        if data["state"] == "cleanup":
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


def _forbid(why: str) -> Response:
    return Response(f"{why}\n", 403, mimetype="text/plain")


def _refuse(message: str) -> Response:
    return jsonify({"success": False, "message": message})
