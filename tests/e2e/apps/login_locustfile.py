"""A locustfile whose web UI wants a log-in; who asks for /enter is in."""

from typing import Any

from flask import redirect
from flask_login import login_user
from locust import events

from loadtest.swarm.own import PoolShape, register
from loadtest.swarm.user import BrowserTab

__all__ = ["BrowserTab", "PoolShape"]

register(events)


class Person:
    """The only one."""

    is_authenticated = True
    is_active = True

    def get_id(self) -> str:
        """Return what a session remembers of somebody."""
        return "somebody"


def enter() -> Any:
    """Let in whoever asks."""
    login_user(Person())
    return redirect("/")


def open_door(web_ui: Any, **_: object) -> None:
    """Listen to Locust's ``init``."""
    web_ui.app.secret_key = "for this test alone"
    web_ui.login_manager.user_loader(lambda _: Person())
    web_ui.app.add_url_rule("/enter", view_func=enter)


events.init.add_listener(open_door)
