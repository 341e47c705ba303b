// Sees the modules of socket.io and express being loaded, and hooks them then.
//
// For ES modules too: socket.io and express are CommonJS below, and what CommonJS requires passes here.
"use strict";

const Module = require("module");
require("./original.cjs");

/** By the module that asks, and by what it asks for. */
const WANTED = [
  {
    parent: /[\\/]socket\.io[\\/](?:dist|lib)[\\/][^\\/]*$/,
    request: /^\.\/(client|namespace|socket)(?:\.js)?$/,
  },
  {
    parent: /[\\/]node_modules[\\/](?:express[\\/]lib[\\/]router|router(?:[\\/]lib)?)[\\/][^\\/]*$/,
    request: /^\.\/(?:lib\/)?(layer)(?:\.js)?$/,
  },
];

/** Looks on while modules are loaded; it owns all that is installed. */
class Finder {
  constructor() {
    /** @type {import("./process.cjs").HookedProcess | null} */
    this.process = null;
    this._undos = [];
    this._hooked = new WeakSet();
  }

  /** From now on, hook what is loaded. */
  install() {
    const original = Module._load;
    const finder = this;
    function _load(request, parent) {
      const loaded = Reflect.apply(original, this, arguments);
      const kind = kindOf(request, parent);
      if (kind !== null && isWhole(request, parent)) finder._hook(kind, loaded, parent.filename);
      return loaded;
    }
    Module._load = _load;
    this._undos.push(() => {
      if (Module._load === _load) Module._load = original;
    });
  }

  /** Put everything back as it was. */
  uninstall() {
    while (this._undos.length > 0) this._undos.pop()();
    if (this.process !== null) this.process.disarm();
  }

  _hook(kind, loaded, filename) {
    try {
      if (loaded === null || (typeof loaded !== "object" && typeof loaded !== "function")) return;
      if (this._hooked.has(loaded)) return;
      const { hookModule } = require("./patch.cjs");
      const { HookedProcess } = require("./process.cjs");
      if (this.process === null) this.process = new HookedProcess();
      try {
        const undo = hookModule(this.process, kind, loaded, filename);
        this._hooked.add(loaded);
        this._undos.push(undo);
        this.process.arm();
      } catch (fault) {
        this.process.confess(fault);
      }
    } catch (error) {
      // not even a process to tell it of: without this line it would be a silent zero
      this.uninstall();
      process.stderr.write(`loadtest: no hooks in this process: ${error}\n`);
    }
  }
}

function kindOf(request, parent) {
  if (typeof request !== "string" || request[0] !== "." || !parent || !parent.filename) return null;
  for (const wanted of WANTED) {
    const match = wanted.request.exec(request);
    if (match !== null && wanted.parent.test(parent.filename)) return match[1];
  }
  return null;
}

/** Return whether the module is loaded to its end: of two that ask for each other one is seen half loaded. */
function isWhole(request, parent) {
  try {
    const found = Module._cache[Module._resolveFilename(request, parent)];
    return found === undefined || found.loaded;
  } catch (error) {
    return true;
  }
}

module.exports = { Finder };
