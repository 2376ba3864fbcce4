"""Fleets here have the study and the pace of the others."""

from tests.processes.hpo.fleet.conftest import fleet, study

__all__ = ["fleet", "study"]
