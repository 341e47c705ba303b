// Socket.IO 2, which the hooks do not know: node old_node.cjs PORT.
"use strict";

const server = require("node:http").createServer();
require("socket.io")(server);

server.listen(Number(process.argv[2]), "127.0.0.1");
