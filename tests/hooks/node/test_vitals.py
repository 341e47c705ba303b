"""Figures of the process itself."""

from tests.hooks.node.running import needs_node, node

pytestmark = needs_node


def test_gauges_are_numbers_or_lengths_of_what_is_global() -> None:
    script = """
    globalThis.app = { rooms: new Map([[1, 2]]), list: [1, 2, 3], depth: 4.5, text: {}, f() {},
      get bad() { throw new Error("not yours"); } };
    const values = ["globalThis:app.depth", "len(globalThis:app.rooms)", "len(globalThis:app.list)",
      "globalThis:app.list", "globalThis:app.f", "globalThis:app.none.deeper", "globalThis:app.bad",
      "module:attribute", "len(globalThis:app.list", "globalThis:__proto__.x()"];
    const { readGauges } = hooks("vitals");
    const read = readGauges(values.map((value, at) => ({ name: "g" + at, value })));
    tell([Object.values(read.values), read.problems]);
    """
    values, problems = node(script)

    assert values == [4.5, 1, 3, 3, None, None, None, None, None, None]
    rule = "in Node a gauge is globalThis:name or len(globalThis:name), not "
    assert problems == [
        "gauge g4 cannot be read: app.f is no number, and has no length",
        "gauge g5 cannot be read: there is no app.none.deeper",
        "gauge g6 cannot be read: not yours",
        f"gauge g7 cannot be read: {rule}module:attribute",
        f"gauge g8 cannot be read: {rule}len(globalThis:app.list",
        f"gauge g9 cannot be read: {rule}globalThis:__proto__.x()",
    ]


def test_memory_and_open_files_are_those_of_the_process() -> None:
    script = """
    const { openFiles, residentBytes } = hooks("vitals");
    const before = openFiles();
    const fds = [1, 2, 3].map(() => require("fs").openSync("/dev/null"));
    tell([openFiles() - before, residentBytes() > 1e7]);
    """
    assert node(script) == [3, True]
