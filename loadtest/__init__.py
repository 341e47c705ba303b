"""Load-test Socket.IO apps with visitors who leave at the worst moment."""

__all__ = ["__version__"]

__version__ = "0.1.0"
