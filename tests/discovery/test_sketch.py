"""What a finding means for a profile."""

import pytest

from loadtest.apps.auto import AUTO
from loadtest.apps.preset import PRESETS
from loadtest.discovery.engine import Engine, Family
from loadtest.discovery.finding import Finding, Page, preset_of
from loadtest.discovery.hints import Emit, Hints
from loadtest.discovery.signatures import SIGNATURES, Match, by_engine, by_page
from loadtest.discovery.sketch import app_keys, is_complete, sketch
from loadtest.discovery.values import PageValue
from loadtest.navigation.packet import Open
from loadtest.navigation.point import Transport

PAGE = Page("/", "", is_there=True, server="uvicorn", final_path="/")
ENGINE = Engine("/socket.io/", (Transport.WEBSOCKET, Transport.POLLING), Open("x", 25, 20), Family.PYTHON, "")
VISITOR = PageValue("visitor", "4d748c7d", 'data-visitor="([^"]+)"')
TOKEN = PageValue("token", "18eda375", 'token = "([^"]+)"')


def found(
    *,
    page: Page = PAGE,
    engine: Engine = ENGINE,
    match: Match | None = None,
    namespaces: tuple[str, ...] = ("/",),
    hints: Hints = Hints(),  # noqa: B008  # frozen
    values: tuple[PageValue, ...] = (),
) -> Finding:
    return Finding("http://127.0.0.1:8080", page, engine, match, namespaces, (), hints, values)


def test_an_app_of_no_known_framework_is_generic() -> None:
    assert app_keys(found()) == {"preset": "generic", "pages": ["/"]}


def test_what_differs_from_the_presets_own_is_written() -> None:
    engine = Engine("/ws/", (Transport.POLLING,), ENGINE.open, Family.OTHER, "")

    assert app_keys(found(engine=engine, namespaces=("/a", "/b"))) == {
        "preset": "generic",
        "pages": ["/"],
        "socket_path": "/ws/",
        "namespaces": ["/a", "/b"],
        "transports": ["polling"],
    }


def test_nicegui_needs_its_preset_alone() -> None:
    match = by_page("/_nicegui/2.11.0/")
    engine = Engine("/_nicegui_ws/socket.io/", ENGINE.transports, ENGINE.open, Family.PYTHON, "")
    finding = found(engine=engine, match=match)

    assert app_keys(finding) == {"preset": "nicegui", "pages": ["/"]}
    assert is_complete(finding)
    assert sketch(finding).advice == ()


def test_a_page_that_is_not_there_is_left_to_the_preset() -> None:
    page = Page("/", "", is_there=False, server="", final_path="/")

    assert "pages" not in app_keys(found(page=page))


def test_every_framework_that_is_told_has_a_preset() -> None:
    assert {row.preset for row in SIGNATURES} <= PRESETS.keys() - {AUTO, "generic"}
    assert preset_of(None) == "generic"


def test_a_stock_app_has_its_presets_transports_while_its_server_offers_them() -> None:
    match = by_engine(ENGINE, "")
    client = Hints(has_client=True)
    one = Engine("/socket.io/", (Transport.WEBSOCKET,), ENGINE.open, Family.PYTHON, "")

    assert app_keys(found(match=match, hints=client)) == {"preset": "python-socketio", "pages": ["/"]}
    assert app_keys(found(match=match, hints=client, engine=one))["transports"] == ["websocket"]


@pytest.mark.parametrize(
    ("emit", "values", "lines"),
    [
        (
            Emit("join", ("visitor",), True),
            (TOKEN, VISITOR),
            [
                """    extract = { visitor = { regex = 'data-visitor="([^"]+)"' } }""",
                '    handshake = { event = "join", data = { visitor = "$visitor" }, ack = true }',
            ],
        ),
        (
            Emit("join", ("client_id",), False),
            (VISITOR,),
            [
                """    extract = { visitor = { regex = 'data-visitor="([^"]+)"' } }""",
                '    handshake = { event = "join", data = { client_id = "$visitor" }, ack = true }',
            ],
        ),
        (Emit("hello", (), False), (), ['    handshake = { event = "hello", ack = true }']),
        (
            None,
            (TOKEN,),
            [
                """    extract = { token = { regex = 'token = "([^"]+)"' } }""",
                '    handshake = { event = "join", data = { token = "$token" }, ack = true }',
            ],
        ),
        (
            None,
            (),
            [
                """    extract = { client_id = { regex = 'data-client-id="([^"]+)"' } }""",
                '    handshake = { event = "join", data = { client_id = "$client_id" }, ack = true }',
            ],
        ),
    ],
    ids=["named alike", "one of each", "no argument", "a value alone", "nothing"],
)
def test_the_handshake_is_for_the_user_to_fill_in_by_an_example(
    emit: Emit | None, values: tuple[PageValue, ...], lines: list[str]
) -> None:
    advice = sketch(found(hints=Hints(emit=emit), values=values)).advice

    assert advice[0].startswith("HANDSHAKE: many apps emit an event right after CONNECT")
    assert ("(a guess)" in advice[0]) == bool(emit or values)
    assert list(advice[1:-2]) == lines
    assert advice[-2].startswith("    # ack asks the app to acknowledge it. If it does not: answer =")
    assert advice[-1].startswith("    # With neither, the time that a handshake takes")
