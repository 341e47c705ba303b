"""Who may ask what of the web UI: the guard before end-points named as Locust's and ours are."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from loadtest.swarm.web.guard import guard

HOST = "127.0.0.1:8089"
ACTING = ("/swarm", "/stop", "/stats/reset", "/user")
HANDING_OUT = ("/loadtest/live", "/loadtest/files", "/loadtest/files/run.json", "/loadtest/profiles")
OWN = (*HANDING_OUT, "/loadtest/turn", "/loadtest/assets/tabs.js")
READING = ("/", "/loadtest", "/stats/requests", "/exceptions", "/logs")
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")
FOREIGN = (
    "https://example.org",
    "http://127.0.0.1:3000",
    "http://127.0.0.1",
    "http://localhost:8089",
    "http://[",
    "null",
    "",
)
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def client(base_path: str = "") -> FlaskClient:
    app = Flask(__name__)
    guard(app, lambda name: name in ("127.0.0.1", "localhost", ""), base_path)  # "": --web-host's default

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])
    def answer(path: str) -> str:
        return f"here is {path}"

    return app.test_client()


def status(path: str, method: str = "GET", base_path: str = "", **headers: str) -> int:
    sent = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client(base_path).open(path, method=method, headers=sent).status_code


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", [*ACTING, *OWN, *READING])
def test_a_page_of_another_origin_is_refused_whatever_it_asks(method: str, path: str) -> None:
    assert {origin: status(path, method, Origin=origin) for origin in FOREIGN} == dict.fromkeys(FOREIGN, 403)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", [*ACTING, *OWN, *READING])
def test_a_name_that_was_rebound_to_this_machine_is_refused(method: str, path: str) -> None:
    for host in (
        "example.org",
        "rebound.example.org:8089",
        "127.0.0.1.example.org:8089",
        "re_bound.example.org:8089",
    ):
        assert status(path, method, Host=host) == 403
        assert status(path, method, Host=host, Origin=f"http://{host}") == 403


@pytest.mark.parametrize("path", [*ACTING, *OWN, *READING])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_get_that_another_sites_page_makes_is_refused_without_an_origin_too(path: str, site: str) -> None:
    assert status(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image") == 403
    assert status(path, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe") == 403


@pytest.mark.parametrize("path", [*ACTING, *OWN])
def test_a_link_from_elsewhere_acts_on_nothing_and_hands_nothing_out(path: str) -> None:
    assert status(path, **{name.replace("-", "_"): value for name, value in LINK.items()}) == 403
    in_base = f"/base{path}"
    assert status(in_base, base_path="/base", **{n.replace("-", "_"): v for n, v in LINK.items()}) == 403


@pytest.mark.parametrize("path", ["/", "/loadtest", "/login"])
def test_a_link_from_elsewhere_leads_to_a_page(path: str) -> None:
    assert status(path, **{name.replace("-", "_"): value for name, value in LINK.items()}) == 200


@pytest.mark.parametrize("path", [*ACTING, *OWN, *READING])
def test_the_uis_own_page_and_a_command_line_are_heard(path: str) -> None:
    assert status(path, Origin=f"http://{HOST}", Sec_Fetch_Site="same-origin") == 200
    assert status(path, "POST", Origin=f"http://{HOST}", Sec_Fetch_Site="same-origin") == 200
    assert status(path, Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors", Sec_Fetch_Dest="empty") == 200
    assert status(path, Sec_Fetch_Site="none", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document") == 200
    assert status(path) == 200
    assert status(path, "POST") == 200
    assert status(path, Host="localhost:8089", Origin="http://localhost:8089") == 200
