"""Trials of a study, written under leases without anything of `hpo`."""

from collections.abc import Callable
from functools import partial
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.records import Lease
from storage.states import JobState
from storage.tables import jobs, trials
from storage.tables.trials import NewTrial, Param

PARAMS = {
    "x": Param(1.0, FloatDistribution(0, 1)),
    "kind": Param(1.0, CategoricalDistribution(["a", "b"])),
}


def begin(db: Database, lease: Lease, study_id: int, new: NewTrial | None = None) -> int:
    """Creates the trial of a job that has none; gives its id."""
    with db.transaction() as tx:
        made = trials.create(tx, lease, study_id, new or NewTrial())
    assert made is not None, "the job has a trial already"
    return made[0]


def change(
    db: Database, trial_id: int, lease: Lease, write: Callable[[Connection, int], None], **columns: Any
) -> None:  # fmt: skip
    """One change of a trial that runs, and of its job's row."""
    with db.transaction() as tx:
        runs = trials.lock(tx, trial_id)
        jobs.write(tx, lease, **columns)
        if runs:
            write(tx, trial_id)


def complete(db: Database, trial_id: int, lease: Lease, score: float = 0.5) -> None:
    """Ends a trial and its job, with that score."""
    write = partial(trials.end, state=TrialState.COMPLETE, values=[score])
    change(db, trial_id, lease, write, state=JobState.SUCCEEDED, score=score)
