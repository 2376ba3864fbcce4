"""A job in a slot."""

from dataclasses import dataclass
from typing import Literal

from hpo.machine.brief import Brief
from storage.records import JobRecord, Lease
from storage.states import DataSet


@dataclass
class Assignment:
    """A job that a slot's child trains, or is about to."""

    brief: Brief
    job: JobRecord
    lease: Lease
    begun: bool = False
    """Its parameters are known and the child has been told to train it."""
    stop: bool = False
    """The pruner has answered: the child is to be told to stop at its next report."""
    across: str | None = None
    """What differs here from where the checkpoint was written that it is to go on from."""

    @property
    def title(self) -> str:
        """What a person reads of it, in a log."""
        return f"{self.brief.study.name}, {self.job.title}"

    @property
    def needs_alone(self) -> bool:
        """It ran out of memory where others shared it: now nothing is trained beside it."""
        return self.job.exhaustions > 0

    @property
    def data_set(self) -> Literal["search", "new"]:
        """The name that `studies` has for the job's classes."""
        return "new" if self.job.data_set == DataSet.NEW else "search"
