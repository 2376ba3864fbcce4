"""What our tables say of Optuna's trials."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.history import MOST_NAMED
from storage.records import TrialFacts
from storage.schema import attempts, jobs, workers


def facts(tx: Connection, trial_ids: Sequence[int]) -> dict[int, TrialFacts]:
    """What is known of these trials, by Optuna's ids; nothing of one that no job is for."""
    each = attempts.alias("each_attempt")
    last = sa.select(sa.func.max(each.c.id)).where(each.c.job_id == jobs.c.id).scalar_subquery()
    columns: list[sa.Column[Any]] = [
        jobs.c.trial_id, jobs.c.state, jobs.c.attempts, jobs.c.reason, jobs.c.device_seconds,
        jobs.c.energy_joules, workers.c.host, attempts.c.device,
    ]  # fmt: skip
    asked: sa.Select[Any] = (
        sa.select(*columns)
        .outerjoin(workers, workers.c.id == jobs.c.worker_id)
        .outerjoin(attempts, sa.and_(attempts.c.job_id == jobs.c.id, attempts.c.id == last))
    )
    found = {}
    for start in range(0, len(trial_ids), MOST_NAMED):
        some = trial_ids[start : start + MOST_NAMED]
        for row in tx.execute(asked.where(jobs.c.trial_id.in_(some))):
            found[row.trial_id] = TrialFacts.from_row(row)
    return found
