"""What was found out about an app, by looking at it or at a recording of it."""

from dataclasses import dataclass

from loadtest.discovery.engine import Engine
from loadtest.discovery.hints import Hints
from loadtest.discovery.signatures import Match
from loadtest.discovery.values import PageValue

__all__ = ["Finding", "Page", "preset_of"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was fetched."""

    path: str
    """As a profile names it."""
    text: str
    is_there: bool
    """Whether the server gave it, and no refusal."""
    server: str
    """What the server says that it is."""
    final_path: str
    """Where its address led in the end."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A running app."""

    origin: str
    """``http://127.0.0.1:8080``."""
    page: Page
    engine: Engine
    match: Match | None
    """None: no framework that is known."""
    namespaces: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    """Namespaces that the scripts name and the server refused: (name, reason)."""
    hints: Hints
    values: tuple[PageValue, ...] = ()
    """What changes on the page from load to load."""


def preset_of(match: Match | None) -> str:
    """Return the preset that serves what was recognised."""
    return match.signature.preset if match else "generic"
