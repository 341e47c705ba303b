"""What several commands take, and how a command says that it is done."""

from typing import Annotated

import typer

__all__ = [
    "AppName",
    "EndedError",
    "Host",
    "Otel",
    "Profile",
    "Prometheus",
    "Rate",
    "Seed",
    "Settings",
    "Visits",
]

Profile = Annotated[str, typer.Argument(help="A shipped profile's name, or a TOML file.")]
Host = Annotated[str, typer.Option("--host", "-H", help="Where the app listens: http://127.0.0.1:8080")]
AppName = Annotated[str, typer.Option("--app", help="Aim at this app: a preset's name, or a TOML file.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of every random draw.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="key=value over the profile; repeat it.")]
Visits = Annotated[int | None, typer.Option("--visits", min=1, help="End after so many navigations.")]
Rate = Annotated[
    str | None, typer.Option("--rate", help="x2: times the planned rate; 50: so many a second at its peak.")
]

Prometheus = Annotated[str, typer.Option(help="Serve /metrics at this ADDRESS:PORT; port 0: a free one.")]
Otel = Annotated[bool, typer.Option("--otel", help="Push metrics over OTLP (OTEL_EXPORTER_OTLP_ENDPOINT).")]


class EndedError(Exception):
    """A command is done; carries its exit status past typer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
