"""Our script in Locust's page, and in no other answer."""

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from loadtest.swarm.web.tabs import add_tabs

PAGE = "<html><head><title>Locust</title></head><body></head></body></html>"


def client(base_path: str) -> FlaskClient:
    app = Flask(__name__)
    add_tabs(app, base_path)

    @app.get(f"{base_path}/")
    def index() -> str:
        return PAGE

    @app.get(f"{base_path}/login")
    def login() -> str:
        return PAGE

    @app.get(f"{base_path}/stats/requests")
    def stats() -> Response:
        return Response(PAGE, mimetype="application/json")

    return app.test_client()


@pytest.mark.parametrize("base_path", ["", "/base"])
def test_the_scripts_are_in_the_head_of_the_page_once(base_path: str) -> None:
    text = client(base_path).get(f"{base_path}/").text
    head, _, rest = text.partition("</head>")

    assert head.count(f'<script type="module" src="{base_path}/loadtest/assets/tabs.js"></script>') == 1
    assert head.count(f'<script src="{base_path}/loadtest/assets/form.js"></script>') == 1
    assert "<script" not in rest


@pytest.mark.parametrize("path", ["/login", "/stats/requests"])
def test_other_answers_stay_as_they_are(path: str) -> None:
    assert client("").get(path).text == PAGE


def test_the_three_tabs_are_named_as_their_elements() -> None:
    tabs = add_tabs(Flask(__name__), "")

    assert [(tab["title"], tab["component"]) for tab in tabs] == [
        ("Navigations", "loadtest-navigations"),
        ("Server", "loadtest-server"),
        ("Findings", "loadtest-findings"),
    ]
