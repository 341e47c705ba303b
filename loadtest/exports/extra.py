"""The extras: which packages an export needs, and what to install where they are missing."""

from importlib.util import find_spec

from loadtest.errors import UsageError

__all__ = ["needs"]


def needs(option: str, extra: str, *modules: str) -> None:
    """Check, without importing them, that an export's packages are there.

    Raises:
        UsageError: they are not; it says what to install.
    """
    if not all(_is_there(module) for module in modules):
        raise UsageError(
            f"{option}: its packages are not installed: pip install 'loadtest[{extra}]' "
            f"(in a checkout: pip install -e '.[{extra}]')"
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it is in is missing
        return False
