"""A job in a slot."""

from dataclasses import dataclass
from typing import Literal

from hpo.cost import Cost
from hpo.machine.brief import Brief
from hpo.machine.meter import Meter
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

    meter: Meter | None = None
    """What measures it in the slot that has it."""

    @property
    def cost(self) -> Cost | None:
        """What the job has cost until now; None while no slot has it."""
        return None if self.meter is None else self.meter.cost

    @property
    def title(self) -> str:
        """What a person reads of it, in a log."""
        return f"{self.brief.study.name}, {self.job.title}"

    @property
    def data_set(self) -> Literal["search", "new"]:
        """The name that `studies` has for the job's classes."""
        return "new" if self.job.data_set == DataSet.NEW else "search"
