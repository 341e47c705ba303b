"""Watching wrappers go onto the classes that are known, and onto nothing else."""

from pathlib import Path

import pytest

from tests.e2e.environments import node_with
from tests.hooks.node.running import HOOKS, needs_node, node

pytestmark = needs_node

SHAPE = """
const { EventEmitter } = require("events");
const folder = require("path").dirname(require.resolve("socket.io"));
const shape = () => ["client", "socket", "namespace"].map((name) => {
  const found = require(folder + "/" + name + ".js");
  const { prototype } = Object.values(found).find((value) => typeof value === "function" && value.prototype
    && Object.getOwnPropertyNames(value.prototype).length > 5);
  const chain = [];
  for (let at = prototype; at; at = Object.getPrototypeOf(at)) {
    chain.push(Object.entries(Object.getOwnPropertyDescriptors(at)).map(([key, { value, enumerable }]) =>
      [key, typeof value === "function" ? value.length : null, String(value), enumerable]));
  }
  return [chain.map((level) => level.map(([key, length, , enumerable]) => [key, length, enumerable])), chain];
});
"""


@pytest.mark.parametrize("version", ["3.0.0", "3.1.2", "4.5.1", "4.8.1"])
def test_what_is_installed_goes_away_again(version: str) -> None:
    modules = str(node_with(f"socket.io@{version}") / "node_modules")
    script = """
    require("socket.io");
    const finder = process[Symbol.for("loadtest.hooks")];
    const during = shape();
    const own = [process, require("http").Server.prototype].map((owner) => Object.hasOwn(owner, "emit"));
    finder.uninstall();
    const after = shape();
    tell([finder.process._installed, finder.process._missing, own, during.map(([flat]) => flat.length),
      after, [process, require("http").Server.prototype].map((owner) => Object.hasOwn(owner, "emit"))]);
    """
    bare = node(SHAPE + "require('socket.io'); tell(shape())", env={"NODE_PATH": modules})
    installed, missing, own, levels, after, own_after = node(
        SHAPE + script, None, "--require", str(HOOKS / "hook.cjs"), env={"NODE_PATH": modules}
    )

    assert sorted(installed) == ["socket.io.Client", "socket.io.Namespace", "socket.io.Socket"]
    assert (missing, own, own_after) == ([], [True, True], [False, False])
    assert levels == [len(bare[0][0]), len(bare[1][0]) + 1, len(bare[2][0]) + 1]
    assert after == bare


BUILD = """
exports.Client = class Client { setup() {} connect() {} onclose() {} };
exports.Namespace = class Namespace extends require("events") { run() {} };
exports.Socket = class Socket extends require("events") { onevent() {} packet() {} run() {} };
"""


def build(folder: Path, version: str, source: str = BUILD, name: str = "socket.io") -> None:
    """Make a package that has the modules of Socket.IO."""
    package = folder / "node_modules" / "socket.io"
    (package / "dist").mkdir(parents=True)
    (package / "package.json").write_text(
        f'{{"name": "{name}", "version": "{version}", "main": "./dist/index.js"}}'
    )
    for module in ("client", "namespace", "socket"):
        (package / "dist" / f"{module}.js").write_text(source)
    (package / "dist" / "index.js").write_text(
        "for (const name of ['client', 'namespace', 'socket']) require('./' + name);"
    )


REQUIRE = """
require("socket.io");
const { process: hooked } = process[Symbol.for("loadtest.hooks")];
tell(hooked === null ? null : [hooked._installed.length, hooked._missing]);
"""


@pytest.mark.parametrize(
    ("version", "source", "installed", "missing"),
    [
        ("4.99.0", BUILD, 3, []),
        ("5.0.0", BUILD, 0, ["socket.io 5.0.0 is not hooked: hooks know releases 3 and 4"]),
        (
            "4.99.0",
            BUILD.replace("onevent() {}", ""),
            2,
            ["socket.io 4.99.0 is not hooked: Socket has no method onevent"],
        ),
        (
            "4.99.0",
            BUILD.replace('Socket extends require("events")', "Socket"),
            2,
            ["socket.io 4.99.0 is not hooked: Socket is no EventEmitter"],
        ),
        (
            "4.99.0",
            "",
            0,
            [
                f"socket.io 4.99.0 is not hooked: it has no class {name}"
                for name in ("Client", "Namespace", "Socket")
            ],
        ),
    ],
)
def test_a_layout_that_is_not_known_is_left_alone_and_told(
    version: str, source: str, installed: int, missing: list[str], tmp_path: Path
) -> None:
    build(tmp_path, version, source)

    assert node(REQUIRE, None, "--require", str(HOOKS / "hook.cjs"), cwd=tmp_path) == [installed, missing]


def test_a_folder_of_the_apps_own_with_the_name_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "socket.io" / "lib").mkdir(parents=True)
    (tmp_path / "socket.io" / "lib" / "index.js").write_text("require('./socket');")
    (tmp_path / "socket.io" / "lib" / "socket.js").write_text("")
    script = REQUIRE.replace('require("socket.io")', 'require("./socket.io/lib/index.js")')

    assert node(script, None, "--require", str(HOOKS / "hook.cjs"), cwd=tmp_path) == [0, []]
