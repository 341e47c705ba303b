"""Scripts as text: short, whole, importing little, and with nothing of strangers in them that could run."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.navigation.point import Transport
from loadtest.replay.script.script import LEAST_TOO_LONG
from loadtest.replay.script.source import CannotScriptError
from loadtest.replay.script.way import Way
from tests.e2e.harness import free_port
from tests.replay.script.apps import APPS, HOST, WAYS, script_of, way

HOSTILE = [
    '"""\nimport os; os.abort()\n"""',
    "'; raise SystemExit(13) #",
    "\\",
    "\\\"'",
    "\x1b[31mred\x1b[0m ::error::",
    "{0} %(x)s $HOME `id`",
    "\ud800 \u202e \u2028 \x00 \r\n",
    "x" * 5_000,
]


def imported(nodes: Sequence[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        assert not isinstance(node, ast.ImportFrom)


ONE_OF_EACH = list({(one.at, one.transport): one for one in WAYS}.values())
"""One manner of each point and transport."""
BOTH = [
    pytest.param(ONE_OF_EACH, id="a manner of each"),
    pytest.param(WAYS, id="every manner", marks=pytest.mark.slow),
]
BUILT_IN = {"print", "str", "ascii", "len", "range", "list", "max", "isinstance"}


@pytest.mark.parametrize("ways", BOTH)
@pytest.mark.parametrize(
    ("app", "missing"),
    [
        ("nicegui", {"P26"}),
        ("chainlit", {"P26"}),
        ("reflex", {"P16", "P16b", "P17", "P23", "P26"}),
        ("reflex-by-event", {"P26"}),
        ("plain", {"P16b", "P17", "P18", "P23", "P26"}),
        ("generic", set()),
    ],
)
def test_every_way_to_leave_that_the_app_has_is_a_short_whole_script(
    app: str, missing: set[str], ways: Sequence[Way]
) -> None:
    refused = {}
    for one in ways:
        try:
            check(script_of(APPS[app], one), one)
        except CannotScriptError as error:
            refused[one.at] = str(error)

    assert {why for why in refused.values() if "the app has no" not in why} == set()
    assert refused.keys() == missing


def check(text: str, one: Way) -> None:
    """Assert that a script is short, imports little, and uses no name that is not there."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    modules = set(imported(nodes))
    assert text.count("\n") < LEAST_TOO_LONG, str(one)
    assert modules <= {*sys.stdlib_module_names, "websocket"}, str(one)
    assert ast.get_docstring(tree), str(one)
    has_socket = one.at not in ("P00", "P01", "P02", "P03", "P04", "P05", "P12")
    assert ("websocket" in modules) == (has_socket and one.transport is not Transport.POLLING), str(one)
    names = [node for node in nodes if isinstance(node, ast.Name)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    given = {argument.arg for function in functions for argument in function.args.args}
    there = (
        stored | given | {"OSError", "error"} | {function.name for function in functions} | modules | BUILT_IN
    )
    assert {node.id for node in names} - there == set(), str(one)


@pytest.mark.parametrize("app", ["nicegui", "generic"])
def test_where_nobody_listens_a_script_says_so_in_one_line(app: str, tmp_path: Path) -> None:
    script, host = tmp_path / "script.py", f"http://127.0.0.1:{free_port()}"
    script.write_text(script_of(APPS[app], way("P16")))

    ended = subprocess.run([sys.executable, script, host], capture_output=True, text=True, timeout=60)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"nobody listens at {host}: ")
    assert ended.stderr.count("\n") == 1


def harmless(text: str) -> bool:
    """Whether a script does what the one without hostile text does: the same calls of the same names."""
    return calls(text) == calls(script_of(APPS["generic"], way("P19")))


def calls(text: str) -> list[str]:
    return [ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_the_app_is_a_literal_and_nothing_else(text: str) -> None:
    script = script_of(APPS["generic"], way("P19"), expect=text)

    assert harmless(script)
    assert script.isascii()
    strings = [node.value for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant)]
    assert text in strings


@settings(max_examples=30, deadline=None)
@given(st.text())
def test_any_text_stands_for_itself(text: str) -> None:
    script = script_of(APPS["generic"], way("P19"), expect=text)

    assert harmless(script)
    strings = [node.value for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant)]
    assert text in strings


def test_keys_of_the_profile_are_literals_too() -> None:
    app = r"""
[app]
preset = "generic"
query = { "a&b=c" = "' + x + '" }
auth = { token = "$secret" }
data = [{ secret = "'); raise SystemExit('" }]

[app.handshake]
event = '"); os.abort() #'
data = { a = '\""', "'" = "$$HOME ${tab_id}" }
answer = "\n\u001b"
"""
    script = script_of(app, way("P18"), row={"secret": "'); raise SystemExit('"})

    assert script.isascii()
    assert "SystemExit" not in "".join(calls(script))
    assert "os.abort" not in calls(script)
    strings = [node.value for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant)]
    assert "'); raise SystemExit('" in strings
    assert "$HOME " in strings


def test_the_host_of_the_run_is_the_default() -> None:
    script = script_of(APPS["plain"], way("P15"), host="https://app.example.org/base")

    assert 'else "https://app.example.org/base"' in script
    assert 'url = "ws" + HOST[4:] + "/socket.io/?EIO=4&transport=websocket"' in script


@pytest.mark.parametrize(
    ("app", "why"),
    [
        ('login = { path = "/login", form = { user = "me" } }', "the app wants a log-in"),
        ('extract = { a = { css = "div > p" } }\nauth = { a = "$a" }', "a: CSS selector"),
        ('extract = { a = { jmespath = "a[?b]" } }\nauth = { a = "$a" }', "a: JMESPath"),
        ('steps = [{ emit = "picture", bytes = 10 }]', "step 'picture' sends bytes"),
    ],
)
def test_what_a_short_script_cannot_do_is_refused_with_what_to_do_instead(app: str, why: str) -> None:
    with pytest.raises(CannotScriptError, match="run the written profile instead") as refused:
        script_of(f'[app]\npreset = "generic"\n{app}\n', way("P19"))
    assert str(refused.value).startswith(why)


def test_a_long_stay_over_long_polling_is_refused() -> None:
    with pytest.raises(CannotScriptError, match="has pings to answer; run the written profile instead"):
        script_of(APPS["plain"], way("P07", "fin", "polling", dwell_s=5.0))


def test_what_would_be_too_long_is_refused() -> None:
    steps = ",\n".join(f'{{ emit = "step {number}" }}' for number in range(40))
    with pytest.raises(CannotScriptError, match=r"would have \d+ lines, and 60 are too many to read"):
        script_of(f'[app]\npreset = "generic"\nsteps = [\n{steps}\n]\n', way("P19"))


def test_two_visits_of_a_tab_come_one_after_another() -> None:
    script = script_of(APPS["plain"], way("P16"), way("stay", dwell_s=0.5), tabs=[3, 3])

    assert script.count("\n") < LEAST_TOO_LONG
    assert script.startswith('"""Shows a bug with 2 visits in 1 tab. Run: python board-minimal.py')
    tab = '[(0, "/", "P16"), (1, "/", "stay")]'
    assert f"\nTABS = [{tab}]\n" in script


def test_visits_that_leave_alike_share_their_lines() -> None:
    one, five = (script_of(APPS["nicegui"], *[way("P16")] * count) for count in (1, 5))

    assert five.count("\n") < LEAST_TOO_LONG
    assert one.count("hear(ws, ") == five.count("hear(ws, ")


def test_a_certificate_that_the_profile_does_not_verify_is_not_verified() -> None:
    app = '[app]\npreset = "generic"\ntls = { verify = false }\n'
    script = script_of(app, way("P14"), host="https://127.0.0.1:8443")

    assert 'sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False}' in script
    assert "ssl._create_default_https_context = ssl._create_unverified_context" in script


def test_the_default_host_is_told_in_no_other_place() -> None:
    assert script_of(APPS["plain"], way("P16")).count(HOST) == 1


def test_visits_of_two_pages_differ_in_their_turns_alone() -> None:
    script = script_of(APPS["plain"], way("P16"), replace(way("P16"), page="/other"))

    assert '[(1, "/other", "P16")]' in script
    assert script.count("def visit") == 1
