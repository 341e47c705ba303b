"""Python imports this when it starts, under ``loadtest instrument``: puts the hooks in, and steps aside."""
# ruff: noqa: PTH100, PTH118, PTH120  # pathlib would be an early import

import os
import sys


def _install_hooks(package: str) -> None:
    """Import the folder above under a private name: the app may have a ``loadtest`` of its own."""
    import importlib.util

    name = "_loadtest_hooks"
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    module.install()


def _run_hidden_sitecustomize() -> None:
    """Run the ``sitecustomize`` that Python would have found without us, in our place."""
    import importlib.machinery
    import importlib.util

    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _start() -> None:
    folder = os.path.dirname(os.path.abspath(__file__))
    # the app sees the path that it would have seen; PYTHONPATH stays for its children
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    try:
        _install_hooks(os.path.dirname(folder))
    except Exception as error:
        # an older Python than 3.8, say: without this line it would be a silent zero
        sys.stderr.write(f"loadtest: no hooks in this process: {error!r}\n")
    _run_hidden_sitecustomize()


_start()
