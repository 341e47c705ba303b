"""Errors that nobody caught, as Node tells the process of them."""

import json
from typing import Any

import pytest

from tests.hooks.node.running import needs_node, node, run_node

pytestmark = needs_node

HEAD = """
const { AsyncLocalStorage } = require("async_hooks");
const { Failures } = hooks("failures");
const counted = [];
const hooked = {
  context: new AsyncLocalStorage(),
  recorder: { fail: (error, channel, context) =>
    counted.push([String((error && error.message) || error), channel, context ? context.name : null]) },
  settlement: { reject() {} },
  guard: (act) => act(),
  confess: (fault) => { throw fault; },
  finish: () => {},
};
const failures = new Failures(hooked);
const uninstall = failures.install();
const visit = { name: "visit", handler: { errors: 0 } };
const later = (act) => setTimeout(act, 20);
"""


def counts(script: str, *options: str) -> Any:
    return node(HEAD + script + "\nsetTimeout(() => tell(counted), 60);", None, *options)


SURVIVE = """
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
"""


def test_the_context_is_that_in_which_the_work_began() -> None:
    script = (
        SURVIVE
        + """
    hooked.context.run(visit, () => {
      setTimeout(() => { throw new Error("timer"); });
      setImmediate(() => { throw new Error("immediate"); });
      process.nextTick(() => { throw new Error("tick"); });
      (async () => { await null; await new Promise((r) => setTimeout(r, 5)); throw new Error("async"); })();
      require("fs").stat("/", () => { throw new Error("callback"); });
    });
    setTimeout(() => { throw new Error("stray"); });
    Promise.reject(new Error("stray rejection"));
    """
    )
    assert sorted(counts(script)) == [
        ["async", "rejection", "visit"],
        ["callback", "exception", "visit"],
        ["immediate", "exception", "visit"],
        ["stray", "exception", None],
        ["stray rejection", "rejection", None],
        ["tick", "exception", "visit"],
        ["timer", "exception", "visit"],
    ]


def test_an_exception_that_leaves_a_handler_is_tied_to_its_call() -> None:
    script = (
        SURVIVE
        + """
    later(() => { try { throw new Error("sync"); } finally { failures.leave(visit); } });
    """
    )
    assert counts(script) == [["sync", "handler", "visit"]]


def test_one_that_somebody_else_catches_is_counted_without_being_seen() -> None:
    script = """
    try { try { throw new Error("sync"); } finally { failures.leave(visit); } } catch (error) { /* theirs */ }
    """
    assert counts(script) == [["Error", "handler", "visit"]]


def test_what_a_handler_returned_is_tied_to_its_call_and_what_the_app_handles_is_not_counted() -> None:
    script = (
        SURVIVE
        + """
    const promise = Promise.reject("no error");
    failures.expect(promise, visit);
    const handled = Promise.reject(new Error("handled"));
    failures.expect(handled, visit);
    handled.catch(() => {});
    later(() => tell);
    """
    )
    assert counts(script) == [["no error", "rejection", "visit"]]


def test_two_promises_that_are_rejected_with_one_error_are_one_error_for_each_visit() -> None:
    script = (
        SURVIVE
        + """
    const error = new Error("shared");
    const other = { name: "other" };
    for (const context of [visit, visit, other]) hooked.context.run(context, () => Promise.reject(error));
    Promise.reject(error);
    Promise.reject(error);
    later(() => Promise.reject(error));
    """
    )
    assert counts(script) == [
        ["shared", "rejection", "visit"],
        ["shared", "rejection", "other"],
        ["shared", "rejection", None],
        ["shared", "rejection", None],
    ]


@pytest.mark.parametrize("mode", ["throw", "strict", "warn", "none", "warn-with-error-code"])
@pytest.mark.parametrize("reason", ["new Error('lost')", "'lost'"])
def test_in_every_mode_a_rejection_is_counted_once(mode: str, reason: str) -> None:
    script = f"""
    process.once("exit", () => {{ failures.flush(); console.log(JSON.stringify(counted)); }});
    hooked.context.run(visit, () => Promise.reject({reason}));
    """
    done = run_node(HEAD + script, f"--unhandled-rejections={mode}")

    (message, channel, context), *others = json.loads(done.stdout)
    assert (channel, context, others) == ("rejection", "visit", [])
    assert "lost" in message


@pytest.mark.parametrize(
    "what", ["throw new Error('x')", "Promise.reject(new Error('x'))", "Promise.reject(5)"]
)
def test_the_process_dies_as_it_would_and_hears_what_it_would(what: str) -> None:
    script = """
    const names = ["exit", "unhandledRejection", "uncaughtException"];
    const heard = names.map((name) => process.listenerCount(name));
    process.on("exit", (code) => console.log("exit", code, heard.join()));
    setTimeout(() => { WHAT; });
    """.replace("WHAT", what)
    bare = run_node(script)
    watched = run_node(HEAD + script)

    assert (watched.returncode, watched.stdout) == (bare.returncode, bare.stdout) == (1, "exit 1 0,0,0\n")
    assert [line for line in watched.stderr.splitlines() if "[eval]:" not in line] == [
        line for line in bare.stderr.splitlines() if "[eval]:" not in line
    ]


def test_uninstalled_the_process_is_as_before() -> None:
    script = """
    const own = Object.prototype.hasOwnProperty.call(process, "emit");
    uninstall();
    tell([own, Object.prototype.hasOwnProperty.call(process, "emit")]);
    process.exit(0);
    """
    assert node(HEAD + script) == [True, False]


def test_the_process_shows_no_property_that_it_had_not() -> None:
    script = """
const inside = Object.keys(process).includes("emit");
uninstall();
tell([inside, Object.prototype.hasOwnProperty.call(process, "emit")]);
"""
    assert node(HEAD + script, None) == [False, False]
