// Puts watching wrappers onto the classes of Socket.IO and express.
"use strict";

const fs = require("fs");
const path = require("path");
const { insertLayer } = require("./emitter.cjs");
const pages = require("./pages.cjs");
const watchers = require("./watchers.cjs");

/** 3.0.0 to 3.0.4 had no middlewares for sockets. */
const NOT_EVERYWHERE = new Set(["Socket.run"]);
const KNOWN_MAJORS = new Set(["3", "4"]);

const socketRun = (hooked, original) => watchers.run(hooked, original, "fns", (socket) => socket);
const namespaceRun = (hooked, original) => watchers.run(hooked, original, "_fns", (_, socket) => socket);

/** What is watched of each of Socket.IO's modules: the class it exports, and the methods. */
const SOCKETIO = {
  client: {
    className: "Client",
    hasListeners: false,
    methods: { setup: watchers.setup, connect: watchers.connect, onclose: watchers.onclose },
  },
  namespace: { className: "Namespace", hasListeners: true, methods: { run: namespaceRun } },
  socket: {
    className: "Socket",
    hasListeners: true,
    methods: { onevent: watchers.onevent, packet: watchers.packet, run: socketRun },
  },
};

/**
 * Watch the class of this module; what has an unknown version or layout is left alone, and told so.
 * @param {import("./process.cjs").HookedProcess} hooked
 * @param {string} kind
 * @param {any} loaded what the module exports
 * @param {string} filename of the module that asked for it
 * @returns {() => void} what puts the class back as it was
 */
function hookModule(hooked, kind, loaded, filename) {
  return kind === "layer" ? hookExpress(hooked, loaded, filename) : hookSocketIO(hooked, kind, loaded, filename);
}

function hookSocketIO(hooked, kind, loaded, filename) {
  const target = SOCKETIO[kind];
  const version = versionOf(path.dirname(path.dirname(filename)), "socket.io");
  const label = `socket.io ${version}`;
  // a folder of the app's own that has this name
  if (version === "?" && !filename.includes(`${path.sep}node_modules${path.sep}`)) return () => {};
  if (version !== "?") hooked.know("socket.io", version);
  if (!KNOWN_MAJORS.has(version.split(".")[0])) {
    hooked.miss(`${label} is not hooked: hooks know releases 3 and 4`);
    return () => {};
  }
  const watched = loaded[target.className];
  const reason = whyNot(watched, target);
  if (reason !== null) {
    hooked.miss(`${label} is not hooked: ${reason}`);
    return () => {};
  }
  const undos = [];
  if (target.hasListeners) {
    const undo = insertLayer(hooked, watched);
    if (undo === null) {
      hooked.miss(`${label} is not hooked: ${target.className} is no EventEmitter`);
      return () => {};
    }
    undos.push(undo);
  }
  for (const [name, make] of Object.entries(target.methods)) {
    if (typeof watched.prototype[name] !== "function") continue;
    undos.push(replace(watched.prototype, name, make(hooked, watched.prototype[name])));
  }
  const engine = versionOf(path.join(path.dirname(path.dirname(filename)), "..", "engine.io"), "engine.io");
  if (engine !== "?") hooked.know("engine.io", engine);
  hooked.installs(`socket.io.${target.className}`);
  return () => undos.reverse().forEach((undo) => undo());
}

function whyNot(watched, target) {
  if (typeof watched !== "function") return `it has no class ${target.className}`;
  for (const name of Object.keys(target.methods)) {
    if (NOT_EVERYWHERE.has(`${target.className}.${name}`)) continue;
    if (typeof watched.prototype[name] !== "function") return `${target.className} has no method ${name}`;
  }
  return null;
}

function hookExpress(hooked, layer, filename) {
  const method = ["handle_request", "handleRequest"].find(
    (name) => typeof layer === "function" && typeof layer.prototype[name] === "function",
  );
  if (method === undefined) {
    // a missing page error is none of Socket.IO's: the counts of visits are whole
    hooked.complain("express is not hooked: its layers have no method that is known");
    return () => {};
  }
  const folder = filename.includes(`${path.sep}express${path.sep}`) ? path.resolve(filename, "../../..") : null;
  const version = folder === null ? "?" : versionOf(folder, "express");
  if (version !== "?") hooked.know("express", version);
  hooked.installs("express.Layer");
  return replace(layer.prototype, method, pages.watchLayer(hooked, layer.prototype[method]));
}

/** Replace a method; somebody may wrap ours later: theirs then stays, and ours passes everything through. */
function replace(owner, name, wrapper) {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(wrapper, "length", { value: owner[name].length, configurable: true });
  Object.defineProperty(owner, name, {
    value: wrapper,
    writable: true,
    configurable: true,
    enumerable: before === undefined ? false : before.enumerable,
  });
  return () => {
    if (owner[name] !== wrapper) return;
    if (before === undefined) delete owner[name];
    else Object.defineProperty(owner, name, before);
  };
}

function versionOf(folder, name) {
  try {
    const about = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return about.name === name && typeof about.version === "string" ? about.version : "?";
  } catch (error) {
    return "?";
  }
}

module.exports = { hookModule, replace };
