"""A Reflex app that counts what it is told: reflex run --backend-only --backend-port PORT."""

import json

import reflex as rx


class Counting(rx.State):  # type: ignore[misc]  # Reflex is in the app's environment only
    """What one tab sees."""

    count: int = 0

    @rx.event  # type: ignore[untyped-decorator]
    def begin(self) -> None:
        """Tell who has loaded the page."""
        navigation = self.router.headers.raw_headers.get("traceparent", "--").split("-")[1]
        line = {"what": "handshake", "navigation": navigation, "about": self.router.session.client_token}
        print(json.dumps(line), flush=True)
        self.count = 1


@rx.page(route="/", on_load=Counting.begin)  # type: ignore[untyped-decorator]
def index() -> rx.Component:
    """Show the count."""
    return rx.text(Counting.count)


app = rx.App()
