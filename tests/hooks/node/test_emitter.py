"""The layer between Socket.IO and EventEmitter: it sees each event, and the app sees no difference."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.e2e.environments import node_with
from tests.hooks.node.running import HOOKS, needs_node, node

pytestmark = needs_node

HEAD = """
const { serve, visit } = require(given + "/nowhere.cjs");
const said = [];
const say = (...what) => said.push(what);
process.on("uncaughtException", (error) => say("uncaught", error.message));
process.on("unhandledRejection", (error) => say("unhandled", error.message));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const NOTHING = { handlers: [], errors: [] };
const finder = process[Symbol.for("loadtest.hooks")];
const end = () => {
  const tally = finder && finder.process.recorder.tally("00112233445566ff");
  const { handlers, errors } = JSON.parse(JSON.stringify(tally ? tally.toSnapshot(0) : NOTHING));
  tell([said, handlers.map((row) => [row.namespace, row.event, row.calls, row.errors, row.in_flight,
    row.latency.sum_us > 40000]), errors.map((error) => [error.channel, error.event, error.count]),
    finder ? finder.process._problems : []]);
  process.exit();
};
"""


FOREIGN = ["EventEmitter is not as Node has it: async handlers are timed until they first wait"]


def both(script: str, version: str = "4.8.1", problems: Sequence[str] = ()) -> Any:
    """Return what the hooks counted; the app saw the same with and without them."""
    env = {"NODE_PATH": str(node_with(f"socket.io@{version}") / "node_modules")}
    here = str(HOOKS.parents[2] / "tests" / "hooks" / "node")
    source = HEAD + "(async () => {" + script + "; end(); })();"
    bare, *_ = node(source, here, env=env)
    said, handlers, errors, complaints = node(source, here, "--require", str(HOOKS / "hook.cjs"), env=env)
    assert said == bare
    assert said != []
    assert complaints == list(problems)
    return handlers, errors


@pytest.mark.parametrize("version", ["3.0.0", "3.1.2", "4.5.1", "4.8.1"])
def test_arguments_order_and_this_are_the_listeners_own(version: str) -> None:
    script = """
    const server = serve();
    server.on("connect", (socket) => say("connect", socket.id.length));
    server.on("connection", function (socket) {
      say("connection", this === server.sockets);
      socket.on("ask", function (...args) { say("first", this === socket, args.length, args[0]); return 5; });
      socket.once("ask", (...args) => say("once", typeof args[2]));
      socket.on("ask", (value, more, acknowledge) => acknowledge(value, more));
      socket.on("disconnecting", (reason) => say("disconnecting", reason, socket.rooms.size));
      socket.on("disconnect", (reason) => say("disconnect", reason, socket.rooms.size));
    });
    const { ask, send, leave, conn } = await visit(server, 1);
    ask(1, "ask", 1, { a: [2] });
    ask(2, "ask", 2, null);
    send("unheard", 3);
    await sleep(5);
    leave();
    say(conn.written.slice(1));
    await sleep(5);
    """
    handlers, errors = both(script, version)

    assert handlers == [
        ["/", "connect", 1, 0, 0, False],
        ["/", "connection", 1, 0, 0, False],
        ["/", "ask", 2, 0, 0, False],
        ["/", "unheard", 1, 0, 0, False],
        ["/", "disconnecting", 1, 0, 0, False],
        ["/", "disconnect", 1, 0, 0, False],
    ]
    assert errors == []


def test_a_listener_that_throws_keeps_the_later_ones_from_running_as_it_would() -> None:
    script = """
    const server = serve();
    server.on("connection", (socket) => {
      socket.on("ask", () => say("before"));
      socket.on("ask", () => { throw new Error("planted"); });
      socket.on("ask", () => say("never"));
    });
    const { send } = await visit(server, 1);
    send("ask");
    await sleep(5);
    """
    handlers, errors = both(script)

    assert handlers[1] == ["/", "ask", 1, 1, 0, False]
    assert errors == [["handler", "ask", 1]]


def test_a_call_lasts_as_long_as_the_slowest_of_its_listeners() -> None:
    script = """
    const server = serve();
    server.on("connection", (socket) => {
      socket.on("ask", async () => { await sleep(5); });
      socket.on("ask", async () => { await sleep(50); say("slow"); });
      socket.on("ask", () => ({ then: () => say("a thenable is not touched") }));
    });
    const { send } = await visit(server, 1);
    send("ask");
    await sleep(90);
    """
    assert both(script)[0][1] == ["/", "ask", 1, 0, 0, True]


def test_middlewares_and_catch_alls_are_counted_by_themselves() -> None:
    script = """
    const server = serve();
    server.use((socket, next) => setTimeout(next, 50));
    server.use((socket, next) => { say("second"); next(); });
    server.on("connection", (socket) => {
      socket.onAny((event) => say("any", event));
      socket.use(([event], next) => (event === "refused" ? next(new Error("refused")) : next()));
      socket.use(([event], next) => event === "dropped" || next());
      socket.on("ask", () => say("ask"));
      socket.on("error", (error) => say("error", error.message));
    });
    const { send } = await visit(server, 1);
    for (const event of ["ask", "refused", "dropped"]) send(event);
    await sleep(5);
    """
    handlers, errors = both(script)

    assert handlers == [
        ["/", "(middleware)", 4, 0, 0, True],
        ["/", "connection", 1, 0, 0, False],
        ["/", "(any)", 3, 0, 0, False],
        ["/", "ask", 1, 0, 0, False],
    ]
    assert errors == []


@pytest.mark.parametrize("version", ["3.1.2", "4.5.1", "4.8.1"])
def test_errors_of_middlewares_are_counted_however_the_release_loses_them(version: str) -> None:
    script = """
    const server = serve();
    server.on("connection", () => {});
    const { client } = await visit(server, 1);
    server.of("/side").use(() => { throw new Error("planted"); });
    process.nextTick(() => client.ondecoded({ type: 0, nsp: "/side", data: {} }));
    await sleep(5);
    """
    handlers, errors = both(script, version)

    # no socket of the visit has entered the namespace
    assert handlers[1] == ["/side", "(middleware)", 1, 1, 0, False]
    assert errors == [["handler", "(middleware)", 1]]


def test_where_emit_is_anothers_it_is_called_and_errors_are_counted() -> None:
    script = """
    const domain = require("domain");
    const server = serve();
    server.on("connection", (socket) => {
      socket.on("ask", async () => { await sleep(50); say("asked"); });
      socket.on("fail", () => { throw new Error("planted"); });
      const own = domain.create().on("error", (error) => say("domain", error.message));
      own.add(socket);
    });
    const { send } = await visit(server, 1);
    send("ask");
    send("fail");
    await sleep(80);
    """
    handlers, errors = both(script, problems=FOREIGN)

    assert handlers[1:] == [["/", "ask", 1, 0, 0, False], ["/", "fail", 1, 1, 0, False]]
    assert errors == [["handler", "fail", 1]]


def test_rejections_that_the_emitter_captures_are_the_apps() -> None:
    script = """
    require("events").captureRejections = true;
    const server = serve();
    server.on("connection", (socket) => {
      socket.on("ask", async () => { throw new Error("captured"); });
    });
    const { send, conn } = await visit(server, 1);
    send("ask");
    await sleep(5);
    say(conn.written.slice(1)); // Socket.IO sends its client the event "error"
    """
    assert both(script, problems=FOREIGN)[1] == []


def test_an_app_that_puts_its_own_methods_onto_a_socket_is_counted_all_the_same() -> None:
    script = """
    const server = serve();
    server.on("connection", (socket) => {
      const { onevent, emit } = socket;
      socket.onevent = function (packet) { say("own", packet.data[0]); onevent.call(this, packet); };
      socket.emit = function (...args) { say("out", args[0]); return emit.apply(this, args); };
      socket.on("ask", (acknowledge) => { socket.emit("more"); acknowledge(1); });
    });
    const { ask } = await visit(server, 1);
    ask(1, "ask");
    await sleep(5);
    """
    assert both(script)[0][1] == ["/", "ask", 1, 0, 0, False]


def test_a_stranger_is_not_counted() -> None:
    script = """
    const server = serve();
    server.on("connection", (socket) => socket.on("ask", () => say("asked")));
    const { send, leave } = await visit(server, null);
    send("ask");
    await sleep(5);
    leave();
    """
    assert both(script) == ([], [])
