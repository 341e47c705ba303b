// Express and Socket.IO, with pages that fail: node express_node.cjs PORT.
"use strict";

const { createServer } = require("node:http");
const express = require("express");
const { Server } = require("socket.io");

const app = express();
const server = createServer(app);
new Server(server).on("connection", () => {});

app.get("/", (request, response) => response.send("<p>page</p>"));
app.get("/throw", function throwing() {
  throw new RangeError("thrown");
});
app.get("/next", function handing(request, response, next) {
  setTimeout(() => next(new TypeError("handed on")), 5);
});
const inner = express.Router();
inner.get("/", function nested() {
  throw new RangeError("in a router");
});
app.use("/nested", inner);
app.get("/missing", (request, response, next) => next(Object.assign(new Error("missing"), { status: 404 })));
app.get(
  "/fine-after",
  (request, response, next) => next("route"),
  () => {
    throw new Error("passed over");
  },
);
app.get("/fine-after", (request, response) => response.send("fine"));
app.use((error, request, response, next) => {
  response.status(error.status || 500).send(next.name);
});

server.listen(Number(process.argv[2]), "127.0.0.1");
