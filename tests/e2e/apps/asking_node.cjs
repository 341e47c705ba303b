// A Socket.IO server that tells what it sees of its own listeners: node asking_node.cjs PORT.
"use strict";

const { createServer } = require("node:http");
const { EventEmitter } = require("node:events");
const { Server } = require("socket.io");

const server = createServer();
const io = new Server(server);

io.on("connection", (socket) => {
  let once = 0;
  const order = [];
  const second = () => order.push("second");
  const removed = () => order.push("removed");
  const count = () => (once += 1);
  socket.on("ask", () => {
    order.push("first");
    socket.off("ask", removed);
  });
  socket.once("ask", count);
  socket.on("ask", second);
  socket.on("ask", removed);
  socket.prependListener("ask", () => order.push("before"));
  socket.on("ask", function (acknowledge) {
    acknowledge({
      once,
      order: order.splice(0),
      isSocket: this === socket && socket instanceof EventEmitter,
      count: socket.listenerCount("ask"),
      all: socket.eventNames(),
      hasSecond: socket.listeners("ask").includes(second),
      isRaw: socket.rawListeners("ask").includes(second),
      keys: Object.keys(socket),
      acknowledge: [acknowledge.name, acknowledge.length],
      ofProcess: ["exit", "unhandledRejection", "uncaughtException", "uncaughtExceptionMonitor"].map((name) =>
        process.listenerCount(name),
      ),
    });
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
