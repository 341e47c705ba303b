// The table of points, in the order of a connection's life: navigation/point.py, which a test compares it with.

export const POINTS = {
  P00: { name: "tcp_connected", clientHas: "connected TCP, sent nothing" },
  P01: { name: "half_request", clientHas: "sent part of an HTTP request" },
  P02: { name: "page_asked", clientHas: "asked for the page, read part of the answer" },
  P03: { name: "page_read", clientHas: "read the whole page, never opens a socket" },
  P04: { name: "poll_asked", clientHas: "sent the polling GET that opens Engine.IO, reply unread" },
  P05: { name: "poll_opened", clientHas: "read the polling open packet, no CONNECT sent" },
  P06: { name: "poll_connecting", clientHas: "posted CONNECT, reply not polled" },
  P06b: { name: "half_post", clientHas: "sent part of the POST that holds CONNECT" },
  P07: { name: "poll_pending", clientHas: "dwelt after the handshake, a GET is pending" },
  P07b: { name: "poll_closed", clientHas: "dwelt after the handshake, posted an Engine.IO close" },
  P08: { name: "probe_opened", clientHas: "upgrade: read 101, no probe sent" },
  P09: { name: "probe_sent", clientHas: "upgrade: sent the probe, its answer unread" },
  P10: { name: "probed", clientHas: "upgrade: read the probe's answer, the upgrade packet not sent" },
  P11: { name: "upgrade_sent", clientHas: "upgrade: sent the upgrade packet, no CONNECT sent" },
  P12: { name: "upgrade_asked", clientHas: "sent the WebSocket request, 101 unread" },
  P13: { name: "upgraded", clientHas: "read 101, open packet unread" },
  P14: { name: "opened", clientHas: "read the open packet, no CONNECT sent" },
  P15: { name: "connecting", clientHas: "sent CONNECT, the connect handler is running" },
  P16: { name: "before_handshake", clientHas: "read the CONNECT reply, handshake not sent" },
  P16b: { name: "half_handshake", clientHas: "sent half of the handshake's frame or POST" },
  P17: { name: "handshake_running", clientHas: "emitted the handshake, its handler is running" },
  P18: { name: "after_handshake", clientHas: "read the handshake's acknowledgement" },
  P19: { name: "steady", clientHas: "dwelt after the handshake, between events" },
  P20: { name: "half_frame", clientHas: "after the handshake, sent half of a frame" },
  P20b: {
    name: "half_binary",
    clientHas: "after the handshake, sent a binary event's header, no attachment",
  },
  P21: { name: "ping_unanswered", clientHas: "read a PING, sent no PONG" },
  P22: { name: "early_event", clientHas: "sent an event before CONNECT" },
  P23: { name: "back_to_back", clientHas: "sent CONNECT and the handshake back to back, nothing read" },
  P24: { name: "double_connect", clientHas: "sent CONNECT twice, shook hands, dwelt" },
  P25: { name: "reconnected", clientHas: "reconnected before its old connection's end was noticed, dwelt" },
  P26: { name: "namespace_left", clientHas: "left one of its namespaces, the connection stays" },
};

export const MANNERS = {
  ws_close: "a WebSocket close frame, as a browser that navigates",
  fin: "TCP close",
  rst: "TCP reset",
  sio_disconnect: "Socket.IO's disconnect packet",
  eio_close: "Engine.IO's close packet",
  silent: "silence: the socket stays open and nobody answers",
  ended_by_server: "the server ended it",
};

/** "P16 (before_handshake)". */
export const pointText = (id) => (id in POINTS ? `${id} (${POINTS[id].name})` : id);
