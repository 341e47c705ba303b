"""A target whose handshake takes a known time: ``python -m tests.bench.targets.timed_app --port 8000``."""

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import socketio
import uvicorn

__all__ = ["create_app"]

_PAGE = b"<!doctype html><title>timed</title><script src='/socket.io/socket.io.js'></script>"


def create_app(handshake_s: float, spread: float, seed: int | None) -> socketio.ASGIApp:
    """Return the app; each of its ``join`` takes a lognormal time.

    Args:
        handshake_s: the median of these times.
        spread: the standard deviation of their logarithms.
        seed: None: other times in each process, as those of real apps are.
    """
    sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[], ping_interval=10, ping_timeout=20)
    rng = random.Random(seed)

    async def join(sid: str, data: object = None) -> bool:  # noqa: ARG001
        await asyncio.sleep(handshake_s * rng.lognormvariate(0, spread))
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
    parser.add_argument("--handshake-ms", type=float, default=25.0)
    parser.add_argument("--spread", type=float, default=0.1)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    app = create_app(arguments.handshake_ms / 1000, arguments.spread, arguments.seed)
    uvicorn.run(app, host="127.0.0.1", port=arguments.port, ws="wsproto", lifespan="off", log_level="warning")


if __name__ == "__main__":
    main()
