"""The keys of ``[app]`` that every preset has."""

import re
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from loadtest.apps.mistake import Mistake, Table, mistaken, show, wrong_number

__all__ = ["AppTable", "SocketPath"]

_PATH = re.compile(r"/[!-~]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST = re.compile(r"[0-9A-Za-z._:-]+")
_OWN_HEADERS = frozenset(
    {
        *("connection", "content-length", "cookie", "host", "transfer-encoding", "upgrade"),
        *("traceparent", "x-loadtest-navigation"),
    }
)
"""Headers that a visit writes itself; so are all that begin with ``sec-websocket-``."""


def _wrong_path(path: Any) -> str | None:
    """Say why this is not a path on the host, or return None when it is."""
    if not isinstance(path, str) or not path.startswith("/"):
        return f'{show(path)} is not a path that begins with a slash, such as "/"'
    if not _PATH.fullmatch(path) or "#" in path:
        return (
            f"{show(path)} has a character that no request holds; write it percent-encoded (a space is %20)"
        )
    return None


def _read_pages(value: Any) -> tuple[tuple[str, float], ...]:
    match value:
        case list():
            rows = [((index,), path, 1.0) for index, path in enumerate(value)]
        case dict():
            rows = [((path,), path, weight) for path, weight in value.items()]
        case _:
            raise mistaken(
                f'{show(value)} is not a list of paths (["/"]) or a table of weights ({{ "/" = 3 }})'
            )
    mistakes = [Mistake(at, wrong) for at, path, _ in rows if (wrong := _wrong_path(path))]
    mistakes += [Mistake(at, wrong) for at, _, weight in rows if (wrong := wrong_number(weight, at_least=0))]
    if not mistakes and not any(weight for _, _, weight in rows):
        mistakes = [
            Mistake((), "all weights are 0: give a page more" if rows else 'is empty; write pages = ["/"]')
        ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple((path, float(weight)) for _, path, weight in rows)


def _read_socket_path(value: Any) -> str:
    if wrong := _wrong_path(value):
        raise mistaken(wrong)
    if "?" in value:
        raise mistaken(f"{show(value)} holds a query; write the path alone")
    return f"/{value.strip('/')}/" if value.strip("/") else "/"


def _wrong_header(name: str, value: Any) -> str | None:
    if not _HEADER.fullmatch(name):
        return f"{show(name)} is not the name of a header"
    if name.lower() in _OWN_HEADERS or name.lower().startswith("sec-websocket-"):
        return "a visit writes this header itself; leave it out"
    if not isinstance(value, str):
        return f"{show(value)} is not a string"
    if not value.isascii() or not value.isprintable():
        return f"{show(value)} has a character that no header holds"
    return None


def _read_headers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise mistaken(f"{show(value)} is not a table of headers")
    if mistakes := [Mistake((name,), wrong) for name in value if (wrong := _wrong_header(name, value[name]))]:
        raise mistaken(mistakes)
    return value


def _read_hosts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise mistaken(f'{show(value)} is not a list of host names, such as ["staging.example.org"]')
    mistakes = [
        Mistake((index,), f"{show(host)} is not the name or address of a host, without scheme and path")
        for index, host in enumerate(value)
        if not isinstance(host, str) or not _HOST.fullmatch(host)
    ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple(value)


SocketPath = Annotated[str, PlainValidator(_read_socket_path)]
"""The path of a Socket.IO server; it ends up with a slash at both ends."""


class AppTable(Table):
    """What every preset lets a profile say."""

    preset: str = Field(examples=["nicegui"])
    pages: Annotated[tuple[tuple[str, float], ...], PlainValidator(_read_pages)] = (("/", 1.0),)
    headers: Annotated[dict[str, str], PlainValidator(_read_headers)] = Field(default_factory=dict)
    quiet_s: float = Field(default=0.0, ge=0)
    allowed_hosts: Annotated[tuple[str, ...], PlainValidator(_read_hosts)] = ()
