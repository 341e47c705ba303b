"""Our part of Locust's web UI, put together."""

from collections.abc import Callable
from typing import Any, Protocol

from loadtest.swarm.web.api import Metrics, end_points
from loadtest.swarm.web.form import Starter, check_form
from loadtest.swarm.web.guard import guard
from loadtest.swarm.web.tabs import add_tabs
from loadtest.swarm.web.watched import Watched

__all__ = ["furnish"]


class _Options(Protocol):
    web_base_path: str
    nav_profile: str


def furnish(
    web_ui: Any,
    options: _Options,
    starter: Starter,
    watched: Watched,
    is_own_host: Callable[[str], bool],
    metrics: Metrics | None = None,
) -> None:
    """Put the guard, the form's checks, our tabs and their end-points into Locust's web UI.

    Call it before the UI begins to serve. The guard comes first: it hears each request before all others.
    """
    base_path = (options.web_base_path or "").rstrip("/")
    guard(web_ui.app, is_own_host, base_path)
    login = web_ui.auth_required_if_enabled
    check_form(web_ui.app, starter, base_path, login)
    web_ui.template_args["extended_tabs"] = add_tabs(web_ui.app, base_path)
    web_ui.app.register_blueprint(end_points(watched, base_path, options.nav_profile, login, metrics))
