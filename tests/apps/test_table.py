"""The keys of [app] that every preset has."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.app import Access, Login, Tls
from loadtest.apps.generic_table import GenericTable
from loadtest.apps.mistake import mistakes_of
from loadtest.apps.table import AppTable
from loadtest.navigation.act import Think
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.point import Transport


class Preset(AppTable):
    preset: str = "some"


def told(key: str, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Preset.model_validate({key: value})
    return [str(mistake) for mistake in mistakes_of(caught.value)]


def test_an_app_needs_no_key_at_all() -> None:
    table = Preset.model_validate({})

    assert (table.pages, table.headers, table.quiet_s, table.allowed_hosts) == ((("/", 1.0),), {}, 0.0, ())


@pytest.mark.parametrize(
    ("written", "pages"),
    [
        (["/", "/a?b=c&d=%20"], (("/", 1.0), ("/a?b=c&d=%20", 1.0))),
        ({"/": 3, "/never": 0}, (("/", 3.0), ("/never", 0.0))),
    ],
)
def test_pages_are_a_list_or_a_table_of_weights(written: Any, pages: tuple[tuple[str, float], ...]) -> None:
    assert Preset.model_validate({"pages": written}).pages == pages


@pytest.mark.parametrize(
    ("pages", "mistakes"),
    [
        ("/", ['pages: "/" is not a list of paths (["/"]) or a table of weights ({ "/" = 3 })']),
        ([], ['pages: is empty; write pages = ["/"]']),
        ({}, ['pages: is empty; write pages = ["/"]']),
        ({"/": 0}, ["pages: all weights are 0: give a page more"]),
        (
            ["/", "b", 3],
            [
                'pages[1]: "b" is not a path that begins with a slash, such as "/"',
                'pages[2]: 3 is not a path that begins with a slash, such as "/"',
            ],
        ),
        (
            {"http://x/": 1, "/": -1, "/a": "1"},
            [
                'pages."http://x/": "http://x/" is not a path that begins with a slash, such as "/"',
                'pages."/": -1 is below 0',
                'pages."/a": "1" is not a number',
            ],
        ),
    ],
)
def test_wrong_pages_are_told(pages: Any, mistakes: list[str]) -> None:
    assert told("pages", pages) == mistakes


@pytest.mark.parametrize("path", ["/a b", "/ä", "/#top", "/\r\nhost: x"])
def test_a_path_that_would_break_a_request_is_told(path: str) -> None:
    (mistake,) = told("pages", ["/", path])

    assert mistake.startswith("pages[1]: ")
    assert mistake.endswith(
        "has a character that no request holds; write it percent-encoded (a space is %20)"
    )


@pytest.mark.parametrize(
    "name", ["Host", "traceparent", "Sec-WebSocket-Key", "x-loadtest-navigation", "Cookie"]
)
def test_headers_that_a_visit_writes_itself_are_refused(name: str) -> None:
    key = f"headers.{name}"
    assert told("headers", {name: "x"}) == [f"{key}: a visit writes this header itself; leave it out"]


@pytest.mark.parametrize(
    ("headers", "mistakes"),
    [
        ("a: b", ['headers: "a: b" is not a table of headers']),
        ({"a b": "c"}, ['headers."a b": "a b" is not the name of a header']),
        ({"": "c"}, ['headers."": "" is not the name of a header']),
        ({"a": 5, "b": "c"}, ["headers.a: 5 is not a string"]),
        ({"a": "x\r\ny: z"}, ['headers.a: "x\\r\\ny: z" has a character that no header holds']),
        ({"a": "ä"}, ['headers.a: "ä" has a character that no header holds']),
    ],
)
def test_wrong_headers_are_told(headers: Any, mistakes: list[str]) -> None:
    assert told("headers", headers) == mistakes


def test_good_headers_are_taken_as_they_are() -> None:
    assert Preset.model_validate({"headers": {"Accept-Language": "de, en"}}).headers == {
        "Accept-Language": "de, en"
    }


@pytest.mark.parametrize(
    ("hosts", "mistakes"),
    [
        ("a", ['allowed_hosts: "a" is not a list of host names, such as ["staging.example.org"]']),
        (
            ["staging.example.org", "::1", "http://a/", 4, ""],
            [
                'allowed_hosts[2]: "http://a/" is not the name or address of a host, without scheme and path',
                "allowed_hosts[3]: 4 is not the name or address of a host, without scheme and path",
                'allowed_hosts[4]: "" is not the name or address of a host, without scheme and path',
            ],
        ),
    ],
)
def test_wrong_hosts_are_told(hosts: Any, mistakes: list[str]) -> None:
    assert told("allowed_hosts", hosts) == mistakes


def test_good_hosts_are_kept() -> None:
    assert Preset.model_validate({"allowed_hosts": ["a.example", "10.0.0.1"]}).allowed_hosts == (
        "a.example",
        "10.0.0.1",
    )


def test_a_negative_quiet_is_told() -> None:
    assert told("quiet_s", -1) == ["quiet_s: -1 is below 0"]


@pytest.mark.parametrize(
    ("written", "path"),
    [("/socket.io/", "/socket.io/"), ("/socket.io", "/socket.io/"), ("/a/b", "/a/b/"), ("/", "/")],
)
def test_a_socket_path_gets_a_slash_at_both_ends(written: str, path: str) -> None:
    assert GenericTable.model_validate({"socket_path": written}).socket_path == path


@pytest.mark.parametrize(
    ("path", "mistake"),
    [
        ("socket.io", 'socket_path: "socket.io" is not a path that begins with a slash, such as "/"'),
        (5, 'socket_path: 5 is not a path that begins with a slash, such as "/"'),
        ("/ws?a=b", 'socket_path: "/ws?a=b" holds a query; write the path alone'),
    ],
)
def test_a_wrong_socket_path_is_told(path: Any, mistake: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GenericTable.model_validate({"socket_path": path})

    assert [str(told) for told in mistakes_of(caught.value)] == [mistake]


@pytest.mark.parametrize(
    ("key", "value", "mistakes"),
    [
        (
            "transports",
            "polling",
            [
                (
                    'transports: "polling" is not a list of transports, such as ["websocket"]; '
                    "known: websocket, polling, upgrade"
                )
            ],
        ),
        (
            "transports",
            [],
            [
                (
                    'transports: [] is not a list of transports, such as ["websocket"]; '
                    "known: websocket, polling, upgrade"
                )
            ],
        ),
        (
            "transports",
            ["polling", "http", 5],
            [
                'transports[1]: "http" is not a transport; known: websocket, polling, upgrade',
                "transports[2]: 5 is not a transport; known: websocket, polling, upgrade",
            ],
        ),
        ("cookies", "a=b", ['cookies: "a=b" is not a table of cookies, such as { session = "$session" }']),
        (
            "cookies",
            {"a b": "c", "d": "e;f", "g": 5, "h": "ü", "i": "$who"},
            [
                'cookies."a b": "a b" is not the name of a cookie',
                'cookies.d: "e;f" is not the value of a cookie',
                "cookies.g: 5 is not the value of a cookie",
                'cookies.h: "ü" is not the value of a cookie',
            ],
        ),
        (
            "cookies",
            {"i": "$who"},
            ["cookies.i: $who is not known ($$ is a dollar sign); there is none to name here"],
        ),
        ("login", "/login", ['login: "/login" is not a table']),
        (
            "login",
            {"path": "login"},
            ['login.path: "login" is not a path that begins with a slash, such as "/"'],
        ),
        (
            "login",
            {"path": "/", "form": {}, "json": {}},
            ["login.json: there is form already; write one of the two"],
        ),
        (
            "login",
            {"form": {"a": 1}},
            ['login.path: is missing; write path = "/login"', "login.form.a: 1 is not a string"],
        ),
        (
            "login",
            {"path": "/", "json": {"a": "$b"}},
            ["login.json.a: $b is not known ($$ is a dollar sign); there is none to name here"],
        ),
        (
            "login",
            {"path": "/"},
            ['login: posts nothing; write form = { user = "$user" } or json = { user = "$user" }'],
        ),
        ("login", {"path": "/", "jsom": {}, "form": {}}, ["login.jsom: unknown key; did you mean json?"]),
        ("tls", {"verify": 0}, ["tls.verify: 0 is not true or false"]),
        ("tls", {"cafile": "x"}, ["tls.cafile: unknown key; known: ca, verify"]),
        ("data", {"a": 1}, ['data: {"a": 1} is not the name of a CSV file, such as "accounts.csv"']),
        ("data", [1], ['data: [1] is not the name of a CSV file, such as "accounts.csv"']),
        (
            "data",
            [{"a": "1"}, {"b": "1"}, {"a": 5}],
            [
                'data[1]: {"b": "1"} has not the columns of the first row, all with strings',
                'data[2]: {"a": 5} has not the columns of the first row, all with strings',
            ],
        ),
    ],
    ids=str,
)
def test_wrong_access_is_told(key: str, value: Any, mistakes: list[str]) -> None:
    assert told(key, value) == mistakes


def test_access_holds_what_every_preset_lets_a_profile_say() -> None:
    table = Preset.model_validate(
        {
            "pages": ["/a"],
            "transports": ["upgrade", "polling", "upgrade"],
            "headers": {"X": "y"},
            "data": [{"user": "ann"}],
            "cookies": {"u": "$user"},
            "login": {"path": "/in", "json": {"name": "$user"}},
            "tls": {"verify": False},
            "quiet_s": 2.0,
            "steps": [{"think_s": 1}],
        }
    )
    assert table.access() == Access(
        pages=(("/a", 1.0),),
        transports=(Transport.UPGRADE, Transport.POLLING),
        headers={"X": "y"},
        rows=({"user": "ann"},),
        cookies={"u": "$user"},
        login=Login("/in", None, {"name": "$user"}),
        tls=Tls(None, verify=False),
        quiet_s=2.0,
        steps=(Think(Distribution(Law.CONSTANT, 1.0)),),
    )


def test_without_a_word_access_is_the_plainest() -> None:
    assert Preset.model_validate({}).access() == Access()
