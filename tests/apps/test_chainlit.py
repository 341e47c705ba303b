"""The preset chainlit: what a page load sends, as Chromium sent it to Chainlit 2.12.0."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.chainlit import ChainlitApp, ChainlitTable, build_chainlit
from loadtest.apps.mistake import mistakes_of
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

TAB = "ecac0a4a-982f-4aba-87bf-8fbb63f15ddf"
NAVIGATION = "89b469538249065d0caf76dd10628d83"
CALLER = Caller(TAB, NAVIGATION)
SESSION = "89b46953-8249-465d-8caf-76dd10628d83"
PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <title>Assistant</title>
    <link rel="icon" href="/favicon" />
    <meta property="og:url" content="https://github.com/Chainlit/chainlit">
    <meta property="og:root_path" content="">
    <script>
undefined
undefined
</script>
    <script type="module" crossorigin src="/assets/index-B2u6IBgX.js"></script>
  </head>
  <body>
    <div id="root"></div>
  </body>
</html>
"""


def app_of(**keys: Any) -> ChainlitApp:
    return build_chainlit(ChainlitTable.model_validate(keys))


def test_every_page_load_begins_a_session_and_starts_its_chat() -> None:
    assert app_of().open(PAGE, CALLER) == Opening(
        HandshakeWay.EVENT,
        connect=(
            f'40{{"clientType":"webapp","sessionId":"{SESSION}","threadId":"",'
            '"userEnv":"{}","chatProfile":""}'
        ),
        disconnect="41",
        handshake=Handshake('42["connection_successful"]', answer="clear_call_fn"),
        values={"tab_id": TAB, "document_id": SESSION, "navigation": NAVIGATION, "session_id": SESSION},
    )


def test_a_reload_in_the_same_tab_is_another_session() -> None:
    one, other = (
        app_of().open(PAGE, Caller(TAB, f"00c0ffee00c0ffee{number:016x}")).connect for number in (1, 2)
    )

    assert '"sessionId":"00c0ffee-00c0-4fee-8000-000000000001"' in one
    assert '"sessionId":"00c0ffee-00c0-4fee-8000-000000000002"' in other


def test_what_a_page_has_chosen_goes_along_as_its_javascript_writes_it() -> None:
    app = app_of(chat_profile="GPT 4 & co", user_env={"KEY": '$session "é"'}, answer="new_message")

    opening = app.open(PAGE, CALLER)

    assert '"userEnv":"{\\"KEY\\":\\"$session' in opening.connect
    assert opening.connect.endswith('"chatProfile":"GPT%204%20%26%20co"}')
    assert opening.handshake == Handshake('42["connection_successful"]', answer="new_message")


def test_the_preset_knows_chainlits_path_and_transports() -> None:
    assert app_of().access.transports == ("upgrade", "websocket")
    assert (app_of().preset, app_of().access.socket_path, app_of().access.quiet_s) == (
        "chainlit",
        "/ws/socket.io/",
        0.0,
    )


def test_a_profile_may_say_otherwise() -> None:
    app = app_of(pages=["/chat/"], socket_path="/chat/ws/socket.io", quiet_s=5, headers={"a": "b"})

    assert (app.access.pages, app.access.socket_path) == ((("/chat/", 1.0),), "/chat/ws/socket.io/")
    assert (app.access.quiet_s, app.access.headers) == (5.0, {"a": "b"})


def test_another_page_is_told() -> None:
    with pytest.raises(ExtractionError, match=r"^not a page of Chainlit$"):
        app_of().open("<html>hello</html>", CALLER)


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        ({"user_env": 5}, ['user_env: 5 is not a table, such as { API_KEY = "…" }']),
        ({"user_env": {"KEY": 5}}, ["user_env.KEY: 5 is not a string"]),
        ({"chat_profile": 5}, ["chat_profile: 5 is not a string"]),
        ({"auth": {}}, None),
    ],
)
def test_a_wrong_key_is_told(keys: dict[str, Any], mistakes: list[str] | None) -> None:
    with pytest.raises(ValidationError) as caught:
        ChainlitTable.model_validate(keys)

    if mistakes is not None:
        assert [str(mistake) for mistake in mistakes_of(caught.value)] == mistakes
