"""What a script needs of an app: how a page of it opens its socket, as lines of Python."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from loadtest.apps.chainlit import ChainlitTable, build_chainlit
from loadtest.apps.generic_table import GenericTable, HandshakeTable
from loadtest.apps.nicegui import NiceguiTable
from loadtest.apps.opening import connect_packet, disconnect_packet
from loadtest.apps.reflex import ReflexTable, build_reflex
from loadtest.apps.table import AppTable
from loadtest.apps.template import names_in
from loadtest.navigation.opening import Handshake
from loadtest.replay.script.extraction import extraction
from loadtest.replay.script.source import CannotScriptError, expression, has_names, json_text, literal

__all__ = ["AppPart", "app_part", "event_begin"]

_BUILT_IN: Mapping[str, str] = MappingProxyType(
    {"tab_id": "tab_id", "document_id": "str(uuid.uuid4())", "navigation": "uuid.uuid4().hex"}
)


@dataclass(frozen=True, slots=True)
class AppPart:
    """The app's part of a script; where it says expression, a value may stand in the dict ``values``."""

    lines: Sequence[str]
    """What is done with ``page``, the text of the page."""
    query: str = ""
    """Expression of the socket's query beyond EIO and transport; empty: none."""
    connects: Sequence[str] = ('"40"',)
    """Expressions of the CONNECT packets, one for each namespace."""
    replies: Sequence[str] = ('"40{"',)
    """How their replies begin, as literals."""
    disconnects: Sequence[str] = ('"41"',)
    namespace: str = "/"
    handshake: str = ""
    """Expression of the handshake's packet; empty: the app has none, or CONNECT is it."""
    answer: str = ""
    """How what answers it begins, as a literal; empty: nothing does."""
    unless: str = ""
    """The condition under which there is a handshake after all."""


def app_part(table: AppTable, row: Mapping[str, str]) -> AppPart:
    """Return what a script needs of the app that ``table`` describes.

    Args:
        row: the row of the ``data`` file that its tab has.

    Raises:
        CannotScriptError: the app needs what a short script cannot do.
    """
    if table.login is not None:
        raise CannotScriptError(
            "the app wants a log-in before its first page; run the written profile instead"
        )
    if table.tls.ca is not None:
        raise CannotScriptError(
            "the app's certificate has an authority of its own; run the written profile instead"
        )
    match table:
        case NiceguiTable():
            return _nicegui(table, row)
        case ChainlitTable():
            return _chainlit(table, row)
        case ReflexTable():
            return _reflex(table, row)
        case GenericTable():
            return _generic(table, row)
        case _:
            raise CannotScriptError(f"preset {table.preset}: what the app needs is not known")


def _nicegui(table: NiceguiTable, row: Mapping[str, str]) -> AppPart:
    lines = (
        "# A page of NiceGUI says how its socket is to be opened.",
        r'query = ast.literal_eval(re.search(r"query: (\{.*\}),\n", page)[1])',
        'handshake = query | {"document_id": str(uuid.uuid4()), "tab_id": tab_id, "old_tab_id": None}',
        'query = handshake if "implicit_handshake" in query else query  # 3.7 and later: all in the address',
        "query = {name: v if isinstance(v, str) else json.dumps(v) for name, v in query.items()}",
    )
    return AppPart(
        lines=(*lines, *_values(table, row, {"client_id": 'query["client_id"]'})),
        query="urllib.parse.urlencode(query)",
        handshake='"420" + json.dumps(["handshake", handshake])',
        answer='"430["',
        unless='query.get("implicit_handshake") != "true"',
    )


def _chainlit(table: ChainlitTable, row: Mapping[str, str]) -> AppPart:
    app = build_chainlit(table)
    return AppPart(
        lines=("session = str(uuid.uuid4())", *_values(table, row, {"session_id": "session"})),
        connects=(f'{literal(app.connect)}.replace("$session", session, 1)',),
        handshake=literal(app.handshake.packet),
        answer=_answer("/", app.handshake),
    )


def _reflex(table: ReflexTable, row: Mapping[str, str]) -> AppPart:
    app = build_reflex(table)
    namespace = app.namespaces[0]
    return AppPart(
        lines=_values(table, row, {}),
        query='"token=" + tab_id',
        connects=(literal(app.connect),),
        replies=(_reply(namespace),),
        disconnects=(literal(app.disconnect),),
        namespace=namespace,
        handshake=literal(app.handshake.packet) if app.handshake else "",
        answer=_answer(namespace, app.handshake) if app.handshake else "",
    )


def _generic(table: GenericTable, row: Mapping[str, str]) -> AppPart:
    first, *others = table.namespaces
    lines = _generic_values(table, row)
    connect = connect_packet(first)
    shake = table.handshake
    return AppPart(
        lines=lines,
        query=_query(table.query),
        connects=(
            literal(connect) if table.auth is None else json_text(connect, table.auth),
            *(literal(connect_packet(name)) for name in others),
        ),
        replies=tuple(_reply(name) for name in table.namespaces),
        disconnects=tuple(literal(disconnect_packet(name)) for name in table.namespaces),
        namespace=first,
        handshake=_handshake(first, shake) if shake else "",
        answer=_answer(first, Handshake("", 0 if shake.ack else None, shake.answer)) if shake else "",
    )


def _generic_values(table: GenericTable, row: Mapping[str, str]) -> list[str]:
    shake = table.handshake.data if table.handshake else None
    used = names_in([dict(table.query), table.auth or {}, shake])
    found = {name: extraction(name, where) for name, where in table.extract.items()}
    return _values(table, row, found, used)


def _values(
    table: AppTable, row: Mapping[str, str], found: Mapping[str, str], used: frozenset[str] = frozenset()
) -> list[str]:
    """Return the lines that make ``values``: of all that packets may name, what they and the steps do name.

    Args:
        row: of the ``data`` file.
        found: expressions of what the page holds, by name.
        used: the names in what opens the socket.
    """
    used |= names_in([[step.data, step.args] for step in table.steps])
    saves = any(step.save for step in table.steps)
    known = {**_BUILT_IN, **{name: literal(value) for name, value in row.items()}}
    given = {name: value for name, value in known.items() if name in used and name not in found}
    pairs = ", ".join(f"{literal(name)}: {value}" for name, value in given.items())
    lines = [f"values = {{{pairs}}}"] if used or saves else []
    return lines + [f'values["{name}"] = {value}' for name, value in found.items() if name in used]


def _query(query: Mapping[str, str]) -> str:
    if not query:
        return ""
    if has_names(query):
        return f"urllib.parse.urlencode({expression(query)})"
    return literal(urlencode(query))


def _handshake(namespace: str, table: HandshakeTable) -> str:
    arguments: list[Any] = [table.event, *([] if table.data is None else [table.data])]
    return json_text(f"42{_space(namespace)}{0 if table.ack else ''}", arguments)


def _space(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


def _reply(namespace: str) -> str:
    return literal(f"40{_space(namespace)}{{")


def _answer(namespace: str, handshake: Handshake) -> str:
    if handshake.ack_id is not None:
        return literal(f"43{_space(namespace)}{handshake.ack_id}[")
    if handshake.answer is not None:
        return event_begin(namespace, handshake.answer)
    return ""


def event_begin(namespace: str, event: str) -> str:
    """Return how an event's packet begins, as a literal: one, or a tuple of two spellings of its name."""
    spellings = dict.fromkeys(
        literal(f"42{_space(namespace)}[{json.dumps(event, ensure_ascii=is_ascii)}")
        for is_ascii in (True, False)
    )
    return next(iter(spellings)) if len(spellings) == 1 else f"({', '.join(spellings)})"
