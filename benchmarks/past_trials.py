"""The past of a study: as many finished trials as a benchmark wants, written in bulk."""

import json
import random

import optuna
import sqlalchemy as sa
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.samplers import RandomSampler
from optuna.storages._rdb import models
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from hpo.definition_loader import Definition
from hpo.search.proposals import distributions, draw
from hpo.search.trials import JOB_ATTRIBUTE
from hpo.study import creation, search_jobs
from hpo.study.planning import Budget
from storage.clock import now_ms
from storage.database import Database
from storage.records import JobRecord, Params, StudyRecord
from storage.schema import jobs as jobs_table
from storage.states import JobState
from storage.tables import jobs, studies

CHUNK = 1000
PRUNED_SHARE = 0.3


def make_study(
    db: Database, name: str, definition: Definition, done: int, more: int
) -> StudyRecord:
    """A study of `done` finished trials, about a third of them pruned, and `more` to come."""
    study = creation.create(db, name, definition, Budget(trials=done + more))
    optuna_id = db.optuna.get_study_id_from_name(name)
    with db.reading() as tx:
        search = search_jobs.among(jobs.of_study(tx, study.id))[:done]
    chance = random.Random(0)  # noqa: S311 - no secret
    space = definition.study.space
    drawn, sampler = optuna.create_study(), RandomSampler(seed=0)
    for start in range(0, done, CHUNK):
        with db.transaction() as tx:
            for job in search[start : start + CHUNK]:
                params = job.params or draw(drawn, sampler, space)
                write = _Past(tx, optuna_id, definition.study.epochs, chance)
                write.finish(job, params, distributions(space))
    with db.transaction() as tx:
        studies.start(tx, study)
        return studies.get(tx, name)


class _Past:
    def __init__(self, tx: Connection, optuna_id: int, epochs: int, chance: random.Random) -> None:
        self._tx = tx
        self._optuna_id = optuna_id
        self._epochs = epochs
        self._chance = chance

    def finish(
        self, job: JobRecord, params: Params, distributions: dict[str, BaseDistribution]
    ) -> None:
        number = job.configuration
        final = self._chance.gauss(0.6, 0.05)
        pruned = number > 0 and self._chance.random() < PRUNED_SHARE
        reached = max(1, self._epochs // 2) if pruned else self._epochs
        curve = [final * (epoch / self._epochs) ** 0.3 for epoch in range(1, reached + 1)]
        state = TrialState.PRUNED if pruned else TrialState.COMPLETE
        trial = {"number": number, "study_id": self._optuna_id, "state": state}
        inserted = self._tx.execute(sa.insert(models.TrialModel).values(**trial))
        (trial_id,) = inserted.inserted_primary_key or (0,)
        rows: dict[type, list[dict[str, object]]] = {
            models.TrialUserAttributeModel: [{"key": JOB_ATTRIBUTE, "value_json": json.dumps(job.id)}],
            models.TrialParamModel: [
                {
                    "param_name": name,
                    "param_value": distributions[name].to_internal_repr(value),
                    "distribution_json": distribution_to_json(distributions[name]),
                }
                for name, value in params.items()
            ],
            models.TrialValueModel: [{"objective": 0, "value": curve[-1], "value_type": "FINITE"}],
            models.TrialIntermediateValueModel: [
                {"step": step, "intermediate_value": value, "intermediate_value_type": "FINITE"}
                for step, value in enumerate(curve, 1)
            ],
        }  # fmt: skip
        for model, values in rows.items():
            self._tx.execute(sa.insert(model), [{"trial_id": trial_id, **each} for each in values])
        self._tx.execute(
            sa.update(jobs_table)
            .where(jobs_table.c.id == job.id)
            .values(
                state=JobState.PRUNED if pruned else JobState.SUCCEEDED,
                params=dict(params), trial_id=trial_id, trial_number=number, attempts=1,
                epoch=reached, score=curve[-1], loss=1 - curve[-1], started_ms=now_ms(),
                ended_ms=now_ms(),
            )
        )  # fmt: skip
