"""Removing a study."""

import logging
import os
import pty
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from optuna.storages._rdb.models import BaseModel, StudyUserAttributeModel, VersionInfoModel

from hpo.cli import cli
from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.search.trials import Trials
from hpo.status.study_status import read_status
from hpo.study import creation, extension, phases, removal, stop_and_resume
from hpo.study.planning import Budget
from hpo.worker.database_client import DatabaseClient
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Journal
from hpo.worker.wait_times import Pace
from storage import schema
from storage.database import Database
from storage.errors import StudyNotFound, StudyRemoved
from storage.records import ArtifactRecord, StudyRecord
from storage.states import ArtifactKind, DataSet, Phase
from storage.tables import artifacts, jobs, studies
from storage.tables import optuna_study as optuna_study_table
from studies.data.prepared_data import PreparedData
from tests.support import finished
from tests.support.commandline import CommandLine
from tests.support.done import Done
from tests.support.fixtures import MADE_BY
from tests.support.killing import Killed, killed_at
from tests.support.marks import on
from tests.support.supervision import CPU, UNMEASURED, served_by


def _keep(db: Database, job_id: int) -> ArtifactRecord:
    artifact = ArtifactRecord(f"kept-{job_id}", job_id, ArtifactKind.MODEL, 4, "0" * 64)
    with db.transaction() as tx:
        artifacts.announce(tx, artifact)
        artifacts.validate(tx, artifact)
    artifacts.put(db.artifacts, artifact.id, b"some")
    return artifact


def test_nothing_is_left_but_the_seal(db: Database, study: StudyRecord, toy: Definition) -> None:
    """Jobs, attempts, answers and files go with it, another study keeps its own, and it is known for
    ever which holdouts were opened."""
    finished.carry_out(db, study)
    other = creation.create(db, "other", toy, Budget(trials=2))
    with db.reading() as tx:
        ours, theirs = (jobs.of_study(tx, each.id) for each in (study, other))
    kept, others = _keep(db, ours[0].id), _keep(db, theirs[0].id)
    removal.remove(db, study.name)
    with db.reading() as tx:
        for table in (schema.jobs, schema.attempts, schema.evaluations):
            column = table.c.id if table is schema.jobs else table.c.job_id
            of_ours = column.in_([job.id for job in ours])
            assert tx.scalar(sa.select(sa.func.count()).select_from(table).where(of_ours)) == 0
        opened = tx.scalar(sa.select(sa.func.count()).select_from(schema.openings))
        assert opened == len(DataSet) * 2 * study.final_seeds
        assert [job.id for job in jobs.of_study(tx, other.id)] == [job.id for job in theirs]
    assert artifacts.take(db.artifacts, kept) is None
    with db.artifacts.open_reader(others.id) as file:
        assert file.read() == b"some"
    with pytest.raises(StudyNotFound):
        removal.remove(db, study.name)


def test_one_that_is_worked_on(
    db: Database, study: StudyRecord, caplog: pytest.LogCaptureFixture
) -> None:
    """It is left as it is, with the mend."""
    with caplog.at_level(logging.INFO), db.transaction() as tx:
        claimed = jobs.claim(tx, study.id, "me", 60, "cpu:0")
    assert claimed is not None
    with pytest.raises(UsageError, match="`hpo stop toy` first"):
        removal.remove(db, study.name)
    with db.reading() as tx:
        assert jobs.of_study(tx, study.id)[0].state == claimed[0].state


def test_one_whose_worker_died(db: Database, study: StudyRecord) -> None:
    """Nobody will give its job back: a lease that has expired keeps nothing from being removed."""
    with db.transaction() as tx:
        _, lease = jobs.claim(tx, study.id, "dead", 60, "cpu:0") or pytest.fail("nothing to do")
        jobs.write(tx, lease, lease_expires_ms=0)
    removal.remove(db, study.name)
    with db.reading() as tx, pytest.raises(StudyNotFound):
        studies.get(tx, study.name)


def _is_killed(db: Database, commit: int) -> bool:
    try:
        with killed_at(db, commit):
            removal.remove(db, "toy")
    except Killed:
        return True
    return False


def _rows(db: Database) -> dict[str, int]:
    """How many there are in each table of what belongs to studies."""
    tables = [*schema.metadata.sorted_tables, *BaseModel.metadata.sorted_tables]
    lasting = {schema.database, schema.workers, VersionInfoModel.__table__}
    with db.reading() as tx:
        return {
            table.name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables
            if table not in lasting
        }


def _assert_nobody_sees_it(db: Database, toy: Definition) -> None:
    """Neither who looks, nor who works, nor who would change it; each is told how to go on."""
    again = "study 'toy' is being removed: `hpo remove toy` goes on"
    uses: tuple[Callable[[], object], ...] = (
        lambda: read_status(db, "toy"),
        lambda: creation.create(db, "toy", toy, Budget(trials=4)),
        lambda: extension.extend(db, "toy", Budget(trials=5)),
        lambda: phases.advance(db, "toy"),
        lambda: stop_and_resume.resume(db, "toy"),
    )
    for use in uses:
        with pytest.raises(StudyRemoved, match=again):
            use()
    with db.reading() as tx:
        assert studies.demands(tx) == []
        assert studies.count_jobs(tx) == []
        with pytest.raises(StudyRemoved, match=again):
            studies.demands(tx, "toy")
        with pytest.raises(StudyNotFound, match="it holds none yet"):
            studies.get(tx, "other")


def test_a_removal_that_is_killed_is_gone_on_with(
    toy_done: Done, toy: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before whichever commit, after the first of which the study is not there for anybody. What is
    left goes with the next removal, and then the name is free: a worker finds its study."""
    monkeypatch.setattr(optuna_study_table, "MOST_NAMED", 3)
    monkeypatch.setattr(jobs, "MOST_NAMED", 20)
    opened = _rows(toy_done.db)["hpo_openings"]
    for commit in count():
        with toy_done.copy() as url:
            db = Database.open(url)
            is_killed = _is_killed(db, commit)
            if commit == 0:
                assert read_status(db, "toy").study.phase == Phase.DONE
            elif is_killed:
                _assert_nobody_sees_it(db, toy)
            if is_killed:
                removal.remove(db, "toy")
            left = {name: number for name, number in _rows(db).items() if number}
            assert left == {"hpo_openings": opened}
            assert list(Path(url.removeprefix("sqlite:///")).parent.glob("*.artifacts/*")) == []
            Trials(db, creation.create(db, "toy", toy, Budget(trials=4)), MADE_BY)
            db.close()
        if not is_killed:
            break
    assert commit > len(("closed", "files", *range(2), *range(2), "the rest"))


@on("sqlite")
def test_anothers_trials_stay(db: Database, study: StudyRecord) -> None:
    """Of a study of Optuna's that has the name and is not ours."""
    optuna_study = db.optuna.get_study_id_from_name(study.name)
    db.optuna.set_study_user_attr(optuna_study, UUID_ATTRIBUTE, "another")
    removal.remove(db, study.name)
    assert db.optuna.get_study_name_from_id(optuna_study) == study.name


def test_one_that_was_never_tied(db: Database, study: StudyRecord) -> None:
    """Its maker was killed before Optuna's study knew of ours: it goes, too."""
    optuna_study = db.optuna.get_study_id_from_name(study.name)
    with db.transaction() as tx:
        tx.execute(sa.delete(StudyUserAttributeModel))
    removal.remove(db, study.name)
    with pytest.raises(KeyError):
        db.optuna.get_study_name_from_id(optuna_study)


def test_a_worker_goes_on_without_it(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, tmp_path: Path
) -> None:
    """Also one that had looked at it in the moment before."""
    served = served_by(db, study, toy, toy_data, MADE_BY)
    journal = Journal.create(tmp_path / "me", study.uuid)
    client = DatabaseClient(db, served, journal, JobArtifacts(db), Pace(), UNMEASURED)
    (prepared,) = served.in_turn()
    removal.remove(db, study.name)
    assert client._claim_of(prepared, CPU, []) is None
    with pytest.raises(StudyNotFound):
        client.claim(CPU, [])
    journal.close()


@on("sqlite")
def test_the_command(shell_on: CommandLine, db: Database, study: StudyRecord) -> None:
    """Where nobody can be asked, whoever means it says so; what was begun is gone on with."""
    line = shell_on.fail("remove", study.name, code=2)
    assert line == "hpo: nobody is at a terminal to be asked: say --yes"
    assert read_status(db, study.name).study == study
    assert _is_killed(db, commit=1)
    assert "`hpo remove toy` goes on" in shell_on.fail("status", study.name, code=1)
    assert shell_on.succeed("remove", study.name) == "toy: removed\n"
    assert "no study 'toy'" in shell_on.fail("remove", study.name, "--yes", code=1)


@on("sqlite")
@pytest.mark.parametrize(("typed", "is_left"), [("n\n", True), ("\n", True), ("y\n", False)])
def test_somebody_at_a_terminal_is_asked(
    db: Database, url: str, study: StudyRecord, typed: str, is_left: bool,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """And only a yes is one."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "w") as person, os.fdopen(theirs) as terminal:
        person.write(typed)
        person.flush()
        monkeypatch.setattr("sys.stdin", terminal)
        with pytest.raises(SystemExit) as ended:
            cli(["remove", study.name, "--storage", url])
    assert ended.value.code == int(is_left)
    assert "Remove toy, 4 trials of toy, for good? [y/N]" in capsys.readouterr().err
    with db.reading() as tx:
        assert studies.exists(tx, study) == is_left
