// Two processes of one Socket.IO server, visited over WebSocket alone: node cluster_node.cjs PORT.
"use strict";

const cluster = require("node:cluster");
const { createServer } = require("node:http");

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
} else {
  const { Server } = require("socket.io");
  const server = createServer();
  new Server(server, { transports: ["websocket"] }).on("connection", () => {});
  server.listen(Number(process.argv[2]), "127.0.0.1");
}
