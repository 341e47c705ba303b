"""Makes a profile's draft of a recording."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from loadtest.apps.mistake import show
from loadtest.apps.preset import PRESETS
from loadtest.discovery.draft import Draft
from loadtest.discovery.engine import Engine
from loadtest.discovery.finding import preset_of
from loadtest.discovery.har import Entry
from loadtest.discovery.har_conversation import Conversation, conversations
from loadtest.discovery.har_values import Substitution, substitute
from loadtest.discovery.signatures import Match, by_engine, by_page
from loadtest.discovery.sketch import STOCK_TRANSPORTS, default_transports
from loadtest.errors import NotRecognisedError
from loadtest.navigation.packet import Open
from loadtest.navigation.point import Transport

__all__ = ["draft_of_recording", "sent_by"]

_MOST_VISITS = 5
_VERSION = "4"
_NO_FRAMES = (
    "the recording has no frames of its socket; Chrome's DevTools and Playwright, from 1.61 on, write them"
)


def draft_of_recording(entries: Sequence[Entry], source: str, origin: str | None) -> Draft:
    """Return the profile of what a browser did.

    Args:
        source: the file, for messages.
        origin: only what went to this host counts; None: to the first one with a socket.

    Raises:
        NotRecognisedError: no socket of Engine.IO 4 was recorded.
    """
    visits = _visits(entries, source, origin)
    first = visits[0]
    match = _recognise(first)
    preset = preset_of(match)
    is_complete = match is not None and match.signature.is_complete
    keys: dict[str, Any] = {"preset": preset}
    notes: dict[str, str] = {}
    if first.page is not None:
        keys["pages"] = [first.page.path]
    if first.socket_path != PRESETS[preset].table.model_fields["socket_path"].default:
        keys["socket_path"] = first.socket_path
    transports = STOCK_TRANSPORTS if first.transport is Transport.UPGRADE else (first.transport,)
    if transports != default_transports(preset):
        keys["transports"] = [way.value for way in transports]
    found = Substitution()
    if not is_complete:
        found = substitute([sent_by(visit) for visit in visits], _bodies(visits), _tracer(entries))
        keys |= _described(first, found)
        notes |= _extract_notes(found)
    if "auth" in keys:
        notes["auth"] = (
            "As it was recorded, but for the values with a dollar sign: see whether it may be told."
        )
    told = [*_told(first, match, len(visits)), *_gaps(visits), *_logins(entries, first)]
    if first.later_events and not is_complete:
        told.append(
            f"later the page sent {', '.join(first.later_events)}: see steps, for visits that do it too"
        )
    has_handshake = is_complete or "handshake" in keys
    return Draft(
        description=f"People who click through {first.first.origin} faster than its sockets connect",
        host=first.first.origin,
        source=f"the recording {source}",
        told=tuple(told),
        app=keys,
        notes=notes,
        advice=tuple(found.notes) if has_handshake else (*found.notes, *_no_handshake(first)),
        has_handshake=has_handshake,
        transports=transports,
    )


def _visits(entries: Sequence[Entry], source: str, origin: str | None) -> Sequence[Conversation]:
    """Return the connections of the page that opened most of them."""
    found = conversations(entries)
    here = [visit for visit in found if origin in (None, visit.first.origin)]
    if not here:
        hosts = ", ".join(dict.fromkeys(visit.first.origin for visit in found))
        elsewhere = f" to {origin}; there are some to {hosts}" if found else ""
        raise NotRecognisedError(
            f"{source}: no Engine.IO connection was recorded{elsewhere} ({len(entries)} requests). "
            "Begin to record before the page is opened, and load it twice"
        )
    current = [visit for visit in here if visit.version == _VERSION]
    if not current:
        raise NotRecognisedError(
            f"{source}: the recorded sockets speak Engine.IO {here[0].version} (Socket.IO 2 and before), "
            "which is not supported; from Socket.IO 3 on, servers speak Engine.IO 4"
        )
    here = [visit for visit in current if visit.first.origin == current[0].first.origin]
    counts = Counter(map(_place, here))
    place = max(counts, key=counts.__getitem__)
    return [visit for visit in here if _place(visit) == place][:_MOST_VISITS]


def _place(visit: Conversation) -> tuple[str, str]:
    return visit.page.url.path if visit.page else "", visit.socket_path


def _recognise(visit: Conversation) -> Match | None:
    match = by_page(visit.page.body or "") if visit.page else None
    if match:
        return match
    opened = visit.opened or Open("", 0.0, 0.0)
    engine = Engine(visit.socket_path, (), opened, visit.family, visit.first.server)
    return by_engine(engine, visit.page.server if visit.page else "")


def sent_by(visit: Conversation) -> Mapping[str, Any]:
    """Return what a visit sent that may be its own."""
    first = visit.emitted.namespace if visit.emitted else next(iter(visit.connects))
    return {
        "query": visit.query,
        "auth": visit.connects.get(first),
        "handshake": list(visit.emitted.arguments) if visit.emitted else [],
    }


def _bodies(visits: Sequence[Conversation]) -> Sequence[str | None]:
    return [visit.page.body if visit.page else None for visit in visits]


def _tracer(entries: Sequence[Entry]) -> Callable[[str], str | None]:
    def trace(value: str) -> str | None:
        for entry in entries:
            if entry.body and value in entry.body and not entry.is_websocket:
                return f"the answer to {entry.method} {entry.url.path}"
        return None

    return trace


def _described(first: Conversation, found: Substitution) -> dict[str, Any]:
    """Return the keys that describe an app which no preset knows."""
    keys: dict[str, Any] = {}
    emitted = first.emitted
    names = list(first.connects)
    if emitted and emitted.namespace in names:  # the first has the handshake
        names = [emitted.namespace, *(name for name in names if name != emitted.namespace)]
    if names != ["/"]:
        keys["namespaces"] = names
    if found.extract:
        keys["extract"] = {name: {"regex": regex} for name, regex in found.extract.items()}
    if found.data["query"]:
        keys["query"] = found.data["query"]
    if isinstance(found.data["auth"], dict) and found.data["auth"]:
        keys["auth"] = _writable(found.data["auth"], found.notes, "auth")
    if emitted:
        keys["handshake"] = _handshake(first, found)
    return keys


def _handshake(first: Conversation, found: Substitution) -> dict[str, Any]:
    assert first.emitted is not None, "asked only where there is one"
    handshake: dict[str, Any] = {"event": first.emitted.event.replace("$", "$$")}
    arguments = found.data["handshake"]
    if len(arguments) == 1 and not _is_odd(arguments[0]):
        handshake["data"] = _writable(arguments[0], found.notes, "handshake")
    elif arguments:
        found.notes.append(
            f"the page sent {len(arguments)} arguments with {first.emitted.event}, and a handshake has one: "
            "it stands here without any"
        )
    if first.emitted.has_ack:
        handshake["ack"] = True
    elif first.emitted.answer and "$" not in first.emitted.answer:
        handshake["answer"] = first.emitted.answer
    return handshake


def _writable(value: Any, notes: list[str], where: str) -> Any:
    """Return a value that TOML can write and JSON can send; what cannot is left out, and told."""
    match value:
        case dict():
            odd = [key for key, inner in value.items() if _is_odd(inner)]
            notes += [
                f"{where}: {key} was {show(value[key])}, which no profile can hold: it is left out"
                for key in odd
            ]
            return {key: _writable(inner, notes, where) for key, inner in value.items() if not _is_odd(inner)}
        case list():
            return [_writable(inner, notes, where) for inner in value if not _is_odd(inner)]
        case _:
            return value


def _is_odd(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _extract_notes(found: Substitution) -> Mapping[str, str]:
    if not found.extract:
        return {}
    pages = "both pages" if found.verified_on == 2 else f"{found.verified_on} pages"
    tried = "the page that was recorded" if found.verified_on == 1 else pages
    more = "; with a second load of the page in it, it would be sure" if found.verified_on == 1 else ""
    return {"extract": f"Each expression finds just its value on {tried}{more}."}


def _told(first: Conversation, match: Match | None, count: int) -> Iterator[str]:
    loads = f"{count} load{'s' if count > 1 else ''} of its page" if first.page else f"{count} connections"
    if match:
        version = f" {match.version}" if match.version else ""
        sure = "" if match.signature.is_sure else "likely "
        yield f"{loads}; {sure}{match.signature.framework}{version}, told by {match.signature.by}"
    else:
        yield f"{loads}; no framework that is known: preset generic, whose keys describe any Socket.IO app"
    if match and match.signature.note:
        yield match.signature.note
    pings = ""
    if first.opened:
        every_s, timeout_s = first.opened.ping_interval_s, first.opened.ping_timeout_s
        pings = f", pings every {every_s:g} s, time-out {timeout_s:g} s"
    yield f"Engine.IO {first.version} at {first.socket_path}, transport {first.transport}{pings}"


def _gaps(visits: Sequence[Conversation]) -> Iterator[str]:
    """Yield what the recording lacks."""
    first = visits[0]
    if first.page is None:
        yield "no page was recorded before the socket: write its path under pages"
    elif first.page.body is None:
        yield "the recording has left the page's text out, so nothing could be compared with it"
    if not first.has_frames:
        yield _NO_FRAMES


def _no_handshake(first: Conversation) -> Iterator[str]:
    if not first.has_frames:
        yield "HANDSHAKE: what the page sent after CONNECT is not in the recording; fill it in, such as"
        yield '    handshake = { event = "join", data = { client_id = "$client_id" }, ack = true }'
    else:
        yield "The page sent no event by itself after CONNECT: it has no handshake, and its visits none."


def _logins(entries: Sequence[Entry], first: Conversation) -> Iterator[str]:
    """Yield what was seen of log-ins and cookies; names only, values are nobody's business."""
    set_by = [
        entry
        for entry in entries
        if entry.method == "POST" and entry.set_cookies and entry.origin == first.first.origin
    ]
    for entry in set_by:
        names = ", ".join(dict.fromkeys(entry.set_cookies))
        yield f"POST {entry.url.path} set the cookie {names}: if that is a log-in, say it in [app.login]"
    if not set_by and first.page and first.page.cookies:
        names = ", ".join(dict.fromkeys(first.page.cookies))
        yield f"the page was asked for with the cookie {names}: if the app needs it, see [app] cookies"
