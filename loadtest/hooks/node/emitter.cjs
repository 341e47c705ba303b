// Watches the listeners of sockets and namespaces: what Socket.IO emits to the app passes here.
//
// All classes of Socket.IO end in `super.emit(…)`, whatever the version: a layer of ours between them and
// EventEmitter sees each event, and nothing that an app can ask for (listeners, their number, their order)
// is changed. Wrapping each listener would change it.
"use strict";

const EventEmitter = require("events");
const { types } = require("util");
const original = require("./original.cjs");

const LAYER = Symbol("loadtest.layer");
const CONNECTS = new Set(["connect", "connection"]);
const ONLY_IF_HEARD = new Set(["connect", "disconnecting"]);
const ERROR = "error";

/**
 * Put the layer below EventEmitter in a class's chain of prototypes.
 * @param {import("./process.cjs").HookedProcess} hooked
 * @param {Function} watched the class of sockets or of namespaces
 * @returns {(() => void) | null} what takes it out again; null when its layout is not known
 */
function insertLayer(hooked, watched) {
  let top = watched.prototype;
  while (top !== null && Object.getPrototypeOf(top) !== EventEmitter.prototype) {
    top = Object.getPrototypeOf(top);
    if (top !== null && Object.prototype.hasOwnProperty.call(top, LAYER)) return () => {};
  }
  if (top === null) return null;
  const layer = Object.create(EventEmitter.prototype, {
    [LAYER]: { value: true },
    emit: { value: emitOf(hooked), writable: true, configurable: true },
  });
  Object.setPrototypeOf(top, layer);
  return () => {
    if (Object.getPrototypeOf(top) === layer) Object.setPrototypeOf(top, EventEmitter.prototype);
  };
}

function emitOf(hooked) {
  return function emit(type, ...args) {
    let call = null;
    try {
      call = begin(hooked, this, type, args);
    } catch (fault) {
      hooked.confess(fault);
    }
    if (call === null) return EventEmitter.prototype.emit.call(this, type, ...args);
    return hooked.context.run(call, dispatch, hooked, call, this, type, args);
  };
}

/** Return the call that this event makes; null for a stranger's, and for what is no event of the app. */
function begin(hooked, emitter, type, args) {
  if (typeof type !== "string" || !hooked.isActive) return null;
  const socket = CONNECTS.has(type) && isSocket(args[0]) ? args[0] : emitter;
  const session = hooked.sessionOf(socket);
  if (session === null || type === ERROR) return null;
  if (ONLY_IF_HEARD.has(type) && EventEmitter.prototype.listenerCount.call(emitter, type) === 0) return null;
  return hooked.recorder.begin(session, type, true);
}

function isSocket(value) {
  return typeof value === "object" && value !== null && value.client !== undefined && value.nsp !== undefined;
}

/** Call the listeners as EventEmitter does, and see what they return. */
function dispatch(hooked, call, emitter, type, args) {
  let isOver = false;
  let promises = null;
  try {
    let isHeard;
    if (EventEmitter.prototype.emit !== original.emit || EventEmitter.captureRejections) {
      // another's emit (the domain module's, say) does more than call: what is returned stays unseen
      hooked.foreignEmit();
      isHeard = EventEmitter.prototype.emit.call(emitter, type, ...args);
    } else {
      const listeners = EventEmitter.prototype.rawListeners.call(emitter, type);
      isHeard = listeners.length > 0;
      for (let at = 0; at < listeners.length; at += 1) {
        const result = Reflect.apply(listeners[at], emitter, args);
        if (types.isPromise(result)) (promises || (promises = [])).push(result);
      }
    }
    isOver = true;
    return isHeard;
  } finally {
    hooked.finishCall(call, isOver, promises);
  }
}

module.exports = { insertLayer };
