// When a promise that a handler returned is settled, without touching it.
//
// `then` would do, but it makes a rejection handled: the app's process would live on where it would have
// died, and its own listener of "unhandledRejection" would hear nothing. V8 tells of every settled promise
// instead (v8.promiseHooks, Node 16.14): some 70 ns for each promise of the process, from the first handler
// on that returns one.
"use strict";

const { performance } = require("perf_hooks");
const { setImmediate } = require("timers");
const util = require("util");
const v8 = require("v8");

const SHALLOW = { depth: 0, customInspect: false, getters: false, maxArrayLength: 0, maxStringLength: 0 };
const PENDING = /^[^{]*\{\s*<pending>/;

class Settlement {
  /** @param {(fault: unknown) => void} confess */
  constructor(confess) {
    /** @type {WeakMap<Promise<unknown>, {atMs: number, dones: ((atMs: number) => void)[]}>} */
    this._waiting = new WeakMap();
    /** Promises that may be settled. */
    this._queue = [];
    this._confess = confess;
    this._stop = null;
  }

  /** Whether this Node can tell; if not, a promise counts as settled when it was returned. */
  get isKnown() {
    return Boolean(v8.promiseHooks);
  }

  /** Call `done`, a little later, with the time at which the promise was settled: now, if it is. */
  follow(promise, done) {
    const now = performance.now();
    if (!this.isKnown) {
      done(now);
      return;
    }
    const entry = this._waiting.get(promise);
    if (entry === undefined) this._waiting.set(promise, { atMs: now, dones: [done] });
    else entry.dones.push(done);
    this._lookLater(promise);
    if (this._stop === null) this._stop = v8.promiseHooks.onSettled((settled) => this._hear(settled));
  }

  /** Take note that a promise is rejected, and that nobody handles it. */
  reject(promise) {
    this._end(promise);
  }

  /** Look at those that may be settled. */
  look() {
    const queue = this._queue;
    this._queue = [];
    for (const promise of queue) {
      if (this._waiting.has(promise) && !isPending(promise)) this._end(promise);
    }
  }

  /** Hear no more. */
  stop() {
    if (this._stop !== null) this._stop();
    this._stop = null;
  }

  _hear(promise) {
    const entry = this._waiting.get(promise);
    if (entry === undefined) return;
    entry.atMs = performance.now();
    this._lookLater(promise);
  }

  // Told of a promise, V8 may have resolved it with another one, for which it still waits: so its state is
  // looked at. Not before Node has dealt with rejections: looking at one reads its error's stack, and of an
  // error whose stack was read Node does not show the line that threw it.
  _lookLater(promise) {
    if (this._queue.length === 0) setImmediate(() => this._lookNow()).unref();
    this._queue.push(promise);
  }

  _lookNow() {
    try {
      this.look();
    } catch (fault) {
      this._confess(fault);
    }
  }

  _end(promise) {
    const entry = this._waiting.get(promise);
    if (entry === undefined) return;
    this._waiting.delete(promise);
    for (const done of entry.dones) done(entry.atMs);
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
