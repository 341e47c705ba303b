"""An app that is hostile to whoever shows its errors: python hostile.py PORT.

The names of its event and of its exception, and that one's message, are HTML that would run a script.
"""

import sys
from typing import Any

import socketio
import uvicorn

HOSTILE = '<script>window.harmed = 1</script></script><img src="x" onerror="window.harmed = 2">'
Nasty = type(HOSTILE, (Exception,), {})

sio = socketio.AsyncServer(async_mode="asgi", ping_interval=1, ping_timeout=1)


@sio.on(HOSTILE)  # type: ignore[untyped-decorator]
async def shake_hands(sid: str, data: object) -> bool:
    """Shake hands."""
    del sid, data
    return True


@sio.event  # type: ignore[untyped-decorator]
async def disconnect(sid: str, reason: str) -> None:
    """Fail, with as nasty a message as can be."""
    del sid, reason
    raise Nasty(HOSTILE)


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Serve an empty page."""
    del receive
    if scope["type"] == "http":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        )
        await send({"type": "http.response.body", "body": b"<p>here"})


if __name__ == "__main__":
    app = socketio.ASGIApp(sio, other_asgi_app=page)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), ws="wsproto", log_level="warning")
