"""A locustfile: Locust's own page with our tabs in it, which show a replayed run."""

import os
from typing import Any

from flask import Response, jsonify, request
from locust import User, constant, events, task

from tests.assets.replay import ASSETS, Replay, answer_live

_TABS = ("Navigations", "Server", "Findings")
_HEAD = '<script type="module" src="{base}/loadtest/assets/tabs.js"></script></head>'


class Idle(User):
    """Does nothing: what our tabs show has been recorded."""

    wait_time = constant(1)

    @task
    def idle(self) -> None:
        """Do nothing."""


@events.init.add_listener  # type: ignore[untyped-decorator]
def _furnish(environment: Any, **_: Any) -> None:
    app, base = environment.web_ui.app, environment.parsed_options.web_base_path or ""
    replay = Replay().until(float(os.environ["REPLAY_UNTIL_S"]))
    environment.web_ui.template_args["extended_tabs"] = [
        {"title": title, "key": f"loadtest-{title.lower()}", "component": f"loadtest-{title.lower()}"}
        for title in _TABS
    ]

    def put_in(response: Response) -> Response:
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            response.set_data(page.replace("</head>", _HEAD.format(base=base), 1))
        return response

    def live() -> Response:
        return jsonify(answer_live(replay, request.args))

    def files() -> Response:
        return jsonify({"run": replay.run_id, "files": []})

    def asset(name: str) -> Response:
        types = {"js": "text/javascript", "css": "text/css"}
        return Response((ASSETS / name).read_bytes(), content_type=types[name.rpartition(".")[2]])

    app.after_request(put_in)
    for rule, view in (("live", live), ("files", files), ("assets/<name>", asset)):
        app.add_url_rule(f"{base}/loadtest/{rule}", view_func=view)
