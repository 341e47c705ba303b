"""An app under test as a run sees it: its pages, and how a page of it opens its socket."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Protocol

from loadtest.navigation.draw import Stream, choose, uniform
from loadtest.navigation.opening import Opening

__all__ = ["App", "page_for"]


class App(Protocol):
    """What a preset makes of a profile's ``[app]``; immutable, shared by all visits of a run."""

    @property
    def preset(self) -> str:
        """The preset's name."""

    @property
    def pages(self) -> Sequence[tuple[str, float]]:
        """The pages that are visited: (path with query, weight)."""

    @property
    def socket_path(self) -> str:
        """Path of the Socket.IO server, with a slash at both ends."""

    @property
    def quiet_s(self) -> float:
        """How long the app's own clean-up takes after the last visitor; 0: only ping times count."""

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers that the page's and the socket's requests carry beyond the usual ones."""

    def open(self, body: str, tab_id: str, navigation: str) -> Opening:
        """Return how this page opens its socket.

        Args:
            body: the page's HTML.
            tab_id: UUID text that a tab keeps over its pages.
            navigation: trace id, 32 hex digits.

        Raises:
            ExtractionError: the page does not hold what its socket needs.
        """


def page_for(app: App, seed: int, number: int) -> str:
    """Return the page of navigation ``number``: weighted, a pure function of (seed, number)."""
    if len(app.pages) == 1:
        return app.pages[0][0]
    cumulative = tuple(itertools.accumulate(weight for _, weight in app.pages))
    return app.pages[choose(cumulative, uniform(seed, number, Stream.PAGE))][0]
