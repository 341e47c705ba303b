"""The keys of ``[app]`` that describe any Socket.IO app."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import (
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from loadtest.apps.extract_table import ExtractTable
from loadtest.apps.mistake import Mistake, Table, mistaken, mistakes_of, show
from loadtest.apps.steps_table import read_json, unknown_names
from loadtest.apps.table import BUILT_IN, AppTable, SocketPath, columns_of

__all__ = ["GenericTable", "HandshakeTable"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMESPACE = re.compile(r"""/[^\s,?"]*""")
_OWN_QUERY = frozenset({"EIO", "transport", "sid"})


def _read_auth(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table, such as {{ token = "$token" }}')
    return dict(read_json(value))


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


def _read_namespaces(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise mistaken(f'{show(value)} is not a list of namespaces, such as ["/chat"]')
    mistakes = [
        Mistake((index,), f'{show(name)} is not a namespace, such as "/chat"')
        for index, name in enumerate(value)
        if not isinstance(name, str) or not _NAMESPACE.fullmatch(name)
    ]
    mistakes += [
        Mistake((index,), f"{show(name)} is there already")
        for index, name in enumerate(value)
        if name in value[:index]
    ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple(value)


class HandshakeTable(Table):
    """The event that a page emits after CONNECT."""

    event: str = Field(examples=["handshake"])
    data: Annotated[Any, PlainValidator(read_json)] = None
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
    namespaces: Annotated[tuple[str, ...], PlainValidator(_read_namespaces)] = ("/",)
    extract: dict[str, ExtractTable] = Field(default_factory=dict)
    auth: Annotated[dict[str, Any] | None, PlainValidator(_read_auth)] = None
    query: Annotated[dict[str, str], PlainValidator(_read_query)] = Field(default_factory=dict)
    handshake: HandshakeTable | None = None

    def known_values(self) -> Sequence[str]:
        """Return what the first step may name: what every page has, and what this one's page holds."""
        return (*super().known_values(), *self.extract)

    @field_validator("extract")
    @classmethod
    def _has_good_names(cls, value: dict[str, ExtractTable]) -> dict[str, ExtractTable]:
        mistakes = [
            Mistake((name,), "is filled in by every visit; take another name")
            if name in BUILT_IN
            else Mistake((name,), "is not a name: letters, digits and _, no digit first")
            for name in value
            if name in BUILT_IN or not _NAME.fullmatch(name)
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
        if {"extract", "data"} <= info.data.keys():
            mistakes += unknown_names(value, [*info.data["extract"], *BUILT_IN, *columns_of(info.data)])
        if mistakes:
            raise mistaken(mistakes)
        return result
