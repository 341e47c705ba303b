"""What our tabs ask: the run as it goes, its knob, its files, and the scripts that draw them."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.errors import LoadtestError, UsageError
from loadtest.profile.model import Turn
from loadtest.profile.turns_table import TurnTable
from loadtest.swarm.knob import turn_of
from loadtest.swarm.web.assets import Asset, read_assets
from loadtest.swarm.web.files import content_type_of, list_files, open_file, read_blocks
from loadtest.swarm.web.offer import Offers
from loadtest.swarm.web.tabs import plain_page
from loadtest.swarm.web.watched import Watched

__all__ = ["Metrics", "end_points"]

_NO_POWERS = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_KNOB_KEYS = frozenset(("rate", "weights"))


Metrics = Callable[[str], tuple[bytes, str]]
"""Returns Prometheus' text, and its content type, for an ``Accept`` header."""


def end_points(
    watched: Watched,
    base_path: str,
    named_profile: str,
    login: Callable[..., Any],
    metrics: Metrics | None = None,
) -> Blueprint:
    """Return our end-points, all below ``/loadtest``.

    Args:
        named_profile: the profile that the command line names, or "".
        login: Locust's own decorator, which asks for the log-in where ``--web-login`` wants one.
        metrics: what Prometheus scrapes; None: it was not asked for.
    """
    room = Blueprint("loadtest", __name__, url_prefix=f"{base_path}/loadtest")
    assets, offers = read_assets(), Offers(named_profile)

    @room.get("", strict_slashes=False)
    @login
    def page() -> str:
        return plain_page(base_path)

    @room.get("/live")
    @login
    def live() -> Response:
        asked = request.args
        run_id, since = asked.get("run", ""), asked.get("since", 0, int)
        return _json(watched.live(run_id, since, asked.get("tick", -1.0, float)))

    @room.post("/turn")
    @login
    def turn() -> Response:
        try:
            wanted = _read_turn(request.get_json(force=True, silent=True))
            made = watched.turn(wanted.rate, wanted.weights)
        except LoadtestError as error:
            return _json({"success": False, "message": str(error)}, 400)
        return _json({"success": True, "turn": turn_of(made).to_json()})

    @room.get("/files")
    @login
    def files() -> Response:
        found = list_files(watched.folder) if watched.folder else ()
        listed = [{"name": file.name, "bytes": file.size_bytes} for file in found]
        return _json({"run": watched.run_id, "files": listed})

    @room.get("/files/<name>")
    @login
    def file(name: str) -> Response:
        return _file(watched.folder, name)

    @room.get("/profiles")
    @login
    def profiles() -> Response:
        return _json([asdict(offer) for offer in offers.all()])

    @room.get("/metrics")
    @login
    def scraped() -> Response:
        return _metrics(metrics)

    @room.get("/assets/<name>")
    @login
    def asset(name: str) -> Response:
        return _asset(assets.get(name))

    return room


def _file(folder: Path | None, name: str) -> Response:
    """Answer with a file of the run's folder, as a download.

    What an app under test has said is in it: a browser that shows it all the same gives it no origin, no
    script, and nothing to load (Content Security Policy 3, ``sandbox``).
    """
    try:
        if folder is None:
            raise FileNotFoundError(name)
        opened, size_bytes = open_file(folder, name)
    except FileNotFoundError:
        return Response("this run has no such file\n", 404, mimetype="text/plain")
    response = Response(read_blocks(opened, size_bytes), content_type=content_type_of(name))
    response.headers["Content-Security-Policy"] = _NO_POWERS
    response.headers.set("Content-Disposition", "attachment", filename=f"{folder.name}-{name}")
    response.content_length = size_bytes
    return _fresh(response)


def _metrics(metrics: Metrics | None) -> Response:
    """Answer with Prometheus' text."""
    if metrics is None:
        return Response("start with --nav-prometheus 127.0.0.1:0 to have these\n", 404, mimetype="text/plain")
    text, content_type = metrics(request.headers.get("Accept", ""))
    return _fresh(Response(text, content_type=content_type))


def _asset(found: Asset | None) -> Response:
    """Answer with a script or a style; it is asked for again each time, and mostly answered 304."""
    if found is None:
        return Response("there is no such asset\n", 404, mimetype="text/plain")
    response = Response(found.content, content_type=found.content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(found.etag)
    response.make_conditional(request)
    return response


def _json(data: Any, status: int = 200) -> Response:
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)  # not jsonify: in Locust's app it indents
    return _fresh(Response(text, status, mimetype="application/json"))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _read_turn(data: Any) -> Turn:
    """Read what the knob was turned to.

    Raises:
        UsageError: with all that is wrong with it.
    """
    if not isinstance(data, dict):
        raise UsageError('a turn is a JSON object such as {"rate": "x2"} or {"weights": [1, 3]}')
    if unknown := sorted(data.keys() - _KNOB_KEYS):
        raise UsageError(f"a turn has rate and weights; it has no {', '.join(map(str, unknown))}")
    try:
        return TurnTable.model_validate({"at_s": 0.0, **data}).build()
    except ValidationError as error:
        raise UsageError("\n".join(str(mistake) for mistake in mistakes_of(error))) from None
