// Errors that nobody caught, as Node tells the process of them, and the process's own end.
//
// Node calls `process.emit` for each: looking on there adds no listener. A listener of "unhandledRejection"
// would keep the process from dying.
"use strict";

const CAUGHT_OUTSIDE = "Error: caught by somebody outside of the handler, where the hooks do not see it";

class Failures {
  /** @param {import("./process.cjs").HookedProcess} hooked */
  constructor(hooked) {
    this._hooked = hooked;
    /** @type {WeakMap<Promise<unknown>, object>} what handlers returned -> their call */
    this._returned = new WeakMap();
    /** The call that an exception is leaving at this moment. */
    this._leaving = null;
    /** The rejection that was told last: as the reason of the process's death it is told once more. */
    this._told = null;
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
    const watched = {
      exit: () => failures._hooked.finish(),
      unhandledRejection: (reason, promise) => failures._reject(reason, promise),
      uncaughtExceptionMonitor: (error, origin) => failures._throw(error, origin),
    };
    function emit(name) {
      if (typeof name === "string" && Object.prototype.hasOwnProperty.call(watched, name)) {
        try {
          watched[name](arguments[1], arguments[2]);
        } catch (fault) {
          failures._hooked.confess(fault);
        }
      }
      return Reflect.apply(original, this, arguments);
    }
    process.emit = emit;
    return () => {
      if (process.emit !== emit) return; // wrapped once more since: ours passes through
      if (before === undefined) delete process.emit;
      else process.emit = original;
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

  _reject(reason, promise) {
    const call = this._returned.get(promise);
    const told = this._told;
    this._told = { reason };
    // --unhandled-rejections=strict: first the exception, then this
    if (told !== null && told.isException && isSame(told.reason, reason)) return;
    if (call !== undefined) {
      call.handler.errors += 1;
      this._count(reason, "rejection", call);
    } else if (this._leaving !== null) {
      this._count(reason, "handler", this._left());
    } else {
      this._count(reason, "rejection", this._hooked.context.getStore());
    }
  }

  _throw(error, origin) {
    const told = this._told;
    this._told = null;
    if (origin === "unhandledRejection") {
      if (told !== null && isSame(error, told.reason)) return;
      this._told = { reason: error, isException: true };
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
