"""What a tab does once, before its first page: it takes its cookies along, and logs in."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from loadtest.apps.app import Access
from loadtest.apps.template import filled
from loadtest.navigation.record import Outcome
from loadtest.transport.exchange import Exchange
from loadtest.transport.fault import VisitError
from loadtest.transport.headers import BROWSER, header_lines
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target

__all__ = ["log_in", "new_tab"]

_FORM: Mapping[str, str] = MappingProxyType({"Content-Type": "application/x-www-form-urlencoded"})
_JSON: Mapping[str, str] = MappingProxyType({"Content-Type": "application/json"})
_SAFE = "/%?=&+:@!$'()*,;~[]"


def new_tab(access: Access, index: int) -> Tab:
    """Return the tab with this index, with its row of the ``data`` file and its cookies."""
    row = access.rows[index % len(access.rows)] if access.rows else {}
    tab = Tab(index=index, row=row, is_logged_in=access.login is None)
    tab.cookies.take(f"{name}={filled(value, row)}".encode() for name, value in access.cookies.items())
    return tab


def log_in(target: Target, access: Access, tab: Tab, trace: bytes) -> None:
    """Post the log-in, and keep the cookies of its answer.

    Raises:
        VisitError, OSError: the server refused, or does not answer.
    """
    login = access.login
    if login is None or tab.is_logged_in:
        return
    if login.form is not None:
        kind, body = _FORM, urlencode({key: filled(value, tab.row) for key, value in login.form.items()})
    else:
        kind, body = _JSON, json.dumps(filled(login.json, tab.row))
    exchange = Exchange(target)
    try:
        exchange.send(_request(target, access, login.path, kind, body.encode(), trace + tab.cookies.header))
        answer = exchange.read()
    finally:
        exchange.close()
    tab.cookies.take(answer.head.cookies)
    if not 200 <= answer.head.status < 400:  # a log-in that succeeds mostly redirects
        raise VisitError(Outcome.REFUSED, f"log-in answered {answer.head.status}", answer.words)
    tab.is_logged_in = True


def _request(
    target: Target, access: Access, path: str, kind: Mapping[str, Any], body: bytes, trace: bytes
) -> bytes:
    own = {"Host": target.host_header, "Origin": target.origin, "Content-Length": str(len(body))}
    line = f"POST {quote(target.base_path + path, safe=_SAFE)} HTTP/1.1\r\n"
    return b"".join(
        (line.encode("ascii"), header_lines(own, BROWSER, access.headers, kind), trace, b"\r\n", body)
    )
