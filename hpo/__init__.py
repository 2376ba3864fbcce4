"""How a study runs: the command line, workers, phases, results."""

from importlib.metadata import version

__version__ = version("hpo")
