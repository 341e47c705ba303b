// Two processes of one Socket.IO server, visited over WebSocket alone: node cluster_node.cjs PORT.
"use strict";

const cluster = require("node:cluster");
const { createServer } = require("node:http");

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  let listening = 0;
  cluster.on("listening", () => {
    listening += 1; // the port accepts from the first one on, and all go to that
    if (listening === workers.length) console.log("all listen");
  });
} else {
  const { Server } = require("socket.io");
  const server = createServer();
  new Server(server, { transports: ["websocket"] }).on("connection", () => {});
  server.listen(Number(process.argv[2]), "127.0.0.1");
}
