"""What the small Python apps here share: their page, and one JSON line for each thing that an app sees."""

import json
import os
import uuid
from collections.abc import Mapping
from typing import Any

__all__ = ["navigation_in", "new_page", "tell"]

_PAGE = """<!doctype html>
<html>
  <head>
    <title>Notes</title>
    <script src="https://cdn.socket.io/4.8.3/socket.io.min.js"></script>
  </head>
  <body data-client="{client}">
    <p>Notes come here.</p>
    <script id="client" type="application/json">{{"client": {{"id": "{client}"}}}}</script>
    <script>
      const socket = io();
      const client_id = document.body.dataset.client;
      socket.on("connect", () => socket.emit("handshake", {{client_id}}, (isKnown) => console.log(isKnown)));
    </script>
  </body>
</html>
"""


def new_page() -> tuple[str, str]:
    """Return a page as real apps have it, and the id of the client that it is for."""
    client = str(uuid.uuid4())
    return _PAGE.format(client=client), client


def navigation_in(environ: Mapping[str, Any]) -> str:
    """Return the navigation that a request belongs to, or nothing when it names none."""
    return str(environ.get("HTTP_TRACEPARENT", "--")).split("-")[1]


def tell(what: str, navigation: str, about: object = None) -> None:
    """Write one line."""
    line = json.dumps({"what": what, "navigation": navigation, "about": about}) + "\n"
    os.write(1, line.encode())  # in one piece: a server of threads writes its log at the same time
