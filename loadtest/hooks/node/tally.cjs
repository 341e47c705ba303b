// What one run's visits did in this process: handlers, errors, and a journal of what happened.
"use strict";

const { Latency } = require("./latency.cjs");
const { clip } = require("./text.cjs");

const MAX_HANDLERS = 256;
const MAX_ERRORS = 200;
const MAX_JOURNAL_ENTRIES = 100_000;
const MAX_EXAMPLES = 20;
const MAX_NAME_CHARACTERS = 100;
const MAX_REASON_CHARACTERS = 100;
const OTHER = "(other)";

/** Counts for one (namespace, event). */
class HandlerTally {
  constructor(namespace, event) {
    this.namespace = namespace;
    this.event = clip(event, MAX_NAME_CHARACTERS);
    /** Started; those still in flight are among them. */
    this.calls = 0;
    this.errors = 0;
    this.inFlight = 0;
    this.latency = new Latency();
    this.ack = new Latency();
  }

  toJSON() {
    return {
      namespace: this.namespace,
      event: this.event,
      calls: this.calls,
      errors: this.errors,
      in_flight: this.inFlight,
      latency: this.latency,
      ack: this.ack,
    };
  }
}

/** The errors of a run, or of no run, by fingerprint; bounded, and what did not fit is counted. */
class ErrorTallies {
  constructor() {
    this.overflow = 0;
    this._entries = new Map();
  }

  /**
   * Count one error.
   * @param {{fault: object, channel: string, namespace: string | null, event: string | null,
   *   number: number | null, describe: () => string}} told `describe` gives the stack's text if it is new
   * @returns {number | null} its id, or null when it is one too many
   */
  count({ fault, channel, namespace, event, number, describe }) {
    const key = JSON.stringify([fault.type, fault.function, fault.file, fault.line, channel, namespace, event]);
    let entry = this._entries.get(key);
    if (entry === undefined) {
      if (this._entries.size >= MAX_ERRORS) {
        this.overflow += 1;
        return null;
      }
      entry = {
        id: this._entries.size,
        what: `${fault.type} in ${fault.function}`,
        ...fault,
        channel,
        namespace,
        event,
        count: 0,
        traceback: describe(),
        navigations: [],
      };
      this._entries.set(key, entry);
    }
    entry.count += 1;
    if (number !== null && entry.navigations.length < MAX_EXAMPLES && !entry.navigations.includes(number)) {
      entry.navigations.push(number);
    }
    return entry.id;
  }

  toJSON() {
    return [...this._entries.values()];
  }
}

/** The cumulative counts of one run; everything in it is bounded, and what did not fit is counted. */
class RunTally {
  constructor(run) {
    this.run = run;
    /** Engine.IO connections of this run. */
    this.visits = 0;
    this.errors = new ErrorTallies();
    this._handlers = new Map();
    this._journal = [];
    this._journalFrom = 0;
    this._journalLost = 0;
  }

  /** Return the counts of a handler; from the 257th on they all share one. */
  handler(namespace, event) {
    let events = this._handlers.get(namespace);
    let handler = events && events.get(event);
    if (handler === undefined) {
      if (this._handlerCount() >= MAX_HANDLERS - 1) namespace = event = OTHER;
      events = this._handlers.get(namespace);
      if (events === undefined) this._handlers.set(namespace, (events = new Map()));
      handler = events.get(event);
      if (handler === undefined) events.set(event, (handler = new HandlerTally(namespace, event)));
    }
    return handler;
  }

  _handlerCount() {
    let count = 0;
    for (const events of this._handlers.values()) count += events.size;
    return count;
  }

  /** Count one error of a navigation, and note it in the journal. */
  countError(told) {
    const id = this.errors.count(told);
    if (id !== null) this._note({ kind: "error", number: told.number, error: id, at: Date.now() / 1000 });
  }

  /** Note that an Engine.IO connection has ended, with the Socket.IO events that it had. */
  countGone(connection, reason) {
    this._note({
      kind: "gone",
      number: connection.number,
      reason: reason === undefined || reason === null ? null : clip(reason, MAX_REASON_CHARACTERS),
      events: connection.events,
      at: Date.now() / 1000,
      opened_at: connection.openedAt,
      begun_at_ms: connection.begunAtMs,
      took_ms: connection.tookMs.slice(), // what is still running is so now: null
    });
  }

  _note(entry) {
    if (this._journal.length < MAX_JOURNAL_ENTRIES) this._journal.push(entry);
    else this._journalLost += 1;
  }

  /** Drop the journal's entries before this index: they have arrived. */
  acknowledge(index) {
    const arrived = Math.min(Math.max(index - this._journalFrom, 0), this._journal.length);
    this._journal.splice(0, arrived);
    this._journalFrom += arrived;
  }

  /** Whether entries wait to be acknowledged. */
  get hasJournal() {
    return this._journal.length > 0;
  }

  /** Return this run's part of a snapshot: all counts, and the journal's oldest entries. */
  toSnapshot(maxJournalEntries) {
    const handlers = [];
    for (const events of this._handlers.values()) handlers.push(...events.values());
    return {
      visits: this.visits,
      handlers,
      errors: this.errors,
      errors_overflow: this.errors.overflow,
      journal: {
        from: this._journalFrom,
        entries: this._journal.slice(0, maxJournalEntries),
        lost: this._journalLost,
      },
    };
  }
}

module.exports = { ErrorTallies, OTHER, RunTally };
