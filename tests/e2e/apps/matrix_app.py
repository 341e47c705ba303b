"""One app on many servers, with a fault in each channel that is asked for: python matrix_app.py SERVER PORT.

It runs with python-socketio 5.0 and newer. A visitor asks for a fault by its name: in the query of the
connection or of the page, or as an event. ``LOADTEST_FAULTLESS`` in the environment makes it an app
without any.
"""
# ruff: noqa: ARG001, ARG002  # handlers have the signatures that python-socketio calls
# mypy: ignore-errors
# It runs in other environments, with other packages.

import logging
import os
import sys

if "gevent" in sys.argv[1]:
    from gevent import monkey

    monkey.patch_all()
elif "eventlet" in sys.argv[1]:
    import eventlet

    eventlet.monkey_patch()

import asyncio
import threading

import socketio

SERVER, PORT = sys.argv[1], int(sys.argv[2])
IS_FAULTY = "LOADTEST_FAULTLESS" not in os.environ
ASYNC_MODES = {"uvicorn": "asgi", "hypercorn": "asgi", "aiohttp": "aiohttp", "tornado": "tornado"}
SYNC_MODES = {"werkzeug": "threading", "gevent": "gevent", "eventlet": "eventlet"}
KIND = SERVER.partition("-")[0]
log = logging.getLogger("matrix")
leaving_badly = set()
to_be_kept = set()


def fail(what, kind):
    if IS_FAULTY:
        raise kind(what)


def in_background():
    fail("background", ArithmeticError)


def in_thread():
    fail("loose", BufferError)


def answered(*args):
    fail("ack", EOFError)


def page():
    fail("page", FloatingPointError)
    return "a page"


class Namespace:
    """What both kinds of servers share."""

    def connect(self, sid, environ, auth=None):
        query = environ.get("QUERY_STRING", "")
        if "fault=connect" in query:
            fail("connect", RuntimeError)
        if "fault=type" in query:
            fail("type", TypeError)

    def plain(self, sid, *args):
        fail("plain", ValueError)
        return "done"

    def logged(self, sid, *args):
        try:
            fail("logged", IndexError)
        except IndexError:
            log.exception("planted")
        return "done"

    def disconnect(self, sid, *args):
        if sid in leaving_badly:
            leaving_badly.discard(sid)
            fail("disconnect", KeyError)

    def badly(self, sid, *args):
        leaving_badly.add(sid)
        return "done"


def async_server(mode):
    sio = socketio.AsyncServer(async_mode=mode, ping_interval=2, ping_timeout=2)
    shared = Namespace()

    async def coroutine(sid, *args):
        await asyncio.sleep(0)
        fail("coroutine", UnicodeError)
        return "done"

    async def in_background_too():
        await asyncio.sleep(0)
        in_background()

    async def background(sid, *args):
        sio.start_background_task(in_background_too)
        return "done"

    async def in_task():
        await asyncio.sleep(0.001)
        in_thread()

    async def loose(sid, *args):
        # half of them are callbacks
        if hash(sid) % 2:
            to_be_kept.add(asyncio.ensure_future(in_task()))
            to_be_kept.clear()
        else:
            asyncio.get_event_loop().call_soon(in_thread)
        return "done"

    async def ask(sid, *args):
        if getattr(socketio, "__version__", "").startswith("5.0."):
            # its emit gives coroutines to asyncio.wait, which Python 3.11 forbids
            ack = sio.manager._generate_ack_id(sid, answered)
            await sio._emit_internal(sio.manager.eio_sid_from_sid(sid, "/"), "question", {}, "/", ack)
        else:
            await sio.emit("question", {}, to=sid, callback=answered)
        return "done"

    for handler in (coroutine, background, loose, ask):
        sio.on(handler.__name__, handler)
    register(sio, shared)
    return sio


def sync_server(mode):
    sio = socketio.Server(async_mode=mode, ping_interval=2, ping_timeout=2)
    shared = Namespace()

    class ClassBased(socketio.Namespace):
        def on_coroutine(self, sid, *args):
            fail("coroutine", UnicodeError)
            return "done"

    def coroutine(sid, *args):
        return ClassBased().on_coroutine(sid, *args)

    def background(sid, *args):
        sio.start_background_task(in_background)
        return "done"

    def loose(sid, *args):
        if mode == "gevent":
            import gevent

            gevent.spawn(in_thread)
        elif mode == "eventlet":
            import eventlet

            eventlet.spawn(in_thread)
        else:
            threading.Thread(target=in_thread).start()
        return "done"

    def ask(sid, *args):
        sio.emit("question", {}, to=sid, callback=answered)
        return "done"

    for handler in (coroutine, background, loose, ask):
        sio.on(handler.__name__, handler)
    register(sio, shared)
    return sio


def register(sio, shared):
    for handler in (shared.connect, shared.plain, shared.logged, shared.disconnect, shared.badly):
        sio.on(handler.__name__, handler)


def asgi_app(sio):
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def answer(request):
        return PlainTextResponse(page())

    return socketio.ASGIApp(sio, Starlette(routes=[Route("/page", answer)]))


def wsgi_app(sio):
    from flask import Flask

    app = Flask("matrix")
    app.add_url_rule("/page", view_func=page)
    app.wsgi_app = socketio.WSGIApp(sio, app.wsgi_app)
    return app


def serve_uvicorn():
    import uvicorn

    parts = SERVER.split("-")
    loop = "uvloop" if "uvloop" in parts else "asyncio"
    protocol = "websockets" if "websockets" in parts else "wsproto"
    app = asgi_app(async_server("asgi"))
    uvicorn.run(app, host="127.0.0.1", port=PORT, ws=protocol, loop=loop, log_level="warning")


def serve_hypercorn():
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{PORT}"]
    asyncio.run(serve(asgi_app(async_server("asgi")), config))


def serve_aiohttp():
    from aiohttp import web

    async def answer(request):
        return web.Response(text=page())

    app = web.Application()
    async_server("aiohttp").attach(app)
    app.router.add_get("/page", answer)
    web.run_app(app, host="127.0.0.1", port=PORT, print=None)


def serve_tornado():
    import tornado.web

    class Page(tornado.web.RequestHandler):
        async def get(self):
            self.write(page())

    async def main():
        sio = async_server("tornado")
        handler = socketio.get_tornado_handler(sio)
        app = tornado.web.Application([("/socket.io/", handler), ("/page", Page)])
        app.listen(PORT, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(main())


def serve_werkzeug():
    from werkzeug.serving import run_simple

    app = wsgi_app(sync_server("threading"))
    run_simple("127.0.0.1", PORT, app, threaded=True)


def serve_gevent():
    from gevent import pywsgi

    handler = {}
    if "geventwebsocket" in SERVER:
        from geventwebsocket.handler import WebSocketHandler

        handler = {"handler_class": WebSocketHandler}
    app = wsgi_app(sync_server("gevent"))
    pywsgi.WSGIServer(("127.0.0.1", PORT), app, log=None, **handler).serve_forever()


def serve_eventlet():
    import eventlet.wsgi

    app = wsgi_app(sync_server("eventlet"))
    eventlet.wsgi.server(eventlet.listen(("127.0.0.1", PORT)), app, log_output=False)


if __name__ == "__main__":
    globals()[f"serve_{KIND}"]()
