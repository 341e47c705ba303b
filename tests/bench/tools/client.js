// socket.io-client on Node, kept busy: page, WebSocket, CONNECT, handshake with its acknowledgement, leave.
//
//     NODE_PATH=<folder>/node_modules node client.js URL VISITORS      runs until it is ended

"use strict";
const { io } = require("socket.io-client");
const { Pool } = require("undici");

const [url, visitors] = process.argv.slice(2);
const pool = new Pool(url, { connections: Number(visitors) }); // kept-alive connections

async function visit() {
  const page = await pool.request({ path: "/", method: "GET" });
  const visitor = /data-visitor="([^"]+)"/.exec(await page.body.text())[1];
  const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false });
  await new Promise((resolve, reject) => socket.on("connect", resolve).on("connect_error", reject));
  await socket.emitWithAck("join", { visitor });
  socket.disconnect();
}

async function keepVisiting() {
  for (;;) await visit();
}

for (let i = 0; i < Number(visitors); i++) keepVisiting();
