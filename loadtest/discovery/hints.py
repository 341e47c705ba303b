"""What a page and its scripts say about the socket that they open; read by pattern, so only hints."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

__all__ = ["Emit", "Hints", "inline_scripts", "read_hints", "script_addresses"]

_MOST_SCRIPTS = 200
_CALL = re.compile(r"\bio(?:\.connect)?\s{0,9}\(")
_CALL_CHARACTERS = 600
_STRING = r"""["'`]([^"'`\r\n]{1,200})["'`]"""
_FIRST_STRING = re.compile(rf"\s{{0,9}}{_STRING}")
_PATH = re.compile(rf"\bpath[\"']?\s{{0,9}}:\s{{0,9}}{_STRING}")
_TRANSPORTS = re.compile(r"\btransports[\"']?\s{0,9}:\s{0,9}\[([^\]]{0,100})\]")
_WORD = re.compile(r"\w{1,20}")
_MARK = "?EIO="
_BEFORE_MARK = re.compile(r"[\w./~-]{0,200}/$")
_MOST_FOUND = 50
"""Calls, addresses and events that are looked at in one script."""
_CLIENT = re.compile(r"([\w./:~@-]{0,200}/)socket\.io(?:\.esm)?(?:\.min)?\.js(?:[?#]|$)")
_NAMESPACE_AFTER_ORIGIN = re.compile(
    r"""["'`]?(?:\$\{[^}]{0,80}\}|https?://[^/"'`]{1,100})?(/[^"'`?]{0,100})"""
)
_EMIT = re.compile(rf"\bemit\s{{0,9}}\(\s{{0,9}}{_STRING}(.{{0,300}})", re.DOTALL)
_ON_CONNECT = re.compile(r"""\.on\(\s{0,9}["'`]connect["'`](.{0,600})""", re.DOTALL)
_OBJECT = re.compile(r"\s{0,9},\s{0,9}\{([^{}]{0,200})\}(.{0,60})", re.DOTALL)
_KEY = re.compile(r"\s{0,9}[\"']?([A-Za-z_][A-Za-z0-9_]{0,60})[\"']?\s{0,9}(?::|,|$)")
_CALLBACK = re.compile(r"\s{0,9},\s{0,9}(?:\(|function\b|async\b|[A-Za-z_$][\w$]{0,60}\s{0,9}=>|\d)")
_PLAIN_PATH = re.compile(r"/[\w./~%-]{0,200}")
_PLAIN_NAMESPACE = re.compile(r"/[\w./~-]{0,100}")


@dataclass(frozen=True, slots=True)
class Emit:
    """An event that a script emits."""

    event: str
    keys: tuple[str, ...]
    """The keys of its argument, when that is an object written out."""
    has_ack: bool


@dataclass(frozen=True, slots=True)
class Hints:
    """What scripts say."""

    socket_paths: tuple[str, ...] = ()
    """Paths on the host, with a slash at both ends."""
    namespaces: tuple[str, ...] = ()
    transports: tuple[str, ...] = ()
    """What the client is told to use, in its order; the client's own is polling, then an upgrade."""
    has_client: bool = False
    """Whether Socket.IO's own client opens the socket."""
    emit: Emit | None = None
    """What is emitted on connecting; else the first event that is emitted anywhere."""


def _tags(page: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes and the text of each script element; linear, whatever the page holds."""
    low = page.lower()
    at = 0
    for _ in range(_MOST_SCRIPTS):
        begin = low.find("<script", at)
        end = low.find(">", begin)
        if begin < 0 or end < 0:
            return
        close = low.find("</script", end)
        if close < 0:
            close = len(page)
        yield page[begin + 7 : end], page[end + 1 : close]
        at = close


_SRC = re.compile(
    r"""\bsrc\s{0,9}=\s{0,9}(?:"([^"]{1,500})"|'([^']{1,500})'|([^\s"'>]{1,500}))""", re.IGNORECASE
)


def script_addresses(page: str) -> Sequence[str]:
    """Return the addresses of a page's scripts, as they are written."""
    found = (_SRC.search(attributes) for attributes, _ in _tags(page))
    return list(dict.fromkeys(match[1] or match[2] or match[3] for match in found if match))


def inline_scripts(page: str) -> Sequence[str]:
    """Return the text of a page's own scripts."""
    return [text for attributes, text in _tags(page) if text.strip() and not _SRC.search(attributes)]


def read_hints(texts: Iterable[str], addresses: Iterable[str], page_path: str) -> Hints:
    """Read scripts.

    Args:
        texts: the scripts.
        addresses: where the page gets scripts from: the client's own tells the socket's path.
        page_path: what relative addresses are relative to.
    """
    paths: list[str] = []
    namespaces: list[str] = []
    emits: list[Emit] = []
    for address in addresses:
        with suppress(ValueError):  # no address: of an IPv6 host without its end, say
            url = urlsplit(urljoin(page_path, address))
            if not url.netloc and (found := _CLIENT.match(url.path)):
                paths.append(found[1])
    transports: list[str] = []
    calls = 0
    for text in texts:
        for call in islice(_CALL.finditer(text), _MOST_FOUND):
            calls += 1
            _read_call(text[call.end() : call.end() + _CALL_CHARACTERS], paths, namespaces, transports)
        paths += _paths_in(text)
        emits += _read_emits(text)
    return Hints(
        tuple(dict.fromkeys(f"/{path.strip('/')}/" for path in paths if _PLAIN_PATH.fullmatch(path))),
        tuple(dict.fromkeys(name for name in namespaces if _PLAIN_NAMESPACE.fullmatch(name))),
        tuple(dict.fromkeys(transports)),
        calls > 0,
        emits[0] if emits else None,
    )


def _paths_in(text: str) -> Iterator[str]:
    """Yield the paths of addresses that are written out, as in ``/socket.io/?EIO=4&transport=websocket``."""
    at = text.find(_MARK)
    for _ in range(_MOST_FOUND):
        if at < 0:
            return
        if found := _BEFORE_MARK.search(text[max(at - _CALL_CHARACTERS, 0) : at]):
            yield found[0]
        at = text.find(_MARK, at + 1)


def _read_call(arguments: str, paths: list[str], namespaces: list[str], transports: list[str]) -> None:
    """Read what ``io(…)`` is called with: an address whose path is the namespace, and options."""
    if path := _PATH.search(arguments.partition(";")[0]):
        paths.append(path[1])
    if listed := _TRANSPORTS.search(arguments.partition(";")[0]):
        transports += [word for word in _WORD.findall(listed[1]) if word in ("polling", "websocket")]
    if first := _FIRST_STRING.match(arguments):
        name = _NAMESPACE_AFTER_ORIGIN.fullmatch(first[1])
        namespaces.append(name[1].rstrip("/") or "/" if name else "/")
    else:
        namespaces.append("/")


def _read_emits(text: str) -> list[Emit]:
    on_connect = [found[1] for found in islice(_ON_CONNECT.finditer(text), _MOST_FOUND)]
    matches = (match for part in [*on_connect, text] for match in _EMIT.finditer(part))
    return [_read_emit(match) for match in islice(matches, _MOST_FOUND)]


def _read_emit(match: "re.Match[str]") -> Emit:
    written = _OBJECT.match(match[2])
    if written is None:
        return Emit(match[1], (), bool(_CALLBACK.match(match[2])))
    keys = (_KEY.match(part) for part in written[1].split(","))
    return Emit(match[1], tuple(key[1] for key in keys if key), bool(_CALLBACK.match(written[2])))
