"""How a study runs: the command line, workers, phases, results.

From Python: `create_study`, `open_study` and `list_studies` give what the command line works on; see hpo.python.
"""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.metadata import version
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpo.errors import HpoError
    from hpo.python.studies import create_study, list_studies, open_study
    from hpo.python.study import Study
    from hpo.python.trial import Trial

__all__ = ["HpoError", "Study", "Trial", "create_study", "list_studies", "open_study"]

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


HOMES = {
    "HpoError": "hpo.errors", "Study": "hpo.python.study", "Trial": "hpo.python.trial",
    "create_study": "hpo.python.studies", "list_studies": "hpo.python.studies", "open_study": "hpo.python.studies",
}  # fmt: skip
"""Imported when they are asked for: a command, and a child that trains, have no use for them."""


if not TYPE_CHECKING:  # whoever checks types is told of names that are not there

    def __getattr__(name: str) -> Any:
        if name not in HOMES:
            raise AttributeError(f"module 'hpo' has no attribute '{name}'")
        return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
