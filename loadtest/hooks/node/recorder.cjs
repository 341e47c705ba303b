// What is counted in this process: connections, Socket.IO sessions and calls, by navigation.
"use strict";

const { performance } = require("perf_hooks");
const { faultOf, formatError } = require("./fingerprint.cjs");
const { ErrorTallies, OTHER, RunTally } = require("./tally.cjs");
const { clip } = require("./text.cjs");
const { navigationOf } = require("./traceparent.cjs");

const MAX_RUNS = 16;
const MAX_CONNECTIONS = 200_000;
const MAX_EVENTS = 64;
const MAX_PENDING_ACKS = 256;
const MAX_SESSIONS = 256;
const MAX_NAME_CHARACTERS = 100;

/** Whose work this is; the async context carries it into everything that comes of it. */
class Context {
  /**
   * @param {RunTally} tally
   * @param {number} number the navigation's
   * @param {string | null} namespace
   * @param {string | null} event
   * @param {boolean} isPage
   */
  constructor(tally, number, namespace, event, isPage) {
    this.tally = tally;
    this.number = number;
    this.namespace = namespace;
    this.event = event;
    this.isPage = isPage;
  }
}

/** One Engine.IO connection of a navigation. */
class Connection extends Context {
  constructor(eioSid, tally, number) {
    super(tally, number, null, null, false);
    this.eioSid = eioSid;
    this.openedAt = Date.now() / 1000;
    this.openedMs = performance.now();
    /** Socket.IO events in the order in which they started; when too many, the first and the last. */
    this.events = [];
    this.begunAtMs = [];
    this.tookMs = [];
    /** @type {Session[]} */
    this.sessions = [];
    /** Calls that are in flight. */
    this.running = 0;
    this.isGone = false;
    /** How many times in a row the framework had nothing of it when looked. */
    this.unheldLooks = 0;
  }
}

/** One Socket.IO session (a namespace of a connection). */
class Session {
  constructor(connection, namespace, sid) {
    this.connection = connection;
    this.key = keyOf(namespace, sid);
    this.namespace = clip(namespace, MAX_NAME_CHARACTERS);
    /** @type {Map<number, {handler: object, arrivedMs: number}> | null} by the packet's id */
    this.acks = null;
  }
}

/** One event under way in its handler. */
class Call extends Context {
  constructor(session, handler, place) {
    const connection = session.connection;
    super(connection.tally, connection.number, handler.namespace, handler.event, false);
    this.connection = connection;
    this.handler = handler;
    /** Which of the connection's events this is; -1 for one that is none. */
    this.place = place;
    this.begunAtMs = place < 0 ? null : connection.begunAtMs[place];
    this.startedMs = performance.now();
  }
}

function keyOf(namespace, sid) {
  return `${namespace} ${sid}`;
}

/** Counts what the hooks report; knows no framework and keeps no error. */
class Recorder {
  constructor() {
    /** @type {Map<string, Connection>} */
    this.connections = new Map();
    /** @type {Map<string, Session>} by namespace and sid */
    this.sessions = new Map();
    /** Connections that were forgotten for want of room while the framework still held them. */
    this.evicted = 0;
    /** Errors that no navigation can be told for. */
    this.strays = new ErrorTallies();
    /** @type {Map<string, RunTally>} */
    this._tallies = new Map();
  }

  /** Return a run's counts, or undefined when none of its visits has been here. */
  tally(run) {
    return this._tallies.get(run);
  }

  /** Return the runs whose visits have been here, oldest first. */
  runs() {
    return [...this._tallies.keys()];
  }

  /** Drop the counts of a run that has ended. */
  forgetRun(run) {
    this._tallies.delete(run);
  }

  _tallyOf(run) {
    let tally = this._tallies.get(run);
    if (tally === undefined) {
      while (this._tallies.size >= MAX_RUNS) this._tallies.delete(this._tallies.keys().next().value);
      this._tallies.set(run, (tally = new RunTally(run)));
    }
    return tally;
  }

  /** Begin to watch an Engine.IO connection; null for a stranger's. */
  open(eioSid, headers) {
    const navigation = navigationOf(headers);
    if (navigation === null) return null;
    let connection = this.connections.get(eioSid);
    if (connection === undefined) {
      const tally = this._tallyOf(navigation.run);
      if (this.connections.size >= MAX_CONNECTIONS) this._evict();
      connection = new Connection(eioSid, tally, navigation.number);
      this.connections.set(eioSid, connection);
      tally.visits += 1;
    }
    return connection;
  }

  /** Return the context of a page's request; null for a stranger's. */
  page(headers) {
    const navigation = navigationOf(headers);
    if (navigation === null) return null;
    return new Context(this._tallyOf(navigation.run), navigation.number, null, null, true);
  }

  _evict() {
    this.forget(this.connections.values().next().value);
    this.evicted += 1;
  }

  /** Note the end of an Engine.IO connection, once the framework has dealt with it. */
  close(connection, reason) {
    if (connection.isGone) return;
    connection.isGone = true;
    connection.tally.countGone(connection, reason);
  }

  /** Stop watching a connection: nothing of it is left in the framework. */
  forget(connection) {
    this.connections.delete(connection.eioSid);
    for (const session of connection.sessions) this._leave(session);
  }

  _leave(session) {
    // a session that was recovered has its sid again, in another connection
    if (this.sessions.get(session.key) === session) this.sessions.delete(session.key);
  }

  /** Begin to watch a Socket.IO session. */
  join(connection, namespace, sid) {
    const session = new Session(connection, namespace, sid);
    this.sessions.set(session.key, session);
    connection.sessions.push(session);
    // a client may enter and leave a namespace as often as it likes
    if (connection.sessions.length > MAX_SESSIONS) this._leave(connection.sessions.shift());
    return session;
  }

  /** Return the connection that a Socket.IO session belongs to; undefined for a stranger's. */
  ownerOf(namespace, sid) {
    const session = this.sessions.get(keyOf(namespace, sid));
    return session && session.connection;
  }

  /** Count an event whose handlers are about to start; a part of one (a middleware) is no event itself. */
  begin(session, event, isEvent) {
    const connection = session.connection;
    const handler = connection.tally.handler(session.namespace, named(event));
    const name = handler.event === OTHER ? clip(event, MAX_NAME_CHARACTERS) : handler.event;
    handler.calls += 1;
    handler.inFlight += 1;
    connection.running += 1;
    return new Call(session, handler, isEvent ? place(connection, name) : -1);
  }

  /** Count the end of a handler, however it ended. */
  end(call, atMs) {
    const elapsedMs = atMs - call.startedMs;
    const handler = call.handler;
    handler.inFlight -= 1;
    handler.latency.record(elapsedMs);
    call.connection.running -= 1;
    // beyond the 64th event the last place may be another's by now
    if (call.place >= 0 && call.connection.begunAtMs[call.place] === call.begunAtMs) {
      call.connection.tookMs[call.place] = round(elapsedMs);
    }
  }

  /** Count a middleware that is about to start; it is not in flight, since it may refuse by never ending. */
  pass(session, name) {
    const handler = session.connection.tally.handler(session.namespace, name);
    handler.calls += 1;
    return new Call(session, handler, -1);
  }

  /** Count that a middleware has let through. */
  time(call) {
    call.handler.latency.record(performance.now() - call.startedMs);
  }

  /** Note that an event has arrived which asks for an acknowledgement. */
  expectAck(session, id, event) {
    const acks = session.acks || (session.acks = new Map());
    if (acks.size >= MAX_PENDING_ACKS) acks.delete(acks.keys().next().value);
    const handler = session.connection.tally.handler(session.namespace, named(event));
    acks.set(id, { handler, arrivedMs: performance.now() });
  }

  /** Count that an acknowledgement has gone out. */
  sendAck(session, id) {
    const expected = session.acks && session.acks.get(id);
    if (!expected) return;
    session.acks.delete(id);
    expected.handler.ack.record(performance.now() - expected.arrivedMs);
  }

  /**
   * Count an error; without a context it is nobody's.
   * @param {unknown} error
   * @param {string} channel
   * @param {Context | undefined} context
   */
  fail(error, channel, context) {
    const event = context === undefined ? null : context.event;
    const told = {
      fault: faultOf(error, event),
      channel,
      namespace: context === undefined ? null : context.namespace,
      event,
      number: context === undefined ? null : context.number,
      describe: () => formatError(error),
    };
    if (context === undefined) this.strays.count(told);
    else context.tally.countError(told);
  }
}

/** Add an event to a connection's list, and return its place there. */
function place(connection, name) {
  const { events, begunAtMs, tookMs } = connection;
  const at = Math.min(events.length, MAX_EVENTS - 1);
  events[at] = name;
  begunAtMs[at] = round(performance.now() - connection.openedMs);
  tookMs[at] = null;
  return at;
}

function named(event) {
  if (typeof event === "string" && event.length <= MAX_NAME_CHARACTERS) return event;
  return clip(event, MAX_NAME_CHARACTERS);
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}

module.exports = { Call, Connection, Context, Recorder, Session };
