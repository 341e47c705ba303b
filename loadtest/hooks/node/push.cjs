// Pushes snapshots to the runs that listen: once a second, and when the process ends.
"use strict";

const path = require("path");
const { performance } = require("perf_hooks");
const { clearTimeout, setTimeout } = require("timers");
const { post } = require("./post.cjs");
const { findCollectors } = require("./rendezvous.cjs");

const EVERY_MS = 1000;
/** A run takes a process that misses three pushes for gone. */
const LONGEST_PAUSE_MS = 2000;
/** The pause is at least this many times what the push before it took of the app: at most 5 %. */
const PAUSE_FOR_WORK = 20;
const TIMEOUT_MS = 2000;
/** At the end the app is held up for this long at most. */
const LAST_TIMEOUT_MS = 2000;
const JOURNAL_ENTRIES = 2000;
const MAX_POSTS = 40;
const FORGET_AFTER_PUSHES = 60;

/** Speaks for one process. Nothing that happens here reaches the app, or keeps it alive. */
class Pusher {
  /** @param {import("./process.cjs").HookedProcess} source */
  constructor(source) {
    this._source = source;
    this._timer = null;
    this._isStopped = false;
    this._journalEntries = JOURNAL_ENTRIES;
    /** Which run is behind the address of a collector that does not say so in the folder. */
    this._runOfUrl = new Map();
    this._gaugesOfRun = new Map();
    this._pushesWithout = new Map();
    this._workedMs = 0;
  }

  /** Begin to push. */
  start() {
    this._wait(EVERY_MS);
  }

  /** Push no more. */
  stop() {
    this._isStopped = true;
    clearTimeout(this._timer);
  }

  _wait(pauseMs) {
    if (this._isStopped) return;
    this._timer = setTimeout(() => this._push(), pauseMs);
    this._timer.unref();
  }

  /** Tell each run that listens what it has to know, then wait. */
  _push() {
    this._workedMs = 0;
    let left = 1;
    const done = () => {
      left -= 1;
      if (left === 0) this._wait(Math.min(Math.max(EVERY_MS, PAUSE_FOR_WORK * this._workedMs), LONGEST_PAUSE_MS));
    };
    try {
      const beganMs = performance.now();
      const collectors = findCollectors(process.env);
      const reading = this._source.readResidue();
      this._workedMs += performance.now() - beganMs;
      const deadlineMs = performance.now() + TIMEOUT_MS;
      left += collectors.length;
      for (const collector of collectors) this._pushTo(collector, { reading, deadlineMs, posts: 0, done });
      this._forgetEndedRuns(collectors);
    } catch (fault) {
      this._source.confess(fault);
      left = 1;
    }
    done();
  }

  _pushTo(collector, turn) {
    try {
      turn.posts += 1;
      const leftMs = turn.deadlineMs - performance.now();
      const run = this._runOf(collector);
      const body = this._body(run, turn.reading, { maxJournalEntries: this._journalEntries, isLast: false });
      post(collector, body, { timeoutMs: Math.max(leftMs, 50), isWaitedFor: false }, (error, answer) => {
        try {
          if (!this._isStopped && this._goesOn(collector, run, error, answer, turn)) this._pushTo(collector, turn);
          else turn.done();
        } catch (fault) {
          this._source.confess(fault);
          turn.done();
        }
      });
    } catch (fault) {
      this._source.confess(fault);
      turn.done();
    }
  }

  /** Take an answer; return whether there is more to send. */
  _goesOn(collector, run, error, answer, turn) {
    if (error !== null) {
      // else the run has ended or is busy; counts are cumulative, the next push says it all
      if (error.isForeign) {
        this._source.complain(`the collector at ${collector.url} is none: ${error.message}`, run || collector.url);
      }
      return false;
    }
    if (answer.status !== 200) {
      if (answer.status === 413) this._journalEntries = Math.max(this._journalEntries >> 1, 10);
      this._source.complain(`the collector answered ${answer.status}`, run || collector.url);
      return false;
    }
    if (answer.run !== run) {
      if (collector.run !== null || turn.posts >= MAX_POSTS) return false;
      this._runOfUrl.set(collector.url, answer.run);
      return true;
    }
    if (!this._gaugesOfRun.has(run)) this._source.loop.forgetLongest(); // the run's own stalls are what it wants
    this._gaugesOfRun.set(run, answer.gauges);
    const tally = this._source.recorder.tally(run);
    if (tally === undefined) return false;
    tally.acknowledge(answer.journal);
    return tally.hasJournal && turn.posts < MAX_POSTS && performance.now() < turn.deadlineMs;
  }

  _runOf(collector) {
    return collector.run || this._runOfUrl.get(collector.url) || null;
  }

  _body(run, reading, how) {
    const beganMs = performance.now();
    const gauges = this._gaugesOfRun.get(run) || [];
    const body = JSON.stringify(this._source.snapshot(run, reading, { ...how, gauges }));
    this._workedMs += performance.now() - beganMs;
    return body;
  }

  _forgetEndedRuns(collectors) {
    for (const [run, pushes] of this._pushesWithout) this._pushesWithout.set(run, pushes + 1);
    // a collector that has not said its run yet goes by its address
    for (const collector of collectors) this._pushesWithout.set(this._runOf(collector) || collector.url, 0);
    for (const [run, pushes] of this._pushesWithout) {
      if (pushes > FORGET_AFTER_PUSHES) {
        this._pushesWithout.delete(run);
        this._gaugesOfRun.delete(run);
        this._source.forgetRun(run);
      }
    }
  }

  /**
   * Push for the last time: the process is ending, and its event loop turns no more.
   *
   * So another process sends it. That takes some 50 ms, only when a run listens, and 2 s at most.
   */
  finish() {
    if (this._isStopped) return;
    this.stop();
    try {
      const parcels = this._parcels(findCollectors(process.env));
      if (parcels.length === 0) return;
      const { NODE_OPTIONS, ...environment } = process.env;
      const { spawnSync } = require("child_process");
      spawnSync(process.execPath, [path.join(__dirname, "deliver.cjs")], {
        input: JSON.stringify({ parcels, timeoutMs: LAST_TIMEOUT_MS / 2 }),
        env: environment,
        cwd: __dirname,
        stdio: ["pipe", "ignore", "ignore"],
        timeout: LAST_TIMEOUT_MS,
        killSignal: "SIGKILL",
        windowsHide: true,
      });
    } catch (fault) {
      this._source.confess(fault);
    }
  }

  _parcels(collectors) {
    if (collectors.length === 0) return [];
    const reading = this._source.readResidue();
    const last = { maxJournalEntries: Infinity, isLast: true };
    return collectors.map((collector) => {
      const run = this._runOf(collector);
      const runs = run === null ? this._source.recorder.runs() : [run];
      const bodies = {};
      for (const each of runs) bodies[each] = this._body(each, reading, last);
      const asking = run === null ? this._body(null, reading, { maxJournalEntries: 0, isLast: false }) : "";
      return { collector: { ...collector, run }, bodies, asking };
    });
  }
}

module.exports = { Pusher };
