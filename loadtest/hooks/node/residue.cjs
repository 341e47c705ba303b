// What is left of a run's visits in the servers of this process: sids, rooms, Engine.IO sockets.
"use strict";

const KINDS = ["sids", "eio_sockets", "rooms", "environs", "pending_disconnects"];
const MAX_NUMBERS = 20_000;
const LOOKS = 2;
/** A minute, once a second: a handler may wait for ever. */
const LOOKS_WHILE_RUNNING = 60;

/** Socket.IO for Node has nothing that corresponds to these: no data, not 0. */
const UNKNOWN_TO_NODE = ["environs", "pending_disconnects"];

/** The servers that this run's visits have reached; none is kept alive. */
class Servers {
  constructor() {
    this._known = new WeakSet();
    /** @type {WeakRef<object>[]} */
    this._servers = [];
  }

  /** Take note of a Socket.IO server. */
  add(server) {
    if (this._known.has(server)) return;
    this._known.add(server);
    this._servers.push(new WeakRef(server));
  }

  /** Return those that still live. */
  living() {
    this._servers = this._servers.filter((reference) => reference.deref() !== undefined);
    return this._servers.map((reference) => reference.deref()).filter(Boolean);
  }
}

/**
 * What was left at one moment, by run.
 *
 * A kind that cannot be read (a layout that no version known to us has) is no data, not 0.
 */
class Reading {
  constructor(recorder, servers) {
    /** @type {Map<string, string>} kind -> why */
    this.unreadable = new Map();
    this._counts = new Map();
    this._numbers = new Map();
    this._held = new Set();
    this._recorder = recorder;
    if (recorder.connections.size > 0) {
      for (const server of servers.living()) {
        this._read("eio_sockets", () => this._readSockets(server));
        this._read("sids", () => this._readSids(server));
        this._read("rooms", () => this._readRooms(server));
      }
      this._forgetTheUnheld();
    }
  }

  /** Return how many of this kind are left of a run, or null when that cannot be read. */
  count(run, kind) {
    if (UNKNOWN_TO_NODE.includes(kind) || this.unreadable.has(kind)) return null;
    return this._counts.get(`${kind} ${run}`) || 0;
  }

  /** Return the navigations that they belong to: the lowest 20,000 numbers. */
  numbers(run, kind) {
    const numbers = this._numbers.get(`${kind} ${run}`) || [];
    return [...numbers].sort((one, other) => one - other).slice(0, MAX_NUMBERS);
  }

  _read(kind, read) {
    try {
      read();
    } catch (error) {
      this.unreadable.set(kind, String(error));
    }
  }

  _readSockets(server) {
    for (const eioSid of Object.keys((server.engine || server.eio).clients)) {
      this._found("eio_sockets", this._recorder.connections.get(eioSid));
    }
  }

  _readSids(server) {
    for (const [name, namespace] of server._nsps) {
      for (const sid of namespace.sockets.keys()) {
        this._found("sids", this._recorder.ownerOf(name, sid));
      }
      // from 4.6 on: those whose middleware has not said yes or no yet
      for (const sid of namespace._preConnectSockets ? namespace._preConnectSockets.keys() : []) {
        this._found("sids", this._recorder.ownerOf(name, sid));
      }
    }
  }

  _readRooms(server) {
    for (const [name, namespace] of server._nsps) {
      for (const members of namespace.adapter.rooms.values()) this._readRoom(name, namespace.sockets, members);
    }
  }

  /**
   * Count a room that is a run's alone; of one in which others are too, those members that have gone.
   *
   * Before 4.5.2 a socket that joins after it was disconnected stays a member for ever.
   */
  _readRoom(name, living, members) {
    const owners = [];
    const gone = [];
    let isOneRuns = true;
    for (const sid of members) {
      const isAlive = living.has(sid);
      if (isAlive && !isOneRuns) continue;
      const owner = this._recorder.ownerOf(name, sid);
      if (owner === undefined || (owners.length > 0 && owner.tally !== owners[0].tally)) isOneRuns = false;
      if (owner === undefined) continue;
      owners.push(owner);
      if (!isAlive) gone.push(owner);
    }
    const counted = isOneRuns ? owners : gone;
    for (const tally of new Set(counted.map((owner) => owner.tally))) {
      this._add("rooms", tally.run, counted.filter((owner) => owner.tally === tally));
    }
  }

  _found(kind, connection) {
    if (connection !== undefined) this._add(kind, connection.tally.run, [connection]);
  }

  _add(kind, run, owners) {
    const key = `${kind} ${run}`;
    this._counts.set(key, (this._counts.get(key) || 0) + 1);
    let numbers = this._numbers.get(key);
    if (numbers === undefined) this._numbers.set(key, (numbers = new Set()));
    for (const owner of owners) {
      numbers.add(owner.number);
      this._held.add(owner);
    }
  }

  /**
   * Let go of connections of which the framework has nothing, now and when it was last looked.
   *
   * Those whose handlers are still running stay for some more looks: what these are about to do (join a room)
   * would be nobody's.
   */
  _forgetTheUnheld() {
    if (this.unreadable.size > 0) return;
    for (const connection of this._recorder.connections.values()) {
      connection.unheldLooks = this._held.has(connection) ? 0 : connection.unheldLooks + 1;
      const enough = connection.running > 0 ? LOOKS_WHILE_RUNNING : LOOKS;
      if (connection.unheldLooks >= enough) this._recorder.forget(connection);
    }
  }
}

module.exports = { KINDS, Reading, Servers };
