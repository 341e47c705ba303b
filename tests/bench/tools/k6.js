// k6, kept busy: it knows no Socket.IO, so the packets are written here.
//
//     k6 run --vus VISITORS --duration 1h -e TARGET=http://127.0.0.1:PORT k6.js

import http from "k6/http";
import { WebSocket } from "k6/experimental/websockets";

const SOCKET = `${__ENV.TARGET.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
const VISITOR = /data-visitor="([^"]+)"/;

export default function visit() {
  const visitor = VISITOR.exec(http.get(`${__ENV.TARGET}/`).body)[1];
  const socket = new WebSocket(SOCKET);
  socket.onmessage = ({ data: packet }) => {
    if (packet.startsWith("0")) socket.send("40");
    else if (packet.startsWith("40")) socket.send(`420["join",${JSON.stringify({ visitor })}]`);
    else if (packet === "2") socket.send("3");
    else if (packet.startsWith("430")) socket.close();
  };
}
