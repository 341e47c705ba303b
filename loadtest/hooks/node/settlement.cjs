// When a promise that a handler returned is settled, without touching it.
//
// `then` would do, but it makes a rejection handled: the app's process would live on where it would have
// died, and its own listener of "unhandledRejection" would hear nothing. V8 tells of every settled promise
// instead (v8.promiseHooks, Node 16.14): some 70 ns for each promise of the process, from the first handler on
// that returns one which is not settled.
"use strict";

const util = require("util");
const v8 = require("v8");

const SHALLOW = { depth: 0, customInspect: false, getters: false, maxArrayLength: 0, maxStringLength: 0 };
const PENDING = /^[^{]*\{\s*<pending>/;

class Settlement {
  /** @param {(fault: unknown) => void} confess */
  constructor(confess) {
    /** @type {WeakMap<Promise<unknown>, (() => void)[]>} */
    this._waiting = new WeakMap();
    this._confess = confess;
    this._stop = null;
  }

  /** Whether this Node can tell; if not, a promise counts as settled when it was returned. */
  get isKnown() {
    return Boolean(v8.promiseHooks);
  }

  /** Call `done` when the promise is settled: now, if it is. */
  follow(promise, done) {
    if (!this.isKnown || !isPending(promise)) {
      done();
      return;
    }
    const others = this._waiting.get(promise);
    if (others === undefined) this._waiting.set(promise, [done]);
    else others.push(done);
    if (this._stop === null) {
      this._stop = v8.promiseHooks.onSettled((settled) => {
        if (this._waiting.has(settled)) queueMicrotask(() => this._look(settled));
      });
    }
  }

  /** Stop to look. */
  stop() {
    if (this._stop !== null) this._stop();
    this._stop = null;
  }

  _look(promise) {
    try {
      // resolved with another promise, it is told of here, but waits for that one
      if (isPending(promise)) return;
      const waiting = this._waiting.get(promise) || [];
      this._waiting.delete(promise);
      for (const done of waiting) done();
    } catch (fault) {
      this._confess(fault);
    }
  }
}

function isPending(promise) {
  try {
    return PENDING.test(util.inspect(promise, SHALLOW));
  } catch (fault) {
    return false; // a rejection whose error cannot be looked at
  }
}

module.exports = { Settlement };
