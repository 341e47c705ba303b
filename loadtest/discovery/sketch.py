"""What a finding means for a profile: the keys of its ``[app]``, and what is said about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadtest.apps.preset import PRESETS
from loadtest.discovery.draft import Draft
from loadtest.discovery.finding import Finding, preset_of
from loadtest.discovery.values import PageValue, name_for
from loadtest.navigation.point import Transport
from loadtest.profile.text import inline_value

__all__ = ["STOCK_TRANSPORTS", "app_keys", "default_transports", "is_complete", "sketch"]

STOCK_TRANSPORTS = (Transport.UPGRADE, Transport.WEBSOCKET)
"""What Socket.IO's client does unless it is told otherwise; not every point is reached by an upgrade."""
_NEEDED: Mapping[Transport, frozenset[Transport]] = MappingProxyType(
    {
        Transport.WEBSOCKET: frozenset({Transport.WEBSOCKET}),
        Transport.POLLING: frozenset({Transport.POLLING}),
        Transport.UPGRADE: frozenset({Transport.WEBSOCKET, Transport.POLLING}),
    }
)
"""What the server has to offer for each."""
_MOST_SHOWN = 3
_FILL_IN = (
    'HANDSHAKE: many apps emit an event right after CONNECT, such as "join" with an id out of the page. No '
    "preset knows what this app emits, so it is for you to fill in; without it, visits connect and stay. "
    "See it in the browser's developer tools (Network, WS, Messages), or let `loadtest init --har` read it "
    "out of a recording."
)

_UNLESS_ACKNOWLEDGED = (
    '# ack asks the app to acknowledge it. If it does not: answer = "…" instead, the event that answers.',
    "# With neither, the time that a handshake takes is not measured.",
)


def default_transports(preset: str) -> tuple[Transport, ...]:
    """Return the transports that a preset has of itself."""
    return tuple(PRESETS[preset].table.model_fields["transports"].default)


def transports_of(words: Sequence[str]) -> tuple[Transport, ...]:
    """Return what a client does that is told to use these, in this order."""
    if words[0] == Transport.POLLING and Transport.WEBSOCKET in words:
        return STOCK_TRANSPORTS
    return (Transport(words[0]),)


def _preset_path(preset: str) -> str:
    """Return the socket path that a preset has of itself."""
    return str(PRESETS[preset].table.model_fields["socket_path"].default)


def app_keys(finding: Finding) -> dict[str, Any]:
    """Return the keys of ``[app]`` that an app needs; what its preset has of itself is left out."""
    preset = preset_of(finding.match)
    keys: dict[str, Any] = {"preset": preset}
    if finding.page.is_there:  # a backend alone has no page; its preset names one that exists
        keys["pages"] = [finding.page.path]
    if finding.engine.socket_path != _preset_path(preset):
        keys["socket_path"] = finding.engine.socket_path
    if not is_complete(finding) and finding.namespaces != ("/",):
        keys["namespaces"] = list(finding.namespaces)
    transports = _transports(finding)
    if transports != default_transports(preset):
        keys["transports"] = [way.value for way in transports]
    return keys


def is_complete(finding: Finding) -> bool:
    """Return whether a preset knows all that the app needs."""
    return finding.match is not None and finding.match.signature.is_complete


def _transports(finding: Finding) -> tuple[Transport, ...]:
    """Return how the app's pages open their sockets, as far as the server lets them."""
    given = finding.engine.transports
    if is_complete(finding):
        wanted = default_transports(preset_of(finding.match))
    elif finding.hints.transports:
        wanted = transports_of(finding.hints.transports)
    else:
        wanted = STOCK_TRANSPORTS if finding.hints.has_client else ()
    ways = tuple(way for way in wanted if _NEEDED[way] <= set(given))
    return ways or given[:1]


def sketch(finding: Finding) -> Draft:
    """Return the profile of an app that was looked at."""
    keys = app_keys(finding)
    has_handshake = is_complete(finding)
    return Draft(
        description=f"People who click through {finding.origin} faster than its sockets connect",
        host=finding.origin,
        source=f"the running app at {finding.origin}",
        told=tuple(_told(finding)),
        app=keys,
        notes=_notes(finding),
        advice=() if has_handshake else _handshake_advice(finding),
        has_handshake=has_handshake,
        transports=_transports(finding),
    )


def _told(finding: Finding) -> list[str]:
    match, engine = finding.match, finding.engine
    told = []
    if match:
        version = f" {match.version}" if match.version else ""
        sure = "" if match.signature.is_sure else "likely "
        told.append(f"{sure}{match.signature.framework}{version}, told by {match.signature.by}")
    else:
        told.append("no framework that is known: preset generic, whose keys describe any Socket.IO app")
    ways = " and ".join(engine.transports)
    opened = engine.open
    told.append(
        f"Engine.IO 4 at {engine.socket_path} over {ways}, pings every {opened.ping_interval_s:g} s, "
        f"time-out {opened.ping_timeout_s:g} s"
    )
    if match and match.signature.note:
        told.append(match.signature.note)
    told += [
        f"namespace {name} is named by a script and was not entered: {why}" for name, why in finding.refused
    ]
    return told


def _notes(finding: Finding) -> Mapping[str, str]:
    notes = {}
    if finding.hints.has_client and not finding.hints.transports:
        notes["transports"] = "Socket.IO's own client polls first by default, and upgrades where it can."
    if finding.page.final_path != finding.page.path:
        notes["pages"] = f"It leads to {finding.page.final_path}."
    return notes


def _handshake_advice(finding: Finding) -> tuple[str, ...]:
    """Say how the handshake is filled in, by an example made of what the page shows."""
    example = _example(finding)
    guess = ", made of what was found on the page (a guess)" if example.is_found else ""
    return (f"{_FILL_IN} It looks like this{guess}:", *(f"    {line}" for line in example.lines))


@dataclass(frozen=True, slots=True)
class _Example:
    """Lines of a profile that are commented out."""

    lines: tuple[str, ...]
    is_found: bool
    """Whether any of it was on the page."""


def _example(finding: Finding) -> _Example:
    emit = finding.hints.emit
    values = list(finding.values)
    data: dict[str, str] = {}
    if emit:
        for key in emit.keys:
            value = next((value for value in values if _are_alike(key, value)), None)
            data[key] = f"${value.name}" if value else "…"
        open_keys = [key for key, text in data.items() if text == "…"]
        if len(open_keys) == len(values) == 1:  # what else could it be
            data[open_keys[0]] = f"${values[0].name}"
    used = [value for value in values if f"${value.name}" in data.values()] or values[:_MOST_SHOWN]
    if not data and used and not emit:
        data = {used[0].name: f"${used[0].name}"}
    if not used and not emit:
        used = [PageValue("client_id", "", 'data-client-id="([^"]+)"')]
        data = {"client_id": "$client_id"}
    lines = []
    if used:
        extract = {value.name: {"regex": value.regex} for value in used}
        lines.append(f"extract = {inline_value(extract)}")
    handshake: dict[str, Any] = {"event": emit.event.replace("$", "$$") if emit else "join"}
    if data:
        handshake["data"] = data
    lines.append(f"handshake = {inline_value({**handshake, 'ack': True})}")
    lines += _UNLESS_ACKNOWLEDGED
    return _Example(tuple(lines), bool(emit or finding.values))


def _are_alike(key: str, value: PageValue) -> bool:
    return name_for(key).replace("_", "").lower() == value.name.replace("_", "").lower()
