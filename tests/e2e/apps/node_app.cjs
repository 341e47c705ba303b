// Express and Socket.IO, telling what they see: node node_app.cjs PORT (packages are found by NODE_PATH).
"use strict";
const { randomUUID } = require("node:crypto");
const { createServer } = require("node:http");
const express = require("express");
const { Server } = require("socket.io");

const app = express();
const server = createServer(app);
const io = new Server(server, { pingInterval: 1000, pingTimeout: 1000 }); // who polled is missed by them
const clients = new Set();

const navigationIn = (headers) => (headers.traceparent ?? "--").split("-")[1];
const tell = (what, navigation, about = null) => console.log(JSON.stringify({ what, navigation, about }));

app.get("/", (request, response) => {
  const client = randomUUID();
  clients.add(client);
  tell("page", navigationIn(request.headers), client);
  response.send(`<!doctype html>
<html>
  <head>
    <title>Notes</title>
    <script src="/socket.io/socket.io.js"></script>
  </head>
  <body data-client="${client}">
    <p>Notes come here.</p>
    <script>
      const socket = io();
      const client_id = document.body.dataset.client;
      socket.on("connect", () => socket.emit("handshake", { client_id }, (isKnown) => console.log(isKnown)));
    </script>
  </body>
</html>
`);
});

io.on("connection", (socket) => {
  const navigation = navigationIn(socket.handshake.headers);
  tell("connect", navigation);
  socket.on("handshake", (data, answer) => {
    tell("handshake", navigation, data.client_id);
    answer(clients.has(data.client_id));
  });
  socket.on("disconnect", (reason) => tell("disconnect", navigation, reason));
});

server.listen(Number(process.argv[2]), "127.0.0.1");
