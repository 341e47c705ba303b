"""How each framework is told: one row for each, the surest first."""

import re
from dataclasses import dataclass

from loadtest.discovery.engine import Engine, Family

__all__ = ["SIGNATURES", "Match", "Signature", "by_engine", "by_page"]


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells a framework; all that a row names must be there."""

    framework: str
    preset: str
    """The preset that serves it."""
    by: str
    """What it is told by, in words."""
    is_sure: bool
    page: re.Pattern[str] | None = None
    """Found in the page; its groups may be ``version`` and ``prefix`` (of the app's paths)."""
    socket_paths: tuple[str, ...] = ()
    """Where its sockets are; ``{prefix}`` is the page's."""
    family: Family | None = None
    """Whose Engine.IO answers."""
    server: re.Pattern[str] | None = None
    """Found in what the server says that it is."""
    namespaces: tuple[str, ...] = ("/",)
    is_complete: bool = False
    """Whether the preset knows namespaces and handshake, so that nothing needs to be tried."""
    note: str = ""
    """What cannot be told from outside, and is for the user to say."""


@dataclass(frozen=True, slots=True)
class Match:
    """A framework that was recognised."""

    signature: Signature
    version: str | None = None
    socket_paths: tuple[str, ...] = ()


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        framework="NiceGUI",
        preset="nicegui",
        by="its page's addresses",
        is_sure=True,
        page=re.compile(r"(?P<prefix>(?:/[\w.~%-]{1,80}){0,5})/_nicegui/(?P<version>\d[\w.+-]{0,40})/"),
        socket_paths=("{prefix}/_nicegui_ws/socket.io/",),
        is_complete=True,
    ),
    Signature(
        framework="Chainlit",
        preset="chainlit",
        by="its page's head",
        is_sure=True,
        page=re.compile(r'<meta property="og:root_path" content="(?P<prefix>[\w./~%-]{0,200})"'),
        socket_paths=("{prefix}/ws/socket.io/", "/ws/socket.io/"),
        is_complete=True,
        note='an app that greets is better waited for with answer = "new_message" under [app]',
    ),
    Signature(
        framework="Reflex",
        preset="reflex",
        by="its socket's path",
        is_sure=True,
        socket_paths=("/_event/",),
        family=Family.PYTHON,
        namespaces=("/_event",),
        is_complete=True,
        note='Reflex 0.9.13 and before want hydrate = "event" under [app]',
    ),
    Signature(
        framework="Flask-SocketIO",
        preset="flask-socketio",
        by="its server, Werkzeug under python-engineio",
        is_sure=False,
        family=Family.PYTHON,
        server=re.compile("Werkzeug"),
    ),
    Signature(
        framework="python-socketio",
        preset="python-socketio",
        by="its open packet",
        is_sure=True,
        family=Family.PYTHON,
    ),
    Signature(
        framework="Socket.IO for Node",
        preset="socketio-node",
        by="its page's server, Express",
        is_sure=True,
        family=Family.NODE,
        server=re.compile("Express"),
    ),
    Signature(
        framework="Socket.IO for Node",
        preset="socketio-node",
        by="its open packet",
        is_sure=False,
        family=Family.NODE,
    ),
)
"""Every framework that is recognised. A new preset is a new row here."""


def by_page(page: str) -> Match | None:
    """Return the framework that a page's text tells."""
    for row in SIGNATURES:
        if row.page is not None and (found := row.page.search(page)):
            groups = found.groupdict("")
            paths = tuple(
                path.format(prefix=groups.get("prefix", "").rstrip("/")) for path in row.socket_paths
            )
            return Match(row, groups.get("version") or None, paths)
    return None


def by_engine(engine: Engine, page_server: str) -> Match | None:
    """Return the framework that a server tells, by its socket's path and by how it answers.

    Args:
        page_server: what the page's answer says that its server is.
    """
    said = f"{page_server} {engine.server}"
    for row in SIGNATURES:
        if row.page is not None:
            continue
        if row.socket_paths and engine.socket_path not in row.socket_paths:
            continue
        if row.family not in (None, engine.family) or (row.server and not row.server.search(said)):
            continue
        return Match(row, None, row.socket_paths)
    return None
