"""A NiceGUI app with a fault in each of its own callbacks: python matrix_nicegui.py PORT.

The page's ``?fault=`` says which of them this visit meets.
"""
# mypy: ignore-errors
# It runs in other environments, with other packages.

import asyncio
import os
import sys

from nicegui import background_tasks, ui

IS_FAULTY = "LOADTEST_FAULTLESS" not in os.environ


def fail(kind):
    if IS_FAULTY:
        raise kind


async def fail_later(kind):
    await asyncio.sleep(0.01)
    fail(kind)


@ui.page("/", reconnect_timeout=0.1)
def index(fault: str = ""):
    client = ui.context.client
    ui.label("a page")
    if fault == "page":
        fail(FloatingPointError)
    elif fault == "connect":
        client.on_connect(lambda: fail(RuntimeError))
    elif fault == "coroutine":

        async def connected():
            await fail_later(UnicodeError)

        client.on_connect(connected)
    elif fault == "disconnect":
        client.on_disconnect(lambda: fail(KeyError))
    elif fault == "timer":
        ui.timer(0.05, lambda: fail(BufferError), once=True)
    elif fault == "background":
        client.on_connect(lambda: start(fail_later(ArithmeticError)))


def start(coroutine):
    background_tasks.create(coroutine, name="planted")


ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False, reconnect_timeout=0.1)
