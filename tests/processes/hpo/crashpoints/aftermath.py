"""What must be true at the end, whoever was killed on the way."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from optuna.storages._rdb.models import TrialIntermediateValueModel

from hpo import definition_loader
from hpo.definition_loader import Definition
from hpo.search import promotion
from storage.database import Database
from storage.records import BASELINE, JobRecord
from storage.schema import artifacts, blobs, evaluations, jobs, openings, workers
from storage.states import ArtifactKind, DataSet, JobState, Phase
from storage.tables import studies
from studies.data.image_data import TrainingImages
from studies.image_classification.study import ImageClassification
from studies.training_outcomes import Epoch
from tests.support.outcome import assert_exactly, of_phase, optuna_trials


def assert_nothing_lost_or_left(
    db: Database, name: str, definition: Definition, dead: Collection[str]
) -> None:
    """The study ended as if nobody had been killed, and the database holds nothing else. `dead`
    are the workers whose machine was lost with them."""
    with db.reading() as tx:
        study = studies.get(tx, name)
    assert_exactly(db, study)
    every = [job for phase in Phase for job in of_phase(db, name, phase)]
    final = of_phase(db, name, Phase.FINAL)
    rungs = promotion.rungs_of(study)
    for job in every:
        expected = _scores(definition, job)[: rungs[0] if job.state == JobState.PRUNED else None]
        assert (job.epoch, job.score) == (len(expected), expected[-1]), job.title
    for job, trial in zip(of_phase(db, name, Phase.SEARCH), optuna_trials(db, name), strict=True):
        assert list(trial.intermediate_values.values()) == _scores(definition, job)[: job.epoch]
    with db.reading() as tx:
        value = TrialIntermediateValueModel
        steps = list(
            tx.execute(
                sa.select(value.trial_id, value.step).order_by(
                    value.trial_id, value.trial_intermediate_value_id
                )
            )
        )
        assert steps == sorted(steps)
        held = jobs.c.token.is_not(None) | jobs.c.lease_expires_ms.is_not(None)
        assert not tx.scalars(sa.select(jobs.c.id).where(held)).all()
        judged = sorted(tx.scalars(sa.select(evaluations.c.job_id)))
        assert judged == sorted(2 * [job.id for job in final])
        opened = tx.scalars(sa.select(openings.c.job_id)).all()
        assert sorted(filter(None, opened)) == [job.id for job in final]
        there = set(tx.scalars(sa.select(workers.c.id).where(workers.c.left_ms.is_(None))))
        assert there <= set(dead)
        rows = tx.execute(sa.select(artifacts)).all()
        stored = set(tx.scalars(sa.select(blobs.c.artifact_id)))
    kept = [
        job.id for job in final if job.data_set == DataSet.SEARCH and job.configuration != BASELINE
    ]
    assert [(row.job_id, row.kind) for row in rows] == [
        (job_id, ArtifactKind.MODEL) for job_id in kept
    ]
    assert all(row.stored_ms is not None for row in rows)
    folder = Path(db.url.database or "").with_suffix(".artifacts")
    if db.url.get_backend_name() == "sqlite":
        stored = {file.name for file in folder.iterdir()}
    assert stored == {row.id for row in rows}


def _scores(definition: Definition, job: JobRecord) -> Sequence[float]:
    assert job.params is not None
    return _undisturbed(definition.reference, tuple(job.params.items()), job.seed)


@cache
def _undisturbed(
    reference: str, params: tuple[tuple[str, str | int | float], ...], seed: int
) -> Sequence[float]:
    """The score of each epoch of a training in whose way nothing is."""
    scores: list[float] = []

    def note(epoch: Epoch) -> bool:
        scores.append(epoch.metrics["val_accuracy"])
        return True

    study = definition_loader.load(reference).study
    assert isinstance(study, ImageClassification)
    # Its trainer looks at no images, and nobody asks its model.
    study.trainer(study, dict(params), cast(TrainingImages, None), seed=seed, report=note)
    return scores
