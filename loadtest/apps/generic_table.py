"""The keys of ``[app]`` that describe any Socket.IO app."""

import math
import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from loadtest.apps.mistake import KeyPath, Mistake, Table, mistaken, mistakes_of, near, show
from loadtest.apps.table import AppTable, SocketPath
from loadtest.apps.template import names_in

__all__ = ["ExtractTable", "GenericTable", "HandshakeTable"]

_BUILT_IN = ("tab_id", "document_id", "navigation")
"""Placeholders that every page has."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMESPACE = re.compile(r"""/[^\s,?"]*""")
_OWN_QUERY = frozenset({"EIO", "transport", "sid"})


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Walk over a value out of TOML: its leaves, and the keys of its tables."""
    match value:
        case dict():
            for key, inner in value.items():
                yield (*path, key), key
                yield from _leaves(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from _leaves(inner, (*path, index))
        case _:
            yield path, value


def _wrong_leaf(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a finite number"
    if not isinstance(value, str | int | float):
        return f"{show(str(value))} is a date or a time; write it as a string"
    return None


def _read_json(value: Any) -> Any:
    if mistakes := [Mistake(at, wrong) for at, leaf in _leaves(value) if (wrong := _wrong_leaf(leaf))]:
        raise mistaken(mistakes)
    return value


def _read_auth(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ token = "$token" }}')
    return dict(_read_json(value))


def _wrong_query(key: str, value: Any) -> str | None:
    if key in _OWN_QUERY:
        return "Engine.IO writes this one itself; leave it out"
    return None if isinstance(value, str) else f"{show(value)} is not a string"


def _read_query(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ token = "$token" }}')
    if mistakes := [Mistake((key,), wrong) for key in value if (wrong := _wrong_query(key, value[key]))]:
        raise mistaken(mistakes)
    return value


def _read_namespaces(value: Any) -> tuple[str]:
    match value:
        case [str() as namespace] if _NAMESPACE.fullmatch(namespace):
            return (namespace,)
        case _:
            raise mistaken(f'{show(value)} is not a list of one namespace (one, for now), such as ["/chat"]')


def _read_regex(value: Any) -> re.Pattern[str]:
    if not isinstance(value, str):
        raise mistaken(f"{show(value)} is not a string")
    try:
        regex = re.compile(value)
    except re.error as error:
        raise mistaken(f"{show(value)} is not a regular expression: {error}") from None
    if regex.groups != 1:
        raise mistaken(f"{show(value)} has {regex.groups} groups, not the one (…) that holds the value")
    return regex


class ExtractTable(Table):
    """Where a value is found in a page."""

    regex: Annotated[re.Pattern[str], PlainValidator(_read_regex)] = Field(examples=['data-id="([^"]+)"'])


class HandshakeTable(Table):
    """The event that a page emits after CONNECT."""

    event: str = Field(examples=["handshake"])
    data: Annotated[Any, PlainValidator(_read_json)] = None
    """The event's one argument; without it the event has none."""
    ack: bool = False
    answer: str | None = None

    @field_validator("answer")
    @classmethod
    def _is_only_answer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("ack"):
            raise mistaken("either ack = true or answer says what ends the handshake, not both")
        return value


class GenericTable(AppTable):
    """What the preset ``generic`` lets a profile say."""

    preset: str = "generic"
    socket_path: SocketPath = "/socket.io/"
    namespaces: Annotated[tuple[str], PlainValidator(_read_namespaces)] = ("/",)
    extract: dict[str, ExtractTable] = Field(default_factory=dict)
    auth: Annotated[dict[str, Any] | None, PlainValidator(_read_auth)] = None
    query: Annotated[dict[str, str], PlainValidator(_read_query)] = Field(default_factory=dict)
    handshake: HandshakeTable | None = None

    @field_validator("extract")
    @classmethod
    def _has_good_names(cls, value: dict[str, ExtractTable]) -> dict[str, ExtractTable]:
        mistakes = [
            Mistake((name,), "is filled in by every visit; take another name")
            if name in _BUILT_IN
            else Mistake((name,), "is not a name: letters, digits and _, no digit first")
            for name in value
            if name in _BUILT_IN or not _NAME.fullmatch(name)
        ]
        if mistakes:
            raise mistaken(mistakes)
        return value

    @field_validator("auth", "query", "handshake", mode="wrap")
    @classmethod
    def _knows_names(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        result, mistakes = None, []
        try:
            result = handler(value)
        except ValidationError as error:
            mistakes = mistakes_of(error)
        if "extract" in info.data:
            mistakes += _unknown_names(value, [*info.data["extract"], *_BUILT_IN])
        if mistakes:
            raise mistaken(mistakes)
        return result


def _unknown_names(value: Any, known: list[str]) -> list[Mistake]:
    return [
        Mistake(at, f"${name} is not known ($$ is a dollar sign); {near(name, known)}")
        for at, leaf in _leaves(value)
        for name in sorted(names_in(leaf).difference(known))
    ]
