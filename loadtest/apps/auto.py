"""The preset ``auto``: an app whose framework is found out before the run."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.apps.app import Access
from loadtest.apps.mistake import Mistake
from loadtest.apps.table import AppTable
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Opening

__all__ = ["AUTO", "AutoApp", "AutoTable", "build_auto"]

AUTO = "auto"
"""The preset's name."""


class AutoTable(AppTable):
    """What a profile may say of an app that nobody has looked at yet."""

    preset: str = AUTO

    def wrong_steps(self) -> list[Mistake]:
        """Return nothing: which values the pages have is not known yet."""
        return []


@dataclass(frozen=True, slots=True)
class AutoApp:
    """The place of an app that is still to be found out; never visited."""

    access: Access
    preset: str = AUTO
    namespaces: Sequence[str] = ("/",)

    def open(self, body: str, caller: Caller) -> Opening:
        """Refuse: ``discovery.auto`` puts the app itself here before a run.

        Raises:
            ExtractionError: always.
        """
        del body, caller
        raise ExtractionError("the app has not been looked at")


def build_auto(table: AutoTable) -> AutoApp:
    """Keep what the profile says."""
    return AutoApp(table.access())
