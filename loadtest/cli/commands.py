"""All commands by name, each read only when it is asked for, and mistakes in their options in our words."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["COMMANDS", "Commands"]

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "load.demo",
        "run": "load.run",
        "tune": "tune.tune",
        "ui": "load.ui",
        "instrument": "instrument.instrument",
        "init": "look.init",
        "check": "look.check",
        "profiles": "look.list_them",
        "points": "look.points",
        "report": "report.report",
        "replay": "replay.replay",
        "compare": "compare.compare",
    }
)
"""In the order of the help: where in ``loadtest.cli`` each is. Most of what one starts with is imports."""

_PASSED_ON = MappingProxyType({"ignore_unknown_options": True, "allow_interspersed_args": False})
"""What follows ``instrument`` is the app's own command line."""


class Commands(TyperGroup):
    """The commands, of whose options a wrong value is told as one in a profile is."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        # by these typer lists them, and guesses what was meant
        self.commands = {name: TyperCommand(name) for name in COMMANDS}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return a command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(".")
        alone = typer.Typer(add_completion=False)
        settings = _PASSED_ON if cmd_name == "instrument" else {}
        alone.command(cmd_name, context_settings={**settings})(
            getattr(import_module(f"loadtest.cli.{module}"), function)
        )
        return typer.main.get_command(alone)

    def invoke(self, ctx: Any) -> Any:
        """Run a command.

        Raises:
            typer.BadParameter: an option has a wrong value.
        """
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            _speak(error)
            raise


def _speak(error: typer.BadParameter) -> None:
    """Tell a mistake in our words: typer reads options with pydantic, and tells its texts."""
    from pydantic import ValidationError

    from loadtest.apps.mistake import spoken

    if isinstance(error.__cause__, ValidationError):
        error.message = spoken(error.__cause__.errors(include_url=False)[0])
