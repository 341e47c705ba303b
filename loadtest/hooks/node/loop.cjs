// How late the event loop runs what is due, and its longest stall.
"use strict";

const { performance } = require("perf_hooks");
const { clearTimeout, setTimeout } = require("timers");
const { Latency } = require("./latency.cjs");

const EVERY_MS = 20;

class Loop {
  constructor() {
    this.lag = new Latency();
    this._longestMs = null;
    this._longestAt = null;
    this._dueMs = 0;
    this._timer = null;
  }

  /** Begin to look; this keeps no process alive. */
  start() {
    this._dueMs = performance.now() + EVERY_MS;
    this._timer = setTimeout(() => this._tick(), EVERY_MS);
    this._timer.unref();
  }

  stop() {
    clearTimeout(this._timer);
  }

  /** Begin anew to look for the longest stall. */
  forgetLongest() {
    this._longestMs = null;
    this._longestAt = null;
  }

  _tick() {
    const now = performance.now();
    // timers have whole milliseconds: one of 20 runs up to 1 ms late on a loop that has nothing to do
    const lateMs = Math.max(now - this._dueMs, 0);
    this.lag.record(lateMs);
    if (this._longestMs === null || lateMs > this._longestMs) {
      this._longestMs = lateMs;
      this._longestAt = (Date.now() - lateMs) / 1000;
    }
    this._dueMs = now + EVERY_MS;
    this._timer.refresh();
  }

  toJSON() {
    return { lag: this.lag, longest_ms: this._longestMs, longest_at: this._longestAt, stack: null };
  }
}

module.exports = { Loop };
