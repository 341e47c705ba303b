// Watching wrappers for the methods of Socket.IO's classes, one function for each.
//
// Each takes the hooked process and the original, and returns what takes its place.
"use strict";

const ACK_TYPES = new Set([3, 6]);

/** `Client.prototype.setup`: an Engine.IO connection begins. */
function setup(hooked, original) {
  return function setup() {
    hooked.guard(() => hooked.open(this.conn, this.server));
    return Reflect.apply(original, this, arguments);
  };
}

/** `Client.prototype.onclose`: it has ended, and the sockets' listeners hear of it in here. */
function onclose(hooked, original) {
  return function onclose(reason) {
    try {
      return Reflect.apply(original, this, arguments);
    } finally {
      hooked.guard(() => hooked.close(this.conn, reason));
    }
  };
}

/** `Client.prototype.connect`: a namespace is asked for; middlewares run in here, and after it. */
function connect(hooked, original) {
  return function connect() {
    const connection = hooked.connectionOf(this.conn);
    if (connection === undefined) return Reflect.apply(original, this, arguments);
    return hooked.context.run(connection, () => Reflect.apply(original, this, arguments));
  };
}

/** `Socket.prototype.onevent`: an event has arrived; catch-all listeners run in here. */
function onevent(hooked, original) {
  return function onevent(packet) {
    const session = hooked.sessionOf(this);
    if (session === null) return Reflect.apply(original, this, arguments);
    let call = null;
    hooked.guard(() => {
      const name = packet.data && packet.data[0];
      if (packet.id !== undefined && packet.id !== null) hooked.recorder.expectAck(session, packet.id, name);
      if (this._anyListeners && this._anyListeners.length > 0) {
        call = hooked.recorder.begin(session, "(any)", false);
      }
    });
    if (call === null) return Reflect.apply(original, this, arguments);
    return hooked.context.run(call, watched, hooked, call, original, this, arguments);
  };
}

function watched(hooked, call, original, self, args) {
  let isOver = false;
  try {
    const result = Reflect.apply(original, self, args);
    isOver = true;
    return result;
  } finally {
    hooked.finishCall(call, isOver, null);
  }
}

/** `Socket.prototype.packet`: something goes out; if it is an acknowledgement, its event is answered. */
function packet(hooked, original) {
  return function packet(sent) {
    const result = Reflect.apply(original, this, arguments);
    if (sent && ACK_TYPES.has(sent.type) && sent.id !== undefined) {
      hooked.guard(() => {
        const session = hooked.sessionOf(this);
        // for one that has gone Socket.IO throws it away
        if (session !== null && this.client.conn.readyState === "open") {
          hooked.recorder.sendAck(session, sent.id);
        }
      });
    }
    return result;
  };
}

/**
 * `run` of namespaces and sockets: middlewares, one after the other, until the last one calls `next`.
 *
 * One that never does is no handler in flight: it may have refused so.
 */
function run(hooked, original, fnsName, socketOf) {
  return function run(subject, next) {
    let call = null;
    hooked.guard(() => {
      const session = this[fnsName].length > 0 ? hooked.sessionOf(socketOf(this, subject)) : null;
      if (session !== null) call = hooked.recorder.pass(session, "(middleware)");
    });
    if (call === null || typeof next !== "function") return Reflect.apply(original, this, arguments);
    const [, , ...rest] = arguments;
    const through = function () {
      hooked.guard(() => hooked.recorder.time(call));
      return Reflect.apply(next, this, arguments);
    };
    return hooked.context.run(call, pass, hooked, call, original, this, [subject, through, ...rest]);
  };
}

function pass(hooked, call, original, self, args) {
  let isOver = false;
  try {
    const result = Reflect.apply(original, self, args);
    isOver = true;
    return result;
  } finally {
    if (!isOver) hooked.guard(() => hooked.failures.leave(call));
  }
}

module.exports = { connect, onclose, onevent, packet, run, setup };
