"""Keeps foreign pages out of the web UI: no other origin may read a run, let alone steer it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, request

__all__ = ["guard"]

_STEERING = ("/swarm", "/stop", "/stats/reset", "/user")
"""Locust's own end-points that change something; in older versions some of them answer to GET."""


def guard(app: Flask, is_own_host: Callable[[str], bool], base_path: str) -> None:
    """Answer 403, whatever the method, to whom another page has sent.

    A page of another origin shows itself by ``Origin``, or, in a plain GET, by ``Sec-Fetch-Site`` (Fetch
    Metadata Request Headers, W3C). One whose name was rebound to this machine is of the same origin for its
    browser: there the ``Host`` that is asked for is not this machine. Who follows a link from elsewhere
    is let in to a page to look at, but to nothing that acts or hands data out.

    Args:
        is_own_host: whether this is a name of the machine that the UI listens on.
        base_path: Locust's ``--web-base-path``, or "".
    """

    def before_request() -> Response | None:
        host = urlsplit(f"//{request.host}").hostname
        if not host or not is_own_host(host):  # Flask knows none where a name has a character such as _
            return _forbid(f"{request.headers.get('Host', '')} is not this machine")
        origin = request.headers.get("Origin")
        if origin is not None:
            return None if _netloc(origin) == request.host else _forbid(f"{origin} has no part in this")
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site in ("same-origin", "none") or _is_link_to_page(base_path):
            return None
        return _forbid("another site's page has no part in this")

    app.before_request(before_request)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # as of http://[
        return ""


def _is_link_to_page(base_path: str) -> bool:
    """Whether a person followed a link to a page that only shows itself."""
    path = request.path.removeprefix(base_path)
    return (
        request.method == "GET"
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
        and path not in _STEERING
        and not path.startswith("/loadtest/")
    )


def _forbid(why: str) -> Response:
    return Response(f"{why}\n", 403, mimetype="text/plain")
