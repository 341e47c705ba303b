"""Writes what was found out about an app as a commented profile that runs at once."""

import ipaddress
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.profile.text import inline_value

__all__ = ["Draft", "write_draft"]

_WIDTH = 108


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as it is to be written."""

    description: str
    host: str
    """What ``--host`` takes."""
    source: str
    """What it was written from, in words."""
    told: tuple[str, ...]
    """What was found, a sentence each."""
    app: Mapping[str, Any]
    """The keys of ``[app]``."""
    notes: Mapping[str, str]
    """What is said about a key of ``app``, above it."""
    advice: tuple[str, ...]
    """Paragraphs below ``[app]``; a line that begins with a blank is kept as it is."""
    has_handshake: bool
    transports: tuple[Transport, ...]

    @property
    def run_options(self) -> str:
        """What a run of this profile needs on its command line."""
        name = urlsplit(self.host).hostname or ""
        return f"--host {self.host}" + ("" if _is_here(name) else f" --allow-host {name}")


@dataclass(frozen=True, slots=True)
class _Departure:
    """A row of ``[[departures]]``, written where one of the app's transports comes to its point."""

    at: str
    weight: float = 1
    manners: tuple[Manner, ...] = (Manner.WS_CLOSE, Manner.FIN)
    """The first that can be had there is written."""
    needs_handshake: bool = False

    def manner(self, transports: Sequence[Transport]) -> Manner | None:
        """Return how one leaves here over these transports; None: they do not come here."""
        manners = POINTS[self.at].manners
        possible = frozenset[Manner]().union(*(manners.get(way, frozenset()) for way in transports))
        return next((manner for manner in self.manners if manner in possible), None)


_FIN = (Manner.FIN,)
_DEPARTURES: Mapping[str, tuple[_Departure, ...]] = MappingProxyType(
    {
        "Before Socket.IO: a page was built for somebody who never connects.": (
            _Departure("P05"),
            _Departure("P09"),
            _Departure("P11"),
            _Departure("P13"),
            _Departure("P14"),
        ),
        "While the page connects, and before anything else that it does: a click on the next link.": (
            _Departure("P06", 2),
            _Departure("P15", 2),
            _Departure("P15", manners=_FIN),
            _Departure("P16", 2),
            _Departure("P16", manners=(Manner.SIO_DISCONNECT,)),
        ),
        "Around the app's handshake.": (
            _Departure("P16b", needs_handshake=True),
            _Departure("P17", 2, needs_handshake=True),
            _Departure("P18", 2, needs_handshake=True),
        ),
        "Later on.": (_Departure("P07", 2), _Departure("P19", 2, _FIN), _Departure("P20")),
    }
)

_PACE = """
# How many people come: after five seconds 20 page loads a second. A number, or [from, to].
[[stages]]
duration_s = 5
rate_per_s = [2, 20]

[[stages]]
duration_s = 25
rate_per_s = 20

[users]
max = 200

# How long those stay who stay.
[dwell_s]
exponential = 1.5

# Where and how they leave; weights are relative.
"""


def _is_here(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def write_draft(draft: Draft, command: str) -> str:
    """Return the profile's text.

    Args:
        command: how the profile is named in a command.
    """
    told = [line for fact in draft.told for line in _wrapped(f"- {fact}", indent="  ")]
    head = [
        *_wrapped(f"Written by `loadtest init` from {draft.source}. What it showed:"),
        *told,
        "",
        f"    loadtest check {command}",
        f"    loadtest run {command} {draft.run_options}",
    ]
    lines = [
        *(_comment(line) for line in head),
        "",
        f"description = {inline_value(_plain(draft.description))}",
        "seed = 7",
        "",
        "[app]",
        *_app_lines(draft),
    ]
    return "\n".join(lines) + "\n" + _PACE + "\n".join(_departure_lines(draft))


def _app_lines(draft: Draft) -> Iterator[str]:
    for key, value in draft.app.items():
        if key in draft.notes:
            yield from (_comment(line) for line in _wrapped(draft.notes[key]))
        yield f"{key} = {_value(value)}"
    for paragraph in draft.advice:
        yield from (_comment(line) for line in ([paragraph] if paragraph[:1] == " " else _wrapped(paragraph)))


def _departure_lines(draft: Draft) -> Iterator[str]:
    for words, rows in _DEPARTURES.items():
        shown = [
            (row.at, manner.value, row.weight)
            for row in rows
            if (manner := row.manner(draft.transports)) and (draft.has_handshake or not row.needs_handshake)
        ]
        if shown:
            yield _comment(words)
        for at, word, weight in shown:
            yield from _row(at=at, manner=word, weight=weight)
    yield from _row(at="stay", weight=4)
    yield _comment("By the clock, wherever the connection happens to be by then.")
    by_clock = Manner.FIN if draft.transports == (Transport.POLLING,) else Manner.WS_CLOSE
    yield from _row(after_s={"exponential": 0.2}, manner=by_clock.value, weight=2)


def _row(**keys: Any) -> Iterator[str]:
    yield "[[departures]]"
    for key, value in keys.items():
        if (key, value) != ("weight", 1):
            yield f"{key} = {_value(value)}"
    yield ""


def _value(value: Any) -> str:
    return _plain(inline_value(value))


def _comment(line: str) -> str:
    return f"# {_plain(line)}".rstrip()


def _plain(text: str) -> str:
    """Return text without what a line of TOML cannot hold, and without half surrogate pairs."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else "?" for character in whole)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
