"""Locust's web UI: its start form answers with our mistakes, and foreign pages are kept out."""

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

    def prepare_form(self, form: Any) -> None:
        """Load and check what the form asks for."""


def guard_form(app: Flask, starter: Starter) -> None:
    """Check each ``POST /swarm`` before Locust hears it; what is wrong shows as an alert in the form."""

    def before_request() -> ResponseReturnValue | None:
        if request.method != "POST" or not request.path.endswith("/swarm"):
            return None
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            return Response(f"{origin} may not start a test here\n", 403, mimetype="text/plain")
        if starter.is_busy:
            return _refuse("a run is on; its verdict comes first (stop it, or wait for its quiet to end)")
        try:
            starter.prepare_form(request.form)
        except LoadtestError as error:
            return _refuse(str(error))
        return None

    app.before_request(before_request)


def _refuse(message: str) -> Response:
    return jsonify({"success": False, "message": message})
