"""One visit on a network: lean sockets on gevent, the page, the WebSocket, the ways to leave."""
