// What witness.py is, on Socket.IO for Node: one JSON line for each page, Engine.IO and Socket.IO event.
//
// Run as `node witness.cjs [--connect-timeout-ms=45000]` with NODE_PATH set. `connect` is the begin of the
// middleware, which takes as long as a handler; `connect.` is the event "connection".
"use strict";

const { createServer } = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");
const { parseArgs } = require("node:util");
const { Server } = require("socket.io");

const HANDLER_MS = 200;
const PING_INTERVAL_MS = 3000;
const PING_TIMEOUT_MS = 5000; // so long may a busy machine stop a client, which is there yet does not answer

const PAGE = `<!doctype html>
<html><head><title>Witness</title></head>
<body data-client="c0ffee"><p>This page is watched.</p></body></html>
`;

const { values: options } = parseArgs({
  options: { "connect-timeout-ms": { type: "string", default: "45000" } },
});

function navigationOf(request) {
  return (request.headers.traceparent ?? "--").split("-")[1];
}

function write(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

function tell(what, connection, reason = null) {
  const navigation = navigationOf(connection.request);
  write({ what, navigation, session: connection.id, reason, at: performance.now() / 1000 });
}

const server = createServer((request, response) => {
  const at = performance.now() / 1000;
  write({ what: "page", navigation: navigationOf(request), session: null, reason: null, at });
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(PAGE);
});

const io = new Server(server, {
  connectTimeout: Number(options["connect-timeout-ms"]),
  pingInterval: PING_INTERVAL_MS,
  pingTimeout: PING_TIMEOUT_MS,
  serveClient: false,
});

io.engine.on("connection", (connection) => {
  tell("open", connection);
  connection.on("close", (reason) => tell("gone", connection, reason));
});

for (const name of ["/", "/second"]) {
  const namespace = io.of(name);
  const suffix = name === "/" ? "" : ` ${name}`;
  namespace.use(async (socket, next) => {
    tell("connect" + suffix, socket.conn);
    await sleep(HANDLER_MS);
    next();
  });
  namespace.on("connection", (socket) => {
    tell("connect." + suffix, socket.conn);
    socket.on("handshake", async (data, acknowledge) => {
      tell("handshake" + suffix, socket.conn);
      await sleep(HANDLER_MS);
      tell("handshake." + suffix, socket.conn);
      acknowledge(true);
    });
    socket.on("disconnect", (reason) => tell("disconnect" + suffix, socket.conn, reason));
  });
}

server.listen(0, "127.0.0.1", () => write({ url: `http://127.0.0.1:${server.address().port}` }));
