"""Apps for the tests of scripts: one of each kind of preset, with all that a script can do for it."""

import functools
import tomllib
from collections.abc import Mapping, Sequence

from loadtest.apps.preset import PRESETS
from loadtest.apps.table import AppTable
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.replay.script.script import Showing, Turn, write_script
from loadtest.replay.script.way import Way

__all__ = ["APPS", "HOST", "WAYS", "profile_of", "script_of", "table_of", "way"]

HOST = "http://127.0.0.1:8080"
STAGE = "\n[[stages]]\nduration_s = 1\nrate_per_s = 1\n"
APPS: Mapping[str, str] = {
    "nicegui": '[app]\npreset = "nicegui"\n',
    "chainlit": '[app]\npreset = "chainlit"\n',
    "reflex": '[app]\npreset = "reflex"\n',
    "reflex-by-event": '[app]\npreset = "reflex"\nhydrate = "event"\n',
    "plain": '[app]\npreset = "python-socketio"\n',
    "generic": """
[app]
preset = "generic"
namespaces = ["/", "/second"]
handshake = { event = "hello", data = { client_id = "$client_id" }, ack = true }
auth = { token = "$tab_id" }
query = { page = "of $document_id" }
extract = { client_id = { css = "body", attr = "data-client" } }
headers = { "X-Tenant" = "acme" }
cookies = { theme = "dark" }
""",
}
WAYS: Sequence[Way] = [
    Way("/", point.id, manner, transport) for point in POINTS.values() for transport, manner in point.ways()
] + [Way("/", "stay", Manner.WS_CLOSE, Transport.WEBSOCKET), Way("/", "stay", Manner.FIN, Transport.POLLING)]


def way(at: str, manner: str = "ws_close", transport: str = "websocket", dwell_s: float = 0.0) -> Way:
    """Return a way to leave the page ``/``."""
    return Way("/", at, Manner(manner), Transport(transport), dwell_s)


@functools.cache
def profile_of(app: str) -> Profile:
    """Return a profile with this text of ``[app]``."""
    return parse_profile(app + STAGE, name="board", source="board")


@functools.cache
def table_of(app: str) -> AppTable:
    """Return the app's keys."""
    profile = profile_of(app)
    return PRESETS[profile.app.preset].table.model_validate(tomllib.loads(profile.text)["app"])


def script_of(
    app: str,
    *ways: Way,
    expect: str = "KeyError in on_disconnect",
    row: Mapping[str, str] | None = None,
    host: str = HOST,
    tabs: Sequence[int] | None = None,
) -> str:
    """Return the script of visits, a second apart."""
    profile = profile_of(app)
    numbers = tabs or range(len(ways))
    turns = [Turn(float(place), tab, way) for place, (way, tab) in enumerate(zip(ways, numbers, strict=True))]
    showing = Showing(host=host, expect=expect, name="board-minimal.py", turns=turns, row=row or {})
    return write_script(profile, table_of(app), showing)
