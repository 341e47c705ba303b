"""What a real Locust's web UI refuses: foreign pages, and who has not logged in."""

import http.client
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.e2e.harness import Served, free_port, served

pytestmark = pytest.mark.slow

OURS = ("/live", "/turn", "/files", "/files/run.json", "/metrics", "/profiles", "/assets/tabs.js", "")
LOCUSTS = ("/swarm", "/stop", "/stats/reset")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: str
    cookie: str


def ask(ui: Served, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
    """Send one request, with exactly these headers."""
    port = int(ui.url.rsplit(":", 1)[1])
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        return Answer(
            answer.status, answer.getheader("Location", ""), text, answer.getheader("Set-Cookie", "")
        )
    finally:
        connection.close()


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The web UI below a path of its own."""
    folder, port = tmp_path_factory.mktemp("ui"), free_port()
    command = [
        *(sys.executable, "-m", "locust", "-f", str(Path(__file__).parents[2] / "locustfile.py")),
        *("--web-host", "127.0.0.1", "--web-port", str(port), "--web-base-path", "/base"),
    ]
    with served(command, port, folder / "ui.log", cwd=folder) as ui:
        yield ui


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", [*LOCUSTS, *(f"/loadtest{path}" for path in OURS)])
def test_a_foreign_page_is_refused_by_every_end_point(ui: Served, path: str, method: str) -> None:
    form = urlencode({"nav_profile": "demo", "host": "http://127.0.0.1:1"})
    body = form if method in ("POST", "PUT") else None

    for headers in (
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Host": "example.org"},
        {"Host": "example.org", "Origin": "http://example.org"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
    ):
        assert ask(ui, f"/base{path}", method, body, **headers).status == 403, headers

    state = json.loads(ask(ui, "/base/stats/requests").body)["state"]
    assert state == "ready"


def test_the_page_itself_is_served_below_its_path(ui: Served) -> None:
    index = ask(ui, "/base/").body

    assert '<script type="module" src="/base/loadtest/assets/tabs.js"></script>' in index
    assert ask(ui, "/base/loadtest/assets/tabs.js").status == 200
    assert json.loads(ask(ui, "/base/loadtest/live").body)["state"] == "idle"
    assert "<loadtest-navigations>" in ask(ui, "/base/loadtest").body
    args = json.loads(index.split("window.templateArgs = ")[1].split("\n")[0])
    assert [tab["title"] for tab in args["extended_tabs"]] == ["Navigations", "Server", "Findings"]
    assert next(iter(args["extra_options"])) == "nav_profile"


def test_where_locust_wants_a_log_in_ours_do_too(tmp_path: Path) -> None:
    port = free_port()
    app = Path(__file__).parent / "apps" / "login_locustfile.py"
    command = [
        *(sys.executable, "-m", "locust", "-f", str(app), "--web-login"),
        *("--web-host", "127.0.0.1", "--web-port", str(port)),
    ]
    with served(command, port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        shut = {path: ask(ui, f"/loadtest{path}") for path in OURS if path != "/turn"}
        turn = ask(ui, "/loadtest/turn", "POST", '{"rate": 5}')
        start = ask(ui, "/swarm", "POST", urlencode({"nav_profile": "demo", "host": "http://example.org"}))
        cookie = ask(ui, "/enter").cookie.split(";")[0]
        live = ask(ui, "/loadtest/live", Cookie=cookie)
        turn_inside = ask(ui, "/loadtest/turn", "POST", '{"rate": 5}', Cookie=cookie)

    assert {path: answer.status for path, answer in shut.items()} == dict.fromkeys(shut, 302)
    assert all(answer.location.startswith("/login") for answer in [*shut.values(), turn, start])
    assert (live.status, json.loads(live.body)["state"]) == (200, "idle")
    assert (turn_inside.status, json.loads(turn_inside.body)["success"]) == (400, False)
