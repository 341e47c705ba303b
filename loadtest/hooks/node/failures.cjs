// Errors that nobody caught, as Node tells the process of them, and the process's own end.
//
// Node calls `process.emit` for each: looking on there adds no listener. A listener of "unhandledRejection"
// would keep the process from dying.
"use strict";

const { setImmediate } = require("timers");

const CAUGHT_OUTSIDE = "Error: caught by somebody outside of the handler, where the hooks do not see it";

class Failures {
  /** @param {import("./process.cjs").HookedProcess} hooked */
  constructor(hooked) {
    this._hooked = hooked;
    /** @type {WeakMap<Promise<unknown>, object>} what handlers returned -> their call */
    this._returned = new WeakMap();
    /** The call that an exception is leaving at this moment. */
    this._leaving = null;
    /**
     * A rejection that nobody handles, not counted yet: reading its error's stack before Node has made its
     * message would change that.
     */
    this._held = null;
    /** The rejection that Node has just told of as an exception (--unhandled-rejections=strict). */
    this._struck = null;
    /** Errors without a context that were counted in this turn of the event loop. */
    this._fresh = null;
    /** @type {WeakMap<object, object>} error -> the context that it was counted for */
    this._counted = new WeakMap();
  }

  /** Look on; return what ends it. */
  install() {
    const before = Object.getOwnPropertyDescriptor(process, "emit");
    const original = process.emit;
    const failures = this;
    const tell = {
      exit: () => this._hooked.finish(),
      unhandledRejection: (reason, promise) => this._reject(reason, promise),
      uncaughtExceptionMonitor: (error, origin) => this._throw(error, origin),
    };
    function emit(name, first, second) {
      const isWatched = typeof name === "string" && Object.prototype.hasOwnProperty.call(tell, name);
      if (isWatched) failures._hooked.guard(() => tell[name](first, second));
      const isHeard = Reflect.apply(original, this, arguments);
      if (isHeard && name === "unhandledRejection") failures._hooked.guard(() => failures.flush());
      return isHeard;
    }
    Object.defineProperty(process, "emit", {
      value: emit,
      writable: true,
      configurable: true,
      enumerable: before === undefined ? false : before.enumerable,
    });
    return () => {
      if (process.emit !== emit) return; // wrapped once more since: ours passes through
      if (before === undefined) delete process.emit;
      else Object.defineProperty(process, "emit", before);
    };
  }

  /** Take note of a promise that a handler has returned. */
  expect(promise, call) {
    this._returned.set(promise, call);
  }

  /**
   * Take note that an exception is leaving a handler; `process.emit` tells at once which one.
   *
   * It is not caught and thrown again: Node would then show a line of ours as the place of the error.
   */
  leave(call) {
    // through a middleware and the catch-all listener around it: the inner one it was
    if (this._leaving !== null && this._leaving.startedMs >= call.startedMs) return;
    call.handler.errors += 1;
    this._leaving = call;
    setImmediate(() => {
      if (this._leaving !== call) return;
      this._leaving = null;
      const unseen = new Error();
      unseen.stack = CAUGHT_OUTSIDE;
      this._hooked.recorder.fail(unseen, "handler", call);
    }).unref();
  }

  /** Count the rejection that is held back: Node is done with it. */
  flush() {
    const held = this._held;
    this._held = null;
    if (held !== null) this._count(held.reason, held.channel, held.context);
  }

  _reject(reason, promise) {
    this.flush();
    const call = this._returned.get(promise);
    if (call !== undefined) {
      call.handler.errors += 1;
      this._hooked.settlement.reject(promise);
    }
    const struck = this._struck;
    this._struck = null;
    if (struck !== null && isSame(struck.error, reason)) return;
    const left = call === undefined && this._leaving !== null ? this._left() : null;
    const context = call || left || this._hooked.context.getStore();
    const held = { reason, channel: left === null ? "rejection" : "handler", context };
    this._held = held;
    // where only a warning follows (--unhandled-rejections=warn), or nothing
    setImmediate(() => {
      if (this._held === held) this._hooked.guard(() => this.flush());
    }).unref();
  }

  _throw(error, origin) {
    const held = this._held;
    if (origin === "unhandledRejection" && held !== null && isSame(error, held.reason)) {
      this.flush();
    } else if (origin === "unhandledRejection") {
      this._struck = { error };
      this._count(error, "rejection", this._hooked.context.getStore());
    } else if (this._leaving !== null) {
      this._count(error, "handler", this._left());
    } else {
      this._count(error, "exception", this._hooked.context.getStore());
    }
  }

  _left() {
    const call = this._leaving;
    this._leaving = null;
    return call;
  }

  /** Count an error, once for each context: two promises may be rejected with one and the same. */
  _count(error, channel, context) {
    if ((typeof error === "object" && error !== null) || typeof error === "function") {
      if (context === undefined ? this._isFresh(error) : this._counted.get(error) === context) return;
      if (context !== undefined) this._counted.set(error, context);
    }
    this._hooked.recorder.fail(error, channel, context);
  }

  _isFresh(error) {
    if (this._fresh === null) {
      this._fresh = new WeakSet();
      setImmediate(() => (this._fresh = null)).unref();
    }
    if (this._fresh.has(error)) return true;
    this._fresh.add(error);
    return false;
  }
}

/** Return whether Node's exception stands for this rejection: itself, or its wrap around what is no Error. */
function isSame(error, reason) {
  return error === reason || Boolean(error && error.code === "ERR_UNHANDLED_REJECTION");
}

module.exports = { Failures };
