"""Finished studies without any training: jobs go through the real phases, with scores given by
the test."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hpo.search import seeds
from hpo.study import phases
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import EvaluationRecord, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from storage.tables import evaluations, holdout_uses, jobs, workers

PROVENANCE = {
    "versions": {"python": "3.0.0", "keras": "1.0.0"},
    "device": "an abacus",
    "git_commit": "0123abc",
    "environment": {"XLA_FLAGS": "--xla_a"},
    "cores": 2,
}
HOLDOUT_SHA256 = {DataSet.SEARCH: "5" * 64, DataSet.NEW: "7" * 64}
VALIDATION_IMAGES = 20
HOLDOUT_IMAGES = 40
# The budget that the numbers below are for.
BUDGET = Budget(trials=4, select_top=3, select_seeds=2, final_seeds=3)
# Of the configuration that wins, the second trial; 0 is the baseline.
WINNER = 2
SEARCH_SCORES = {0: 0.70, 1: 0.80, 2: 0.90, 3: 0.75}
SELECT_SCORES = {0: (0.70, 0.72), 1: (0.78, 0.80), 2: (0.84, 0.86), 3: (0.70, 0.70)}
# How many images of the holdout are classified rightly, by configuration and seed.
HOLDOUT_RIGHT = {0: (28, 26, 30), WINNER: (32, 36, 34)}


@dataclass(frozen=True)
class Outcome:
    """What is to become of a job. `right` counts the images, of each split, on which its model is
    right: the first ones."""

    state: JobState = JobState.SUCCEEDED
    score: float | None = None
    reason: str | None = None
    right: dict[Split, int] | None = None
    first_label: int = 0


Train = Callable[[StudyRecord, JobRecord], Outcome]

# Of five seeds: what the first three do not tell apart, though all do, and what they do.
TOLD_APART_LATE = {0: (26, 30, 28, 28, 28), WINNER: (31, 35, 33, 34, 34)}
TOLD_APART_AT_ONCE = {0: (20, 20, 21, 20, 21), WINNER: (38, 38, 39, 38, 39)}


def seed_index(study: StudyRecord, job: JobRecord) -> int:
    """Which of its phase's seeds the job has, from 0."""
    for index in range(10):
        path = (study.generation, job.configuration, index)
        if job.seed == seeds.derive_seed(study.seed, str(job.phase), *path):
            return index
    raise AssertionError(f"job {job.id} has a seed of no phase")


def usual(study: StudyRecord, job: JobRecord) -> Outcome:
    """The numbers above; on the new classes both are right on two images fewer."""
    if job.phase == Phase.SEARCH:
        return Outcome(score=SEARCH_SCORES[job.configuration])
    index = seed_index(study, job)
    if job.phase == Phase.SELECT:
        return Outcome(score=SELECT_SCORES[job.configuration][index])
    return _final(job, HOLDOUT_RIGHT[job.configuration][index])


def _final(job: JobRecord, right: int) -> Outcome:
    right -= 2 * (job.data_set == DataSet.NEW)
    return Outcome(
        score=right / HOLDOUT_IMAGES, right={Split.VALIDATION: right // 2, Split.HOLDOUT: right}
    )


def right_on(right: Mapping[int, Sequence[int | None]]) -> Train:
    """As usual, but that the final models are right on so many images of the holdout, by configuration
    and seed; None gives no model."""

    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase != Phase.FINAL:
            return usual(study, job)
        count = right[job.configuration][seed_index(study, job)]
        if count is None:
            return Outcome(JobState.FAILED, reason="ValueError: no")
        return _final(job, count)

    return train


def winning(winner: int, holdout_right: tuple[int, ...] = HOLDOUT_RIGHT[WINNER]) -> Train:
    """As usual, but that configuration wins, and is right on so many images of the holdout."""

    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        wins = job.configuration == winner
        if job.phase == Phase.SEARCH:
            return Outcome(score=0.95 if wins else 0.5)
        if job.phase == Phase.SELECT:
            return Outcome(score=0.94 if wins else 0.5)
        right = holdout_right if wins else HOLDOUT_RIGHT[0]
        return _final(job, right[seed_index(study, job)])

    return train


def carry_out(
    db: Database,
    study: StudyRecord,
    train: Train = usual,
    holdouts: Mapping[DataSet, str] = HOLDOUT_SHA256,
) -> StudyRecord:
    """Ends one job after another as `train` says, until the study is over."""
    worker = str(uuid.uuid4())
    with db.transaction() as tx:
        workers.join(tx, worker, "host", 1, ["cpu:0"], PROVENANCE, "a machine", 60)

    while not (now := phases.advance(db, study.name)).phase.is_over:
        with db.transaction() as tx:
            claimed = jobs.claim(tx, study.id, worker, 60, "cpu:0")
            assert claimed is not None
            job, lease = claimed
            outcome = train(now, job)
            if job.phase == Phase.FINAL:
                holdout_uses.add(tx, now, job, lease, holdouts[job.data_set], "somebody@host")
            columns: dict[str, object] = {"state": outcome.state, "score": outcome.score}
            if job.phase == Phase.SEARCH:
                number = job.configuration
                columns |= {"trial_id": job.id, "trial_number": number, "params": params(number)}
            loss = None if outcome.score is None else 1 - outcome.score
            jobs.write(tx, lease, **columns, loss=loss, reason=outcome.reason)
            evaluations.add(tx, _judge(job, outcome))
    return now


def params(configuration: int) -> dict[str, str | float]:
    """The parameters of a configuration; those of 0 are the toy's baseline."""
    return {"x": 0.5, "kind": "good" if configuration else "bad"} | (
        {"x": configuration / 10} if configuration else {}
    )


def _judge(job: JobRecord, outcome: Outcome) -> list[EvaluationRecord]:
    images = {Split.VALIDATION: VALIDATION_IMAGES, Split.HOLDOUT: HOLDOUT_IMAGES}
    records = []
    for split, right in (outcome.right or {}).items():
        labels = (np.arange(images[split]) + outcome.first_label) % 2
        wrong = np.arange(images[split]) >= right
        records.append(
            EvaluationRecord(
                job_id=job.id,
                split=split,
                labels=labels.astype(np.uint8).tobytes(),
                predictions=np.where(wrong, 1 - labels, labels).astype(np.uint8).tobytes(),
                losses=np.where(wrong, 1.0, 0.0).astype("<f4").tobytes(),
            )
        )
    return records
