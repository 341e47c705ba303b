"""What a script needs of an app: how a page of it opens its socket, as lines of Python."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadtest.apps.chainlit import ChainlitTable, build_chainlit
from loadtest.apps.generic_table import GenericTable, HandshakeTable
from loadtest.apps.nicegui import NiceguiTable
from loadtest.apps.opening import connect_packet, disconnect_packet
from loadtest.apps.reflex import ReflexTable, build_reflex
from loadtest.apps.table import AppTable
from loadtest.navigation.opening import Handshake
from loadtest.replay.script.extraction import extraction
from loadtest.replay.script.source import CannotScriptError, expression, has_names, json_text, literal

__all__ = ["AppPart", "app_part"]

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
    has_own_tab: bool = False
    """Whether it uses ``tab_id``, which stays the same over the visits of a tab."""


def app_part(table: AppTable, column_values: Mapping[str, str]) -> AppPart:
    """Return what a script needs of the app that ``table`` describes.

    Args:
        column_values: the row of the ``data`` file that its tab has.

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
            return _nicegui()
        case ChainlitTable():
            return _chainlit(table)
        case ReflexTable():
            return _reflex(table)
        case GenericTable():
            return _generic(table, column_values)
        case _:
            raise CannotScriptError(f"preset {table.preset}: what the app needs is not known")


def _nicegui() -> AppPart:
    lines = (
        "# A page of NiceGUI says how its socket is to be opened.",
        r'query = ast.literal_eval(re.search(r"query: (\{.*\}),\n", page)[1])',
        'handshake = query | {"document_id": str(uuid.uuid4()), "tab_id": tab_id, "old_tab_id": None}',
        'query = handshake if "implicit_handshake" in query else query  # 3.7 and later: all in the address',
        "query = {name: v if isinstance(v, str) else json.dumps(v) for name, v in query.items()}",
    )
    return AppPart(
        lines=lines,
        query="urllib.parse.urlencode(query)",
        handshake='"420" + json.dumps(["handshake", handshake])',
        answer='"430["',
        unless='query.get("implicit_handshake") != "true"',
        has_own_tab=True,
    )


def _chainlit(table: ChainlitTable) -> AppPart:
    app = build_chainlit(table)
    return AppPart(
        lines=("session = str(uuid.uuid4())",),
        connects=(f'{literal(app.connect)}.replace("$session", session, 1)',),
        handshake=literal(app.handshake.packet),
        answer=_answer("/", app.handshake),
    )


def _reflex(table: ReflexTable) -> AppPart:
    app = build_reflex(table)
    namespace = app.namespaces[0]
    return AppPart(
        lines=(),
        query='"token=" + tab_id',
        connects=(literal(app.connect),),
        replies=(_reply(namespace),),
        disconnects=(literal(app.disconnect),),
        namespace=namespace,
        handshake=literal(app.handshake.packet) if app.handshake else "",
        answer=_answer(namespace, app.handshake) if app.handshake else "",
        has_own_tab=True,
    )


def _generic(table: GenericTable, column_values: Mapping[str, str]) -> AppPart:
    first, *others = table.namespaces
    lines = [*_values(table, column_values)]
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
        has_own_tab=any('["tab_id"]' in line or '"tab_id":' in line for line in lines),
    )


def _values(table: GenericTable, column_values: Mapping[str, str]) -> list[str]:
    """Return the lines that fill ``values``: of all that the app's keys may name, what they do name."""
    used = _used(table)
    known = {**_BUILT_IN, **{name: literal(value) for name, value in column_values.items()}}
    given = {name: value for name, value in known.items() if name in used and name not in table.extract}
    lines = [f"values = {{{', '.join(f'{literal(name)}: {value}' for name, value in given.items())}}}"]
    for name, found in table.extract.items():
        if name in used:
            lines.append(f'values["{name}"] = {extraction(name, found)}')
    return lines if used else []


def _used(table: GenericTable) -> frozenset[str]:
    from loadtest.apps.template import names_in

    acts = [{"data": step.data, "args": step.args} for step in table.steps]
    shake = table.handshake.data if table.handshake else None
    return names_in([dict(table.query), table.auth or {}, shake, list(acts), dict(table.cookies)])


def _query(query: Mapping[str, str]) -> str:
    if not query:
        return ""
    if has_names(query):
        return f"urllib.parse.urlencode({expression(query)})"
    from urllib.parse import urlencode

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
