"""Our scripts and styles, as they come with the package; no name but theirs is ever opened."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

__all__ = ["Asset", "read_assets"]

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "html": "text/html; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
        "svg": "image/svg+xml",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of ``loadtest/assets``."""

    content: bytes
    content_type: str
    etag: str


def read_assets() -> Mapping[str, Asset]:
    """Read the package's assets: some 100 KB, by name."""
    assets = {}
    for entry in resources.files("loadtest").joinpath("assets").iterdir():
        content_type = _TYPES.get(entry.name.rpartition(".")[2])
        if content_type and entry.is_file():
            content = entry.read_bytes()
            assets[entry.name] = Asset(content, content_type, hashlib.sha256(content).hexdigest()[:32])
    return MappingProxyType(assets)
