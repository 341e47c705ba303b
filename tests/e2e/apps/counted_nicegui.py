"""A NiceGUI app, reloading, that says which process a visitor is served by: counted_nicegui.py PORT."""

import os
import sys

from nicegui import core, ui


@core.sio.on("pid")  # type: ignore[untyped-decorator]  # NiceGUI is in the app's environment only
async def pid(sid: str) -> int:  # noqa: ARG001
    """Answer with the id of the process that serves this visitor."""
    return os.getpid()


@ui.page("/")  # type: ignore[untyped-decorator]
def index() -> None:
    """Show a page."""
    ui.label("Good day")


ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=True, show=False)
