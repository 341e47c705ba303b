"""The presets: what an app's ``[app]`` may hold, and what is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from loadtest.apps.app import App
from loadtest.apps.auto import AUTO, AutoTable, build_auto
from loadtest.apps.chainlit import ChainlitTable, build_chainlit
from loadtest.apps.generic import build_generic
from loadtest.apps.generic_table import GenericTable
from loadtest.apps.nicegui import NiceguiTable, build_nicegui
from loadtest.apps.reflex import ReflexTable, build_reflex
from loadtest.apps.stock import STOCK, StockTable
from loadtest.apps.table import AppTable

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A framework's way of opening sockets."""

    table: type[AppTable]
    build: Callable[[Any], App]
    """From an instance of ``table``."""


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        AUTO: Preset(AutoTable, build_auto),
        "generic": Preset(GenericTable, build_generic),
        "nicegui": Preset(NiceguiTable, build_nicegui),
        **dict.fromkeys(STOCK, Preset(StockTable, build_generic)),
        "chainlit": Preset(ChainlitTable, build_chainlit),
        "reflex": Preset(ReflexTable, build_reflex),
    }
)
"""Every preset, by its name."""
