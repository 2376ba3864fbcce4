"""A job in a slot."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hpo.definitions import Definition
from hpo.machine.messages import Work
from storage.records import BASELINE, JobRecord, Lease, StudyRecord
from storage.states import DataSet, Phase
from studies.dataset import PreparedData


@dataclass
class Assignment:
    """A job that a slot's child trains, or is about to."""

    job: JobRecord
    lease: Lease
    begun: bool = False
    """Its parameters are known and the child has been told to train it."""
    stop: bool = False
    """The pruner has answered: the child is to be told to stop at its next report."""

    @property
    def data_set(self) -> Literal["search", "new"]:
        """The name that `studies` has for the job's classes."""
        return "new" if self.job.data_set == DataSet.NEW else "search"

    def work(
        self, definition: Definition, study: StudyRecord, data: PreparedData, model_file: Path
    ) -> Work:
        """What the child is told. Only a final job is given a holdout; of the models only the
        winner's on the searched classes are kept, one of which is exported."""
        job = self.job
        final = job.phase == Phase.FINAL
        kept = final and job.data_set == DataSet.SEARCH and job.configuration != BASELINE
        return Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=dict(study.settings),
            params=dict(job.params or {}),
            seed=job.seed,
            training_file=str(data.training_path(self.data_set)),
            holdout_file=str(data.holdout_path(self.data_set)) if final else None,
            model_file=str(model_file) if kept else None,
        )
