"""Mistakes on the command line in our words: typer reads options with pydantic, and tells its texts."""

from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from loadtest.apps.mistake import spoken

__all__ = ["SpokenGroup"]


class SpokenGroup(TyperGroup):
    """The commands, of whose options a wrong value is told as one in a profile is."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command.

        Raises:
            typer.BadParameter: an option has a wrong value.
        """
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                error.message = spoken(error.__cause__.errors(include_url=False)[0])
            raise
