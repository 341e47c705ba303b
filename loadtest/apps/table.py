"""The keys of ``[app]`` that every preset has."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PlainValidator, ValidationInfo, field_validator, model_validator

from loadtest.apps.app import Access, Login, Tls
from loadtest.apps.mistake import Mistake, Table, mistaken, show, wrong_number
from loadtest.apps.steps_table import StepTable, read_json, unknown_names
from loadtest.navigation.point import Transport

__all__ = [
    "BUILT_IN",
    "AppTable",
    "LoginTable",
    "Pages",
    "SocketPath",
    "TlsTable",
    "Transports",
    "columns_of",
    "wrong_path",
]

BUILT_IN = ("tab_id", "document_id", "navigation")
"""Placeholders that every page has."""

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


def wrong_path(path: Any) -> str | None:
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
    mistakes = [Mistake(at, wrong) for at, path, _ in rows if (wrong := wrong_path(path))]
    mistakes += [Mistake(at, wrong) for at, _, weight in rows if (wrong := wrong_number(weight, at_least=0))]
    if not mistakes and not any(weight for _, _, weight in rows):
        mistakes = [
            Mistake((), "all weights are 0: give a page more" if rows else 'is empty; write pages = ["/"]')
        ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple((path, float(weight)) for _, path, weight in rows)


def _read_socket_path(value: Any) -> str:
    if wrong := wrong_path(value):
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


def _read_cookies(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not a table of cookies, such as {{ session = "$session" }}')
    mistakes = []
    for name, text in value.items():
        if not _HEADER.fullmatch(name):
            mistakes.append(Mistake((name,), f"{show(name)} is not the name of a cookie"))
        elif not isinstance(text, str) or not text.isascii() or not text.isprintable() or ";" in text:
            mistakes.append(Mistake((name,), f"{show(text)} is not the value of a cookie"))
    if mistakes:
        raise mistaken(mistakes)
    return value


def _read_transports(value: Any) -> tuple[Transport, ...]:
    words = ", ".join(Transport)
    if not isinstance(value, list) or not value:
        raise mistaken(f'{show(value)} is not a list of transports, such as ["websocket"]; known: {words}')
    mistakes = [
        Mistake((index,), f"{show(word)} is not a transport; known: {words}")
        for index, word in enumerate(value)
        if word not in list(Transport)
    ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple(dict.fromkeys(map(Transport, value)))


def _read_rows(value: Any) -> tuple[Mapping[str, str], ...]:
    if isinstance(value, str):  # the profile's loader has put the rows in the place of the file's name
        raise mistaken(f"{show(value)} cannot be read here; only a profile out of a file may name one")
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise mistaken(f'{show(value)} is not the name of a CSV file, such as "accounts.csv"')
    mistakes = [
        Mistake((index,), f"{show(row)} has not the columns of the first row, all with strings")
        for index, row in enumerate(value)
        if row.keys() != value[0].keys() or not all(isinstance(cell, str) for cell in row.values())
    ]
    if mistakes:
        raise mistaken(mistakes)
    return tuple(value)


def columns_of(keys: Mapping[str, Any]) -> Sequence[str]:
    """Return the columns of the ``data`` file among the keys that have been read already."""
    rows = keys.get("data") or ()
    return tuple(rows[0]) if rows else ()


Pages = Annotated[tuple[tuple[str, float], ...], PlainValidator(_read_pages)]
"""The pages that are visited, each with its weight."""

Transports = Annotated[tuple[Transport, ...], PlainValidator(_read_transports)]
"""How pages open their sockets."""


SocketPath = Annotated[str, PlainValidator(_read_socket_path)]
"""The path of a Socket.IO server; it ends up with a slash at both ends."""


class TlsTable(Table):
    """``[app.tls]``."""

    ca: str | None = None
    """PEM text; the profile's loader puts it here for ``ca_file``."""
    verify: bool = True


class LoginTable(Table):
    """``[app.login]``."""

    path: str = Field(examples=["/login"])
    form: dict[str, str] | None = None
    json_: Annotated[Any, PlainValidator(read_json)] = Field(default=None, alias="json")

    @field_validator("path")
    @classmethod
    def _is_path(cls, value: str) -> str:
        if wrong := wrong_path(value):
            raise mistaken(wrong)
        return value

    @field_validator("json_")
    @classmethod
    def _is_only_body(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("form") is not None:
            raise mistaken("there is form already; write one of the two")
        return value

    @model_validator(mode="after")
    def _has_body(self) -> Self:
        if self.form is None and self.json_ is None:
            raise mistaken('posts nothing; write form = { user = "$user" } or json = { user = "$user" }')
        return self


class AppTable(Table):
    """What every preset lets a profile say; each key is judged against the ones before it."""

    values: ClassVar[tuple[str, ...]] = BUILT_IN
    """Placeholders that this preset's pages have."""

    preset: str = Field(examples=["nicegui"])
    pages: Pages = (("/", 1.0),)
    transports: Transports = (Transport.WEBSOCKET,)
    headers: Annotated[dict[str, str], PlainValidator(_read_headers)] = Field(default_factory=dict)
    data: Annotated[tuple[Mapping[str, str], ...], PlainValidator(_read_rows)] = ()
    cookies: Annotated[dict[str, str], PlainValidator(_read_cookies)] = Field(default_factory=dict)
    login: LoginTable | None = None
    tls: TlsTable = Field(default_factory=TlsTable)
    quiet_s: float = Field(default=0.0, ge=0)
    allowed_hosts: Annotated[tuple[str, ...], PlainValidator(_read_hosts)] = ()
    steps: list[StepTable] = Field(default_factory=list)

    @field_validator("cookies", "login")
    @classmethod
    def _knows_columns(cls, value: Any, info: ValidationInfo) -> Any:
        plain = value.model_dump(by_alias=True) if isinstance(value, LoginTable) else value
        if "data" in info.data and (mistakes := unknown_names(plain or {}, columns_of(info.data))):
            raise mistaken(mistakes)
        return value

    def known_values(self) -> Sequence[str]:
        """Return what the first step may name as ``$name``."""
        return (*self.values, *columns_of({"data": self.data}))

    def wrong_steps(self) -> list[Mistake]:
        """Return a mistake for each name in the steps that nothing has given a value to by then."""
        known = [*self.known_values()]
        mistakes = []
        for index, step in enumerate(self.steps):
            for key, value in (("data", step.data), ("args", step.args)):
                mistakes += [
                    Mistake(("steps", index, key, *mistake.path), mistake.text)
                    for mistake in unknown_names(value, known)
                ]
            known += step.save
        return mistakes

    def access(self, namespace: str = "/") -> Access:
        """Return how visitors come in; ``namespace`` is that of steps which name none."""
        return Access(
            pages=self.pages,
            socket_path=vars(self).get("socket_path", "/socket.io/"),
            transports=self.transports,
            quiet_s=self.quiet_s,
            headers=self.headers,
            cookies=self.cookies,
            login=Login(self.login.path, self.login.form, self.login.json_) if self.login else None,
            tls=Tls(self.tls.ca, self.tls.verify),
            rows=self.data,
            steps=tuple(step.act(namespace) for step in self.steps),
        )
