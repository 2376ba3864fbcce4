"""All that a report tells, read at once."""

import logging
from pathlib import Path

import pytest

from hpo.definition_loader import Definition
from hpo.errors import NoResult
from hpo.report import charts, html
from hpo.report.report_data import Contents, find_data, read_contents
from hpo.search.trials import Trials
from hpo.settings import Settings
from hpo.study import phases
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.states import AttemptState, JobState, Phase
from storage.tables import jobs
from studies.data.prepared_data import PreparedData
from tests.support import finished
from tests.support.done import Done


def test_a_study_that_is_done(contents: Contents) -> None:
    """It has a result, every attempt at a job, the trials, and pictures of its holdout. Its best is
    what was compared with the baseline."""
    assert contents.result is not None and contents.best is not None
    assert contents.result.winner.number == contents.best.configuration != BASELINE
    assert contents.best.phase == Phase.SEARCH
    jobs = contents.status.jobs
    assert len(contents.attempts) == sum(job.attempts for job in jobs) >= len(jobs)
    assert {attempt.state for attempt in contents.attempts} <= {
        AttemptState.ENDED,
        AttemptState.PAUSED,
    }
    assert [trial.number for trial in contents.trials.trials] == list(range(4))
    assert {sample.label for sample in contents.samples} <= {"a", "b"}
    assert contents.provenance is not None
    assert contents.layers == ()  # the toy's model is no Keras file


def test_without_data_there_are_no_pictures(toy_done: Done) -> None:
    """And nothing else is missing."""
    for find in (None, lambda _study: None):
        contents = read_contents(toy_done.db, "toy", find)
        assert contents.samples == ()
        assert contents.result is not None


def test_nothing_to_report(db: Database, study: StudyRecord) -> None:
    """Before a trial has been completed there is no report; the error says what shows more."""
    with pytest.raises(NoResult, match=r"nothing to report yet.*`hpo status toy`"):
        read_contents(db, study.name)


def test_a_study_that_runs(
    db: Database, study: StudyRecord, trials: Trials, toy: Definition
) -> None:
    """From its first completed trial on there is a report, without a result."""
    with db.transaction() as tx:
        job, lease = jobs.claim(tx, study.id, "me", 60, "cpu:0") or pytest.fail("nothing to do")
    job = trials.begin(job, lease, toy.study.space)
    trials.report(job, lease, 1, 0.5)
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5, loss=0.5)
    contents = read_contents(db, study.name)
    assert contents.best == contents.status.best
    assert contents.status.best is not None and contents.status.best.score == 0.5
    assert (contents.result, contents.finished, contents.samples) == (None, None, ())


def test_trials_that_were_removed(
    db: Database, study: StudyRecord, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Optuna's study is gone the verdict is told all the same, without the search's curves."""
    finished.carry_out(db, study, finished.usual)
    db.optuna.delete_study(db.optuna.get_study_id_from_name(study.name))
    contents = read_contents(db, study.name)
    assert "Optuna's study 'toy' was removed" in caplog.text
    assert contents.result is not None
    assert "trials" not in {figure.id for figure in charts.draw(contents)}
    assert contents.result.verdict[1:] in html.write(contents)


def test_data_that_this_machine_lacks(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A definition that is not here, or data that was never prepared, is no error: there are no
    pictures then, and a line says why."""
    settings = Settings(cache_dir=tmp_path)
    with caplog.at_level(logging.WARNING):
        assert find_data(study, settings) is None
    assert "no pictures: this machine has no definition 'toy'" in caplog.text
    assert find_data(study, settings, [toy.reference], fetch=False) is None
    assert list(tmp_path.iterdir()) == []
    found = find_data(study, settings, [toy.reference])
    assert found is not None
    assert found.sha256 == toy_data.sha256
    assert find_data(study, settings, [toy.reference], fetch=False) is not None


def test_a_study_that_stopped(db: Database, study: StudyRecord) -> None:
    """It has no result, and its report says so."""

    def train(_study: object, job: object) -> finished.Outcome:
        failed = getattr(job, "configuration", 0) != BASELINE
        state = JobState.FAILED if failed else JobState.SUCCEEDED
        return finished.Outcome(state, score=None if failed else 0.5, reason="it broke")

    assert finished.carry_out(db, study, train).phase == Phase.STOPPED
    assert phases.advance(db, study.name).phase == Phase.STOPPED
    assert read_contents(db, study.name).result is None
