// A Socket.IO server with planted faults, one for each way in which Node loses an error.
//
//     node faulty_node.cjs PORT [survive]
//
// Without "survive" nothing catches what a handler throws: the process dies. faulty_node.mjs is the same app
// as an ES module.
"use strict";

const { setTimeout: sleep } = require("node:timers/promises");

class PlantedError extends Error {}

function serve(Server, createServer) {
  const server = createServer((request, response) => response.end("<p>page</p>"));
  const io = new Server(server, { pingInterval: 1000, pingTimeout: 1000 });

  io.on("connection", (socket) => {
    const shaken = new Set();
    socket.on("handshake", (data, acknowledge) => {
      shaken.add(data.document);
      acknowledge(true);
    });
    socket.on("throw", function onThrow() {
      throw new PlantedError("throw");
    });
    socket.on("reject", async (acknowledge) => {
      acknowledge("soon");
      await sleep(5);
      throw new PlantedError("reject");
    });
    socket.on("handled", (acknowledge) => {
      const promise = Promise.reject(new PlantedError("handled"));
      promise.catch(() => acknowledge("handled"));
      return promise;
    });
    socket.on("timer", (acknowledge) => {
      setTimeout(() => {
        acknowledge("soon");
        throw new PlantedError("timer");
      }, 5);
    });
    socket.on("detached", (acknowledge) => {
      (async () => {
        await sleep(5);
        acknowledge("soon");
        throw new PlantedError("detached");
      })();
    });
    socket.on("late_join", async (room) => {
      await sleep(300);
      socket.join(room);
      console.log(`joined ${room}`);
    });
    socket.on("slow", async (acknowledge) => {
      await sleep(50);
      acknowledge("slow");
    });
    socket.on("exit", (status) => {
      console.log("bye");
      process.exit(status);
    });
    socket.on("disconnect", (reason) => {
      if (shaken.has("forgotten")) throw new PlantedError("disconnect");
      console.log(`gone: ${reason}`);
    });
  });

  const side = io.of(/^\/side-\d+$/);
  side.use((socket, next) => {
    setTimeout(() => next(socket.handshake.auth.refused ? new Error("refused") : undefined), 5);
  });
  side.on("connection", (socket) => {
    socket.onAny((event) => {
      if (event === "any") throw new PlantedError("any");
    });
    socket.use(([event], next) => {
      if (event === "used") throw new PlantedError("used");
      next();
    });
    socket.on("echo", (value, acknowledge) => acknowledge(value));
  });

  if (process.argv[3] === "survive") {
    process.on("uncaughtException", (error) => console.log(`survived ${error.message}`));
    process.on("unhandledRejection", (error) => console.log(`survived ${error.message}`));
  }
  server.listen(Number(process.argv[2]), "127.0.0.1");
}

module.exports = { serve };

if (require.main === module) serve(require("socket.io").Server, require("node:http").createServer);
