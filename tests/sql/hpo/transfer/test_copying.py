"""A study of its own, made from another."""

import hashlib
from itertools import count
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy as sa

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.result import finished_study
from hpo.result.result import EarlierOpening, assemble, conclude
from hpo.search.trials import Ending, Trials
from hpo.status import study_list
from hpo.status.study_status import read_status
from hpo.study import creation, extension, removal
from hpo.study.planning import Budget
from hpo.transfer.copying import copy
from storage import schema
from storage.connection.engine import sqlite_path
from storage.database import Database
from storage.errors import StudyExists, StudyNotFound
from storage.records import ArtifactRecord, Lease, StudyRecord
from storage.states import ArtifactKind, JobState, Phase
from storage.tables import artifacts, jobs, logs, studies
from tests.support.claims import claim_next, jobs_of
from tests.support.commandline import CommandLine
from tests.support.databases import SqliteDatabases
from tests.support.finished import carry_out, winning
from tests.support.fixtures import MADE_BY, SPACE
from tests.support.killing import Killed, killed_at
from tests.support.marks import on

BUDGET = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
MODEL = b"all that was learned"


@pytest.fixture
def elsewhere(sqlite_databases: SqliteDatabases) -> Database:
    """Another database."""
    return Database.open(sqlite_databases.ready())


def _keep(
    db: Database, job_id: int, kind: ArtifactKind, epoch: int | None = None
) -> ArtifactRecord:
    sha256 = hashlib.sha256(MODEL).hexdigest()
    kept = ArtifactRecord(f"{kind}-{job_id}.bin", job_id, kind, len(MODEL), sha256, epoch)
    artifacts.put(db.artifacts, kept.id, MODEL)
    with db.transaction() as tx:
        artifacts.announce(tx, kept)
        artifacts.validate(tx, kept)
    return kept


def _models(db: Database, name: str) -> list[bytes | None]:
    with db.reading() as tx:
        kept = artifacts.stored_of_study(tx, studies.get(tx, name).id)
    return [artifacts.take(db.artifacts, each) for each in kept]


def _verdict(db: Database, name: str) -> tuple[str, tuple[EarlierOpening, ...]]:
    result = assemble(finished_study.read(db, name))
    return result.verdict, result.earlier_openings


def _n_uses(db: Database) -> int:
    with db.reading() as tx:
        uses = schema.openings.c.origin_id.is_(None)
        return tx.scalar(sa.select(sa.func.count()).select_from(schema.openings).where(uses)) or 0


def test_one_that_is_done_says_the_same(
    db: Database, elsewhere: Database, study: StudyRecord
) -> None:
    """Here and in another database: its numbers, its verdict, its models; and it lives on without the other."""
    carry_out(db, study)
    last = jobs_of(db, study)[-1]
    _keep(db, last.id, ArtifactKind.MODEL)
    with db.transaction() as tx:
        logs.put(tx, Lease(last.id, "of nobody now"), "it said so")
    told = finished_study.read(db, "toy")
    for target in (db, elsewhere):
        copied = copy(db, "toy", "twin", target)
        assert (copied.files, copied.lost_files) == (1, 0)
    removal.remove(db, "toy")
    for target in (db, elsewhere):
        read = finished_study.read(target, "twin")
        assert conclude(read).verdict == conclude(told).verdict
        assert read.holdouts == told.holdouts
        assert [job.score for job in read.jobs] == [job.score for job in told.jobs]
        assert _models(target, "twin") == [MODEL]
        with target.reading() as tx:
            assert list(logs.of_jobs(tx, [read.jobs[-1].id]).values()) == ["it said so"]
        assert read_status(target, "twin").hosts.values()
        assert read.study.uuid != told.study.uuid


def test_uses_of_the_holdout_count_once(
    db: Database, elsewhere: Database, toy: Definition, study: StudyRecord
) -> None:
    """Whoever was before the study was before its copy; whoever comes later finds its uses, and not those of its
    copies, here and elsewhere, however often it was copied."""
    first = creation.create(db, "first", toy, BUDGET)
    carry_out(db, first)
    carry_out(db, study)
    before = _verdict(db, "toy")
    assert "opened before, for 4 trainings" in before[0]
    uses = _n_uses(db)
    copy(db, "toy", "twin", db)
    copy(db, "twin", "triplet", db)
    for name in ("toy", "triplet"):
        copy(db, name, f"far-{name}", elsewhere)
    for place, names in ((db, ("toy", "twin", "triplet")), (elsewhere, ("far-toy", "far-triplet"))):
        assert [_verdict(place, name) for name in names] == [before] * len(names)
        later = creation.create(place, "later", toy, BUDGET)
        assert _n_uses(place) == uses
        carry_out(place, later)
        verdict, earlier = _verdict(place, "later")
        assert [opening.study for opening in earlier] == ["first", "toy"]
        assert "opened before, for 8 trainings" in verdict


def test_it_is_extended_by_itself(db: Database, study: StudyRecord) -> None:
    """And uses the holdout again, then, which counts beside what it shares with the other."""
    carry_out(db, study)
    copy(db, "toy", "twin", db)
    extension.extend(db, "twin", Budget(trials=5))
    with db.reading() as tx:
        twin = studies.get(tx, "twin")
    assert (twin.phase, twin.generation, twin.trials) == (Phase.SEARCH, 2, 5)
    assert read_status(db, "toy").study.trials == 4
    train = winning(2)
    carry_out(db, twin, train)
    assert [(each.study, each.generation) for each in _verdict(db, "twin")[1]] == [("toy", 1)]


def test_one_in_its_midst_goes_on(db: Database, elsewhere: Database, study: StudyRecord) -> None:
    """From its trials and its checkpoints: what somebody held who was lost is free in the copy, and what has
    ended has no use of checkpoints."""
    trials = Trials(db, study, MADE_BY)
    done, lease = claim_next(db, study)
    done = trials.begin(done, lease, SPACE)
    trials.report(done, lease, 1, 0.5)
    trials.end(done, lease, Ending(JobState.SUCCEEDED, 0.5, 1.0))
    lost, lease = claim_next(db, study)
    lost = trials.begin(lost, lease, SPACE)
    trials.report(lost, lease, 1, 0.7)
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    for job in (done, lost):
        _keep(db, job.id, ArtifactKind.CHECKPOINT, 1)
    assert copy(db, "toy", "twin", elsewhere).files == 1
    ours = read_status(elsewhere, "twin")
    assert [job.state for job in ours.jobs[:3]] == ["succeeded", "open", "open"]
    assert _models(elsewhere, "twin") == [MODEL]
    going_on, lease = claim_next(elsewhere, ours.study)
    assert (going_on.params, going_on.epoch, going_on.attempts) == (lost.params, 1, 2)
    theirs = Trials(elsewhere, ours.study, MADE_BY)
    theirs.end(going_on, lease, Ending(JobState.SUCCEEDED, 0.8, 1.0))
    following, lease = claim_next(elsewhere, ours.study)
    assert theirs.begin(following, lease, SPACE).trial_number == 2
    shown = optuna.load_study(study_name="twin", storage=elsewhere.optuna).trials
    assert [trial.value for trial in shown] == [0.5, 0.8, None]
    with db.reading() as tx:
        assert jobs.get(tx, lost.id).state == JobState.LEASED


def test_what_is_not_copied(db: Database, study: StudyRecord, toy: Definition) -> None:
    """One that is worked on, or is not there, or to a name that is taken: nothing is made."""
    creation.create(db, "other", toy, BUDGET)
    with pytest.raises(StudyExists, match="a study 'other' already"):
        copy(db, "toy", "other", db)
    with pytest.raises(UsageError, match="cannot name"):
        copy(db, "toy", "a/b", db)
    with pytest.raises(StudyNotFound):
        copy(db, "none", "new", db)
    claim_next(db, study)
    with pytest.raises(UsageError, match="`hpo stop toy` first"):
        copy(db, "toy", "new", db)
    assert {each.study_name for each in db.optuna.get_all_studies()} == {"toy", "other"}


def test_what_is_gone_is_told(db: Database, study: StudyRecord) -> None:
    """A model without its bytes is none in the copy either."""
    carry_out(db, study)
    kept = _keep(db, jobs_of(db, study)[-1].id, ArtifactKind.MODEL)
    artifacts.remove(db.artifacts, kept)
    copied = copy(db, "toy", "twin", db)
    assert (copied.files, copied.lost_files) == (0, 1)


def test_whoever_is_killed_leaves_nothing_that_is_seen(db: Database, study: StudyRecord) -> None:
    """And the same again makes all of it, at whichever commit that was; no file is left over."""
    carry_out(db, study)
    _keep(db, jobs_of(db, study)[-1].id, ArtifactKind.MODEL)
    for commit in count():
        try:
            with killed_at(db, commit):
                copy(db, "toy", "twin", db)
        except Killed:
            with pytest.raises(StudyNotFound):
                read_status(db, "twin")
            assert [each.study.name for each in study_list.list_studies(db)[0]] == ["toy"]
            continue
        assert commit > 4
        break
    assert len(jobs_of(db, read_status(db, "twin").study)) == len(jobs_of(db, study))
    assert _models(db, "twin") == [MODEL]
    with db.reading() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(schema.artifacts)) == 2


@on("sqlite")
def test_the_command(
    shell_on: CommandLine, db: Database, study: StudyRecord, tmp_path: Path
) -> None:
    """As a person says it."""
    carry_out(db, study)
    assert "a copy of 'toy'" in shell_on.invoke("copy", "toy", "twin").stdout
    there = f"sqlite:///{tmp_path}/there.db"
    assert shell_on.invoke("copy", "toy", "far", "--to", there).exit_code == 0
    assert shell_on.invoke("status", "far", "--storage", there).exit_code == 0
    assert "already" in shell_on.fail("copy", "toy", "far", "--to", there, code=2)
    assert "--to-file" in shell_on.fail("copy", "toy", "x", "--to", "mysql://a:b@c/d", code=2)


def test_of_two_that_make_the_same_the_later_goes_on(
    db: Database, study: StudyRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot know whether the other lives. That one notices at its next step, writes nothing into what has its
    ids by now, and leaves no file."""
    carry_out(db, study)
    _keep(db, jobs_of(db, study)[-1].id, ArtifactKind.MODEL)
    put = artifacts.put

    def overtaken(*stored: Any) -> None:
        put(*stored)
        monkeypatch.undo()
        copy(db, "toy", "twin", db)

    monkeypatch.setattr(artifacts, "put", overtaken)
    with pytest.raises(UsageError, match="'twin' was removed by somebody while it was made"):
        copy(db, "toy", "twin", db)
    assert len(jobs_of(db, read_status(db, "twin").study)) == len(jobs_of(db, study))
    assert _models(db, "twin") == [MODEL]
    with db.reading() as tx:
        kept = tx.scalars(sa.select(schema.artifacts.c.id)).all()
        stored = set(tx.scalars(sa.select(schema.blobs.c.artifact_id)))
    if (folder := sqlite_path(db.url)) is not None:
        stored = {file.name for file in folder.with_suffix(".artifacts").iterdir()}
    assert stored == set(kept)


def test_what_is_on_its_way_is_nobodys_to_sweep(
    db: Database, study: StudyRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that removes what somebody began to store, and did not finish, leaves a copy alone."""
    carry_out(db, study)
    _keep(db, jobs_of(db, study)[-1].id, ArtifactKind.MODEL)
    put = artifacts.put

    def swept(*stored: Any) -> None:
        with db.reading() as tx:
            assert artifacts.superfluous(tx) == []
        put(*stored)

    monkeypatch.setattr(artifacts, "put", swept)
    assert copy(db, "toy", "twin", db).files == 1
