"""A study with open jobs, and Optuna's study beside it, without anything of `hpo`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from optuna.study import StudyDirection

from storage.database import Database
from storage.records import JobRecord, Lease, NewJob, NewStudy, StudyRecord
from storage.states import Direction, Phase
from storage.tables import jobs, studies
from tests.support.claims import claim_next

NEW_STUDY = NewStudy(
    name="squares",
    definition="toy",
    definition_hash="0" * 64,
    settings={"epochs": 3, "classes": ["a", "b"], "new_classes": ["c", "d"]},
    baseline={"x": 0.5},
    metric="validation accuracy",
    direction=Direction.MAXIMIZE,
    seed=0,
    trials=5,
    select_top=1,
    select_seeds=1,
    final_seeds=2,
)


@dataclass(frozen=True)
class Held:
    """A claimed job of the study, and Optuna's id of that study."""

    job: JobRecord
    lease: Lease
    optuna_study: int


@pytest.fixture
def squares(db: Database) -> StudyRecord:
    """A study with five open jobs, numbers 0 to 4."""
    with db.transaction() as tx:
        study = studies.add(tx, NEW_STUDY)
        jobs.add(tx, study, [NewJob(Phase.SEARCH, number, seed=number) for number in range(5)])
    return study


@pytest.fixture
def claim(db: Database, squares: StudyRecord) -> Callable[..., tuple[JobRecord, Lease]]:
    """Claims the next job as (worker, lease in seconds); there must be one."""

    return partial(claim_next, db, squares)


@pytest.fixture
def held(db: Database, claim: Callable[..., tuple[JobRecord, Lease]]) -> Held:
    """The baseline's job, held."""
    job, lease = claim()
    optuna_study = db.optuna.create_new_study([StudyDirection.MAXIMIZE], "squares")
    return Held(job, lease, optuna_study)


@pytest.fixture
def take_over(
    db: Database, squares: StudyRecord, claim: Callable[..., tuple[JobRecord, Lease]]
) -> Callable[[Lease], Lease]:
    """Another worker takes the job of a lease that has expired."""

    def _take_over(lease: Lease) -> Lease:
        with db.transaction() as tx:
            jobs.write(tx, lease, lease_expires_ms=0)
        job, theirs = claim("another")
        assert job.id == lease.job_id
        return theirs

    return _take_over
