// Visits of Socket.IO's own classes over a connection that goes nowhere; packages are found by NODE_PATH.
"use strict";

const { EventEmitter } = require("node:events");
const path = require("node:path");

const RUN = "00112233445566ff";

/** A connection of Engine.IO that keeps what it is given. */
class Nowhere extends EventEmitter {
  /** @param {number | null} number the visit's; null is a stranger's */
  constructor(number) {
    super();
    const id = String(number).padStart(16, "0");
    const headers = number === null ? {} : { traceparent: `00-${RUN}${id}-00000000000000aa-00` };
    Object.assign(this, { id, protocol: 4, readyState: "open", transport: { writable: true }, written: [] });
    this.request = { headers, url: "/socket.io/", connection: {}, _query: {} };
    this.remoteAddress = "127.0.0.1";
  }

  write(packet) {
    this.written.push(packet);
  }

  close() {
    this.readyState = "closed";
  }
}

/** Return a server that listens nowhere. */
function serve(options) {
  const { Server } = require("socket.io");
  const server = new Server({ serveClient: false, ...options });
  server.engine = { clients: {} };
  return server;
}

/** Return what sends packets for a visit that has entered a namespace, and its socket. */
async function visit(server, number, namespace = "/") {
  const { Client } = require(path.join(path.dirname(require.resolve("socket.io")), "client.js"));
  const conn = new Nowhere(number);
  const client = new Client(server, conn);
  const entered = new Promise((resolve) => server.of(namespace).once("connection", resolve));
  client.ondecoded({ type: 0, nsp: namespace, data: {} });
  const socket = await entered;
  const send = (...data) => client.ondecoded({ type: 2, nsp: namespace, data });
  const ask = (id, ...data) => client.ondecoded({ type: 2, nsp: namespace, id, data });
  const leave = () => {
    conn.close();
    client.onclose("transport close");
  };
  return { conn, client, socket, send, ask, leave };
}

module.exports = { RUN, serve, visit };
