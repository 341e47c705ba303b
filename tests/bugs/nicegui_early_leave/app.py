"""A small NiceGUI app: python nicegui_app.py PORT."""

import sys

from nicegui import ui


@ui.page("/")  # type: ignore[untyped-decorator]  # NiceGUI is in the app's environment only
def index() -> None:
    """Show a page with something to click."""
    count = ui.label("0 clicks")
    ui.button("Click", on_click=lambda: count.set_text("clicked"))


ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False)
