"""How a study runs: the command line, workers, phases, results."""

import sys
from importlib.machinery import PathFinder
from importlib.metadata import version
from importlib.util import module_from_spec
from pathlib import Path

__version__ = version("hpo")

BESIDE = ("storage", "studies")


def _import_what_lies_beside() -> None:
    """Whatever else has these names on PYTHONPATH, which Python searches first."""
    for name in BESIDE:
        spec = PathFinder.find_spec(name, [str(Path(__file__).parents[1])])
        if name not in sys.modules and spec is not None and spec.loader is not None:
            sys.modules[name] = module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])


_import_what_lies_beside()
