// A Socket.IO server whose disconnect handler counts on a handshake: node fragile.js PORT.
// Nothing catches what a handler throws: the process dies.
const http = require("node:http");
const { Server } = require("socket.io");

const server = http.createServer((request, response) => response.end("<p>board</p>"));
const visitors = new Map();

new Server(server, { pingInterval: 1000, pingTimeout: 1000 }).on("connection", (socket) => {
  socket.on("handshake", (data, acknowledge) => {
    visitors.set(socket.id, { name: "visitor" });
    acknowledge(true);
  });
  socket.on("disconnect", () => {
    console.log(visitors.get(socket.id).name, "left");
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
