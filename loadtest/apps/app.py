"""An app under test as a run sees it: its pages, and how a page of it opens its socket."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from loadtest.navigation.act import Act
from loadtest.navigation.draw import Stream, choose, uniform
from loadtest.navigation.opening import Caller, Opening
from loadtest.navigation.point import Manner, Transport

__all__ = ["Access", "App", "Login", "Tls", "page_for"]


@dataclass(frozen=True, slots=True)
class Tls:
    """How an ``https`` app's certificate is judged."""

    ca: str | None = None
    """PEM text of the authorities to trust instead of the system's."""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Login:
    """What a tab posts once, before its first page; the cookies of the answer are the tab's."""

    path: str
    form: Mapping[str, str] | None = None
    json: Any = None
    """Given when ``form`` is not. Strings in either may name the tab's row of ``data`` as ``$column``."""


@dataclass(frozen=True, slots=True)
class Access:
    """How visitors come into an app, whatever its preset: where it is, and what they bring along."""

    pages: Sequence[tuple[str, float]] = (("/", 1.0),)
    """The pages that are visited: (path with query, weight)."""
    socket_path: str = "/socket.io/"
    """Path of the Socket.IO server, with a slash at both ends."""
    transports: Sequence[Transport] = (Transport.WEBSOCKET,)
    """How its pages open their sockets; where a departure names none, these take turns."""
    quiet_s: float = 0.0
    """How long the app's own clean-up takes after the last visitor; 0: only ping times count."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """HTTP headers that the page's and the socket's requests carry beyond the usual ones."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    """Cookies that every tab has from the start; values may name the tab's row as ``$column``."""
    login: Login | None = None
    tls: Tls = Tls()  # frozen
    rows: Sequence[Mapping[str, str]] = ()
    """The rows of the ``data`` file, one for each tab in turn."""
    steps: Sequence[Act] = ()
    """What a page does after its handshake."""
    farewell: Manner = Manner.WS_CLOSE
    """How a page leaves when its visitor goes: most just lose the socket, some say goodbye first."""


class App(Protocol):
    """What a preset makes of a profile's ``[app]``; immutable, shared by all visits of a run."""

    @property
    def preset(self) -> str:
        """The preset's name."""

    @property
    def access(self) -> Access:
        """How visitors come in."""

    @property
    def namespaces(self) -> Sequence[str]:
        """The namespaces that a page enters; the first has the handshake."""

    def open(self, body: str, caller: Caller) -> Opening:
        """Return how this page opens its socket.

        Args:
            body: the page's text.

        Raises:
            ExtractionError: the page does not hold what its socket needs.
        """


def page_for(access: Access, seed: int, number: int) -> str:
    """Return the page of navigation ``number``: weighted, a pure function of (seed, number)."""
    pages = access.pages
    if len(pages) == 1:
        return pages[0][0]
    cumulative = tuple(itertools.accumulate(weight for _, weight in pages))
    return pages[choose(cumulative, uniform(seed, number, Stream.PAGE))][0]
