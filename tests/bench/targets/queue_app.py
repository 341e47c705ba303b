"""A target with a known knee: its handshakes go through one worker with a service time of our choosing.

``python -m tests.bench.targets.queue_app --port 8000 --service-ms 25 --law exponential``
"""

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import socketio
import uvicorn

__all__ = ["create_app"]

_PAGE = b"<!doctype html><title>queue</title><script src='/socket.io/socket.io.js'></script>"


def create_app(service_s: float, law: str, seed: int) -> socketio.ASGIApp:
    """Return the app; its event ``join`` is acknowledged when the one worker has served it.

    Args:
        law: ``constant`` (an M/D/1 queue for Poisson arrivals) or ``exponential`` (M/M/1).
    """
    sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[], ping_interval=5, ping_timeout=3)
    rng = random.Random(seed)
    free_at = 0.0

    async def join(sid: str, data: object = None) -> bool:  # noqa: ARG001
        # the worker as a clock: when it will have served all who came before, and this one
        nonlocal free_at
        loop = asyncio.get_running_loop()
        now = loop.time()
        served_s = service_s if law == "constant" else rng.expovariate(1 / service_s)
        free_at = max(free_at, now) + served_s
        await asyncio.sleep(free_at - now)
        return True

    sio.on("join", join)
    return socketio.ASGIApp(sio, other_asgi_app=_page)


async def _page(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Any]],  # noqa: ARG001
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/html"), (b"content-length", str(len(_PAGE)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _PAGE})


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--service-ms", type=float, default=25.0)
    parser.add_argument("--law", choices=("constant", "exponential"), default="constant")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    app = create_app(arguments.service_ms / 1000, arguments.law, arguments.seed)
    uvicorn.run(app, host="127.0.0.1", port=arguments.port, ws="wsproto", lifespan="off", log_level="warning")


if __name__ == "__main__":
    main()
