// A board of notes whose visitors join their room once it has been looked up: app.cjs PORT.
"use strict";
const { createServer } = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");
const { Server } = require("socket.io");

const LOOK_UP_MS = 200; // what a database takes on a bad day

const server = createServer((request, response) => {
  if (request.url !== "/rooms") return response.end("<!doctype html><title>Notes</title>");
  // what this process keeps of visitors that have gone
  const { sids } = io.of("/").adapter;
  const dead = [...sids.keys()].filter((sid) => !io.of("/").sockets.has(sid));
  response.end(JSON.stringify({ dead: dead.length }));
});
// Who polled is missed after ping interval and time-out: short ones, for the test waits for them; yet a busy
// machine may stop somebody who is there for as long.
const io = new Server(server, { pingInterval: 1000, pingTimeout: 3000 });

io.on("connection", (socket) => {
  socket.on("open board", async ({ board }, answer) => {
    await sleep(LOOK_UP_MS);
    socket.join(`board ${board}`);
    answer("ok");
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
