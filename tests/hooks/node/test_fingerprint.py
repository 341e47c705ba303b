"""What makes two errors of Node the same."""

from pathlib import Path
from typing import Any

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

APP = """
class NotFound extends Error {}
class Named extends Error { get name() { return "Renamed"; } }
const socket = { "on": (listener) => listener() };
module.exports = {
  deep() { return inner(); },
  custom() { throw new NotFound("no"); },
  named() { throw new Named("no"); },
  text() { throw "just text"; },
  nothing() { throw null; },
  bare() { throw { code: 5 }; },
  node() { JSON.parse("{"); },
  hostile() { throw new Proxy(new Error("x"), { get() { throw new Error("not yours"); } }); },
  made() { const error = new Error("made"); error.stack = [1, 2]; throw error; },
  library() { require("./node_modules/other/lib/index.js").fail(); },
  framework() {
    require("./node_modules/socket.io/dist/socket.js").call(() => { throw new TypeError("cb"); }); },
  long() { throw new Error("x".repeat(9000)); },
};
function inner() {
  throw new RangeError("deep");
}
"""
SCRIPT = """
const app = require("./app.js");
const { faultOf, formatError } = hooks("fingerprint");
let error;
try { app[given[0]](); } catch (thrown) { error = thrown; }
tell([faultOf(error, given[1]), formatError(error)]);
"""


def fault(tmp_path: Path, what: str, event: str | None = None) -> tuple[Any, ...]:
    """Return the fingerprint of what the app throws, and the traceback's text."""
    (tmp_path / "app.js").write_text(APP)
    for name, text in (
        ("other/lib/index.js", "exports.fail = function failing() { throw new Error('lib'); };"),
        ("socket.io/dist/socket.js", "exports.call = (callback) => callback();"),
    ):
        (tmp_path / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "node_modules" / name).write_text(text)
    found, text = node(SCRIPT, [what, event], cwd=tmp_path)
    return found["type"], found["function"], found["file"], found["line"], text


def test_the_deepest_frame_of_the_app_counts(tmp_path: Path) -> None:
    assert fault(tmp_path, "deep")[:4] == ("RangeError", "inner", "app.js", 21)
    assert fault(tmp_path, "node")[:4] == ("SyntaxError", "Object.node", "app.js", 12)
    # packages of others are the app's
    assert fault(tmp_path, "library")[:4] == ("Error", "Object.failing", "other/lib/index.js", 1)
    assert fault(tmp_path, "framework")[0:3:2] == ("TypeError", "app.js")


def test_a_listener_without_a_name_goes_by_its_event(tmp_path: Path) -> None:
    assert fault(tmp_path, "framework", "ask")[1] == 'listener of "ask"'
    assert fault(tmp_path, "deep", "ask")[1] == "inner"


def test_the_type_is_the_errors_name_or_its_class(tmp_path: Path) -> None:
    assert fault(tmp_path, "custom")[0] == "NotFound"
    assert fault(tmp_path, "named")[0] == "Renamed"


def test_what_is_thrown_and_no_error_is_told_too(tmp_path: Path) -> None:
    assert fault(tmp_path, "text") == ("string", "?", "?", 0, "thrown, and no Error: 'just text'")
    assert fault(tmp_path, "nothing", "ask") == (
        "null",
        'listener of "ask"',
        "?",
        0,
        "thrown, and no Error: null",
    )
    assert fault(tmp_path, "bare")[4] == "thrown, and no Error: { code: 5 }"


def test_an_error_that_does_not_want_to_be_looked_at_does_no_harm(tmp_path: Path) -> None:
    assert fault(tmp_path, "hostile")[:4] == ("Error", "?", "?", 0)
    assert fault(tmp_path, "made")[:4] == ("Error", "?", "?", 0)


def test_a_traceback_has_a_bounded_length(tmp_path: Path) -> None:
    assert len(fault(tmp_path, "long")[4]) == 4000
