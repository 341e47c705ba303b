"""The preset nicegui: the handshake of every release, as Chromium sent it."""

import pytest

from loadtest.apps.nicegui import NiceguiApp, NiceguiTable, build_nicegui
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

CLIENT = "800bf824-9359-437e-8a88-6af488fc39a7"
TAB = "ecac0a4a-982f-4aba-87bf-8fbb63f15ddf"
NAVIGATION = "f7b8e4ab405a0812fe46003da91f4ff2"
DOCUMENT = "f7b8e4ab-405a-4812-8e46-003da91f4ff2"


CALLER = Caller(TAB, NAVIGATION)
VALUES = {"tab_id": TAB, "document_id": DOCUMENT, "navigation": NAVIGATION, "client_id": CLIENT}


def page(version: str, query: str, prefix: str = "") -> str:
    """Return the part of a page that matters, as the releases' templates render it."""
    return f"""<script type="module">
      const app = createApp(parseElements(String.raw`{{"0":{{"tag":"div","text":"query: {{}},"}}}}`), {{
        version: "{version}",
        prefix: "{prefix}",
        query: {query},
        extraHeaders: {{}},
        transports: ['websocket', 'polling'],
      }});
"""


@pytest.fixture(scope="module")
def app() -> NiceguiApp:
    return build_nicegui(NiceguiTable.model_validate({}))


OLD = f'"tab_id":"{TAB}","old_tab_id":null'
NEW = f'"document_id":"{DOCUMENT}",{OLD}'
NEW_QUERY = f"document_id={DOCUMENT}&tab_id={TAB}&old_tab_id=null"


@pytest.mark.parametrize(
    ("version", "query", "asked", "data"),
    [
        ("2.0.0", "", "", OLD),
        ("2.10.1", ", 'next_message_id': 0", "&next_message_id=0", f'{OLD},"next_message_id":0'),
        ("2.11.0", ", 'next_message_id': 0", "&next_message_id=0", f'{NEW},"next_message_id":0'),
        ("3.2.0", ", 'next_message_id': 12", "&next_message_id=12", f'{NEW},"next_message_id":12'),
        (
            "3.18.0",  # a page that was asked for with Sec-Purpose: prefetch
            ", 'next_message_id': 0, 'implicit_handshake': False",
            f"&next_message_id=0&implicit_handshake=false&{NEW_QUERY}",
            f'"next_message_id":0,"implicit_handshake":false,{NEW}',
        ),
    ],
    ids=["2.0.0", "2.10.1", "2.11.0", "3.2.0", "3.18.0 prefetched"],
)
def test_a_page_that_shakes_hands_by_an_event_emits_what_its_release_wants(
    app: NiceguiApp, version: str, query: str, asked: str, data: str
) -> None:
    body = page(version, f"{{'client_id': '{CLIENT}'{query}}}")

    assert app.open(body, CALLER) == Opening(
        HandshakeWay.EVENT,
        query=f"client_id={CLIENT}{asked}",
        connect="40",
        disconnect="41",
        handshake=Handshake(
            f'420["handshake",{{"client_id":"{CLIENT}",{data}}}]', ack_id=0, refusal="[false]"
        ),
        values=VALUES,
    )


def test_what_an_app_puts_into_the_query_itself_is_asked_for_but_not_emitted(app: NiceguiApp) -> None:
    opening = app.open(page("2.11.0", "{'room': 'a b', 'client_id': 'c', 'next_message_id': 0}"), CALLER)

    assert opening.query == "room=a%20b&client_id=c&next_message_id=0"
    assert opening.handshake is not None
    assert "room" not in opening.handshake.packet


@pytest.mark.parametrize("version", ["3.7.0", "3.18.0"])
def test_a_page_of_3_7_and_later_shakes_hands_inside_connect(app: NiceguiApp, version: str) -> None:
    query = "{'client_id': '" + CLIENT + "', 'next_message_id': 0, 'implicit_handshake': True}"

    assert app.open(page(version, query, prefix="/gui"), CALLER) == Opening(
        HandshakeWay.IN_CONNECT,
        query=(
            f"client_id={CLIENT}&next_message_id=0&implicit_handshake=true"
            f"&document_id={DOCUMENT}&tab_id={TAB}&old_tab_id=null"
        ),
        connect="40",
        disconnect="41",
        values=VALUES,
    )


def test_every_navigation_is_a_document_of_its_own(app: NiceguiApp) -> None:
    body = page("3.18.0", "{'client_id': 'a', 'implicit_handshake': True}")

    one, other = (app.open(body, Caller(TAB, f"00c0ffee00c0ffee{number:016x}")).query for number in (1, 2))

    assert "document_id=00c0ffee-00c0-4fee-8000-000000000001" in one
    assert "document_id=00c0ffee-00c0-4fee-8000-000000000002" in other


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<html>hello</html>", "not a page of NiceGUI 2 or 3"),
        (page("dev", "{'client_id': 'a'}"), "not a page of NiceGUI 2 or 3"),
        (page("2.11.0", "{'next_message_id': 0}"), "the page does not hold client_id"),
        (page("2.11.0", "{'client_id': window.id}"), "the page does not hold client_id"),
        (page("2.11.0", "{'client_id': 'a}"), "the page does not hold client_id"),
    ],
    ids=["another app", "no release", "no client", "an expression", "cut"],
)
def test_another_page_is_told(app: NiceguiApp, body: str, error: str) -> None:
    with pytest.raises(ExtractionError, match=f"^{error}$"):
        app.open(body, CALLER)


def test_the_preset_knows_path_and_clean_up_of_nicegui(app: NiceguiApp) -> None:
    assert (app.preset, app.access.socket_path, app.access.quiet_s) == (
        "nicegui",
        "/_nicegui_ws/socket.io/",
        10.0,
    )


def test_a_profile_may_say_otherwise() -> None:
    keys = {"preset": "nicegui", "pages": ["/a"], "socket_path": "/x", "quiet_s": 70, "headers": {"a": "b"}}

    app = build_nicegui(NiceguiTable.model_validate(keys))

    access = app.access
    assert (access.pages, access.socket_path) == ((("/a", 1.0),), "/x/")
    assert (access.quiet_s, access.headers) == (70.0, {"a": "b"})
