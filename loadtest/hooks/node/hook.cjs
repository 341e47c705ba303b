// Node loads this before the app's first line, under `loadtest instrument`: NODE_OPTIONS=--require.
//
// Every Node process below the launcher comes here, npm and all: nothing but the finder is loaded until the
// app has loaded socket.io itself. Written for old releases too, so that they can say that they are too old.
"use strict";

var OLDEST = 14;
var MARK = Symbol.for("loadtest.hooks");

function install() {
  if (Number(process.versions.node.split(".")[0]) < OLDEST) {
    throw new Error("Node " + process.versions.node + " is older than " + OLDEST);
  }
  var Finder = require("./finder.cjs").Finder;
  var finder = new Finder();
  finder.install();
  return finder;
}

// by this the hooks know each other, under whichever path they were loaded
if (!process[MARK]) {
  try {
    Object.defineProperty(process, MARK, { value: install(), configurable: true });
  } catch (error) {
    // without this line it would be a silent zero
    process.stderr.write("loadtest: no hooks in this process: " + error + "\n");
  }
}
