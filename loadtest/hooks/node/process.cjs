// This process as the hooks see it: who it is, what is hooked, what was counted.
"use strict";

const { AsyncLocalStorage } = require("async_hooks");
const { randomBytes } = require("crypto");
const path = require("path");
const { performance } = require("perf_hooks");
const { Failures } = require("./failures.cjs");
const { Loop } = require("./loop.cjs");
const { watchServer } = require("./pages.cjs");
const { Pusher } = require("./push.cjs");
const { Recorder } = require("./recorder.cjs");
const { KINDS, Reading, Servers } = require("./residue.cjs");
const { Settlement } = require("./settlement.cjs");
const { clip } = require("./text.cjs");
const { openFiles, readGauges, residentBytes } = require("./vitals.cjs");

const UNTIL_THE_FIRST_WAIT = "async handlers are timed until they first wait";
const MAX_PROBLEMS = 20;
const MAX_PROBLEM_CHARACTERS = 300;

/** What the hooks in this process share. */
class HookedProcess {
  constructor() {
    this.isActive = true;
    this.boot = randomBytes(8).toString("hex");
    this.beganAt = Date.now() / 1000;
    this.recorder = new Recorder();
    this.servers = new Servers();
    /** Whose work is being done: a Context of the recorder's, carried into async work. */
    this.context = new AsyncLocalStorage();
    this.failures = new Failures(this);
    this.settlement = new Settlement((fault) => this.confess(fault));
    this.loop = new Loop();
    this._pusher = null;
    this._undos = [];
    this._sequence = 0;
    this._hasForeignEmit = false;
    this._installed = [];
    this._missing = [];
    this._problems = [];
    this._problemsOf = new Map();
    this._versions = {};
    this._connections = new WeakMap();
    this._sessions = new WeakMap();
    this._pages = new WeakMap();
  }

  /** Start to look on and to push, unless that has been done. */
  arm() {
    if (this._pusher !== null || !this.isActive) return;
    this._pusher = new Pusher(this);
    this._undos.push(this.failures.install());
    // engine.io has loaded both, by way of ws
    for (const name of ["http", "https"]) this._undos.push(watchServer(this, require(name).Server));
    if (!this.settlement.isKnown) {
      this.complain(`Node ${process.versions.node} does not tell when promises settle: ${UNTIL_THE_FIRST_WAIT}`);
    }
    this.loop.start();
    this._pusher.start();
  }

  /** Stop counting and pushing. */
  disarm() {
    this.isActive = false;
    while (this._undos.length > 0) this._undos.pop()();
    this.settlement.stop();
    this.loop.stop();
    if (this._pusher !== null) this._pusher.stop();
    this._pusher = null;
  }

  /** Push for the last time: the process is ending. */
  finish() {
    if (this._pusher === null) return;
    this.guard(() => this.failures.flush());
    this.guard(() => this.settlement.look());
    this._pusher.finish();
  }

  /** Begin to watch an Engine.IO connection, unless it is a stranger's. */
  open(conn, server) {
    if (!this.isActive) return;
    const connection = this.recorder.open(conn.id, conn.request && conn.request.headers);
    if (connection === null) return;
    this._connections.set(conn, connection);
    this.servers.add(server);
  }

  /** Note its end. */
  close(conn, reason) {
    const connection = this._connections.get(conn);
    if (connection !== undefined) this.recorder.close(connection, reason);
  }

  /** Return what is known of a connection; undefined for a stranger's. */
  connectionOf(conn) {
    return this._connections.get(conn);
  }

  /** Return a socket's session; null for a stranger's, and for what is no socket. */
  sessionOf(socket) {
    let session = this._sessions.get(socket);
    if (session === undefined) {
      const conn = socket.client && socket.client.conn;
      const connection = conn && socket.nsp ? this._connections.get(conn) : undefined;
      session = connection === undefined ? null : this.recorder.join(connection, socket.nsp.name, socket.id);
      this._sessions.set(socket, session);
    }
    return session;
  }

  /** Begin to watch a page's request; null for a stranger's. */
  openPage(request) {
    if (!this.isActive) return null;
    const page = this.recorder.page(request.headers);
    if (page !== null) this._pages.set(request, page);
    return page;
  }

  /** Return what is known of a page's request; undefined for a stranger's. */
  pageOf(request) {
    return this._pages.get(request);
  }

  /** Count a call's end: now, or once all that its handlers returned is settled. */
  finishCall(call, isOver, promises) {
    this.guard(() => {
      if (!isOver) this.failures.leave(call);
      if (promises === null) {
        this.recorder.end(call, performance.now());
        return;
      }
      let left = promises.length;
      let lastMs = 0;
      for (const promise of promises) {
        this.failures.expect(promise, call);
        this.settlement.follow(promise, (atMs) => {
          left -= 1;
          lastMs = Math.max(lastMs, atMs);
          if (left === 0) this.recorder.end(call, lastMs);
        });
      }
    });
  }

  /** Take note that listeners are called by an emit that is not Node's own. */
  foreignEmit() {
    if (this._hasForeignEmit) return;
    this._hasForeignEmit = true;
    this.complain(`EventEmitter is not as Node has it: ${UNTIL_THE_FIRST_WAIT}`);
  }

  /** Do something of ours: a fault of it is kept, and the app never sees it. */
  guard(act) {
    try {
      act();
    } catch (fault) {
      this.confess(fault);
    }
  }

  /** Keep a fault of the hooks' as a problem. */
  confess(fault) {
    const frame = /\n\s+at (.*)/.exec(String(fault && fault.stack));
    const where = frame === null ? "?" : frame[1].replace(__dirname + path.sep, "");
    this.complain(`a fault of the hooks: ${fault} in ${where}`);
  }

  /** Keep a problem for the snapshots, or for those of one run alone; the app hears nothing of it. */
  complain(problem, run) {
    if (run === undefined) keep(this._problems, problem);
    else {
      if (!this._problemsOf.has(run)) this._problemsOf.set(run, []);
      keep(this._problemsOf.get(run), problem);
    }
  }

  /** Keep what could not be hooked: counts are incomplete. */
  miss(what) {
    keep(this._missing, what);
  }

  /** Keep the name of what is watched. */
  installs(name) {
    keep(this._installed, name);
  }

  /** Keep a package's version; of several copies, all. */
  know(name, version) {
    const versions = (this._versions[name] || "").split(", ").filter(Boolean);
    if (!versions.includes(version) && versions.length < 5) versions.push(version);
    this._versions[name] = versions.join(", ");
  }

  /** Drop the counts and the problems of a run that has ended. */
  forgetRun(run) {
    this.recorder.forgetRun(run);
    this._problemsOf.delete(run);
  }

  /** Look at what is left of all runs' visits; forget connections of which nothing is. */
  readResidue() {
    const reading = new Reading(this.recorder, this.servers);
    for (const [kind, reason] of reading.unreadable) {
      this.complain(`${kind} left behind cannot be read: ${reason}`);
    }
    if (this.recorder.evicted > 0) {
      this.complain("too many connections are left behind: the oldest are no longer counted");
    }
    this._sequence += 1;
    return reading;
  }

  /**
   * Return what this process has to say about a run.
   *
   * `sequence` counts looks at the residue, so the parts that a long journal is sent in share one.
   */
  snapshot(run, reading, { maxJournalEntries, gauges, isLast }) {
    const tally = run === null ? undefined : this.recorder.tally(run);
    const read = readGauges(gauges);
    for (const problem of read.problems) this.complain(problem, run);
    return {
      schema: 1,
      run,
      boot: this.boot,
      pid: process.pid,
      sequence: this._sequence,
      taken_at: Date.now() / 1000,
      began_at: this.beganAt,
      runtime: `node ${process.versions.node}`,
      is_last: isLast,
      versions: this._versions,
      command: clip(path.basename(process.argv[1] || "node"), 100),
      hooks: {
        installed: this._installed,
        problems: [...this._problems, ...(this._problemsOf.get(run) || [])],
        missing: this._missing,
      },
      ...(tally === undefined ? nothing() : tally.toSnapshot(maxJournalEntries)),
      strays: this.recorder.strays,
      strays_overflow: this.recorder.strays.overflow,
      loop: this.loop,
      residue: {
        ...byKind((kind) => reading.count(run, kind)),
        tasks: null,
        threads: null,
        rss_bytes: residentBytes(),
        open_files: openFiles(),
      },
      inventory: { tasks: {}, threads: {} },
      gauges: read.values,
      left_behind: byKind((kind) => reading.numbers(run, kind)),
    };
  }
}

function nothing() {
  const journal = { from: 0, entries: [], lost: 0 };
  return { visits: 0, handlers: [], errors: [], errors_overflow: 0, journal };
}

function byKind(read) {
  const made = {};
  for (const kind of KINDS) made[kind] = read(kind);
  return made;
}

function keep(list, text) {
  const clipped = clip(text, MAX_PROBLEM_CHARACTERS);
  if (list.length < MAX_PROBLEMS && !list.includes(clipped)) list.push(clipped);
}

module.exports = { HookedProcess };
