"""What must be true of a study when all mischief is over, from the database, the disks and the
logs."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa
from optuna.storages._rdb.models import TrialIntermediateValueModel as Reported

from hpo.worker.journal import ENTRIES, MARKER
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.schema import artifacts, blobs, jobs
from storage.states import UNFINISHED, ArtifactKind, DataSet, JobState, Phase, Split
from storage.tables import evaluations, holdout_uses, workers
from tests.support.outcome import assert_exactly, of_phase

# What no worker ever says, whatever is done to it. A child's last words may stand in between.
ALARM = re.compile(
    r"Traceback \(most recent call last\)|^\S+Z (ERROR|CRITICAL) |when trained again|cannot be read"
)


def assert_all(
    db: Database, study: StudyRecord, epochs: int, states: Path, logs: Mapping[str, str]
) -> None:
    """Everything below, and exactly the asked number of trials, each ended."""
    assert_exactly(db, study)
    _assert_reported_once(db, study, epochs)
    _assert_nothing_held(db)
    _assert_judged(db, study)
    _assert_artifacts(db, study)
    _assert_journals_empty(states)
    _assert_no_alarm(logs)


def _assert_reported_once(db: Database, study: StudyRecord, epochs: int) -> None:
    """Of each trial each epoch stands in the table once, written in order; whatever was not pruned
    was trained to its end."""
    steps = defaultdict[int, list[int]](list)
    with db.reading() as tx:
        for row in tx.execute(
            sa.select(Reported.trial_id, Reported.step).order_by(
                Reported.trial_intermediate_value_id
            )
        ):
            steps[row.trial_id].append(row.step)
    for job in of_phase(db, study.name, Phase.SEARCH):
        assert job.trial_id is not None
        reported = steps[job.trial_id]
        assert reported == list(range(1, job.epoch + 1)), (job.title, reported)
    # A file's own holdout says nothing on the way.
    for phase in (Phase.SEARCH, Phase.SELECT, *([] if study.is_called else [Phase.FINAL])):
        for job in of_phase(db, study.name, phase):
            assert job.epoch == epochs or job.state == JobState.PRUNED, (job.title, job.epoch)
            assert job.attempts > job.losses, job.title


def _assert_nothing_held(db: Database) -> None:
    """No lease is left, and all workers are signed off, the dead by those who came after them."""
    held = sa.or_(
        jobs.c.token.is_not(None),
        jobs.c.lease_expires_ms.is_not(None),
        jobs.c.state.in_(UNFINISHED),
    )
    with db.reading() as tx:
        assert list(tx.scalars(sa.select(jobs.c.id).where(held))) == []
        assert workers.everyone(tx) == []


def _assert_judged(db: Database, study: StudyRecord) -> None:
    """Each final training was judged on both splits, a call on the holdout alone, and opened that once."""
    splits = [Split.HOLDOUT] if study.is_called else list(Split)
    final = {job.id for job in of_phase(db, study.name, Phase.FINAL)}
    with db.reading() as tx:
        judged = [(e.job_id, e.split) for e in evaluations.of_study(tx, study.id, study.generation)]
        opened = [row.job_id for row in holdout_uses.of_study(tx, study.uuid)]
    assert sorted(judged) == sorted((id_, split) for id_ in final for split in splits)
    assert sorted(opened, key=str) == sorted(final, key=str)


def _assert_artifacts(db: Database, study: StudyRecord) -> None:
    """What is kept are the models of the winner, each a valid row with its bytes; nothing else has
    a row or bytes, and a call gives no model."""
    with db.reading() as tx:
        rows = tx.execute(sa.select(artifacts)).all()
        parts = defaultdict[str, bytes](bytes)
        for row in tx.execute(sa.select(blobs).order_by(blobs.c.artifact_id, blobs.c.part)):
            parts[row.artifact_id] += row.content
    assert {row.id for row in rows} == set(parts)
    for row in rows:
        assert (row.kind, row.stored_ms is None) == (ArtifactKind.MODEL, False), row.id
        assert hashlib.sha256(parts[row.id]).hexdigest() == row.sha256, row.id
    kept = [
        job.id
        for job in of_phase(db, study.name, Phase.FINAL)
        if job.data_set == DataSet.SEARCH and job.configuration != BASELINE and not study.is_called
    ]
    ours = {job.id for job in of_phase(db, study.name, Phase.FINAL)}
    assert sorted(row.job_id for row in rows if row.job_id in ours) == sorted(kept)


def _assert_journals_empty(states: Path) -> None:
    """On no machine's disk anything waits."""
    for journal in states.glob("*/state/*"):
        assert not (journal / MARKER).exists(), journal
        entries = journal / ENTRIES
        assert not entries.exists() or entries.stat().st_size == 0, entries


def _assert_no_alarm(logs: Mapping[str, str]) -> None:
    for name, text in logs.items():
        for line in text.splitlines():
            assert not ALARM.search(line), f"{name}: {line}"
