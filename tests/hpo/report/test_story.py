"""All that a report tells, read at once."""

import logging
from pathlib import Path

import pytest

from hpo import creation, phases
from hpo.definitions import Definition
from hpo.errors import NoResult
from hpo.report import figures, page
from hpo.report import story as stories
from hpo.report.story import Story
from hpo.settings import Settings
from hpo.trials import Trials
from storage import jobs
from storage.database import Database
from storage.records import BASELINE, StudyRecord
from storage.states import AttemptState, JobState, Phase
from studies.dataset import PreparedData
from tests.hpo import finished
from tests.hpo.done import Done


def test_a_study_that_is_done(story: Story) -> None:
    """It has a result, every attempt at a job, the trials, and pictures of its holdout. Its best is
    what was compared with the baseline."""
    assert story.result is not None
    assert story.result.winner.number == story.best.configuration != BASELINE
    assert story.best.phase == Phase.SEARCH
    assert len(story.attempts) == len(story.status.jobs)
    assert {attempt.state for attempt in story.attempts} == {AttemptState.ENDED}
    assert [trial.number for trial in story.trials.trials] == list(range(4))
    assert {sample.label for sample in story.samples} <= {"a", "b"}
    assert story.provenance is not None
    assert story.layers == ()  # the toy's model is no Keras file


def test_without_data_there_are_no_pictures(toy_done: Done) -> None:
    """And nothing else is missing."""
    for find in (None, lambda _study: None):
        story = stories.read(toy_done.db, "toy", find)
        assert story.samples == ()
        assert story.result is not None


def test_nothing_to_report(db: Database, study: StudyRecord) -> None:
    """Before a trial has been completed there is no story; the error says what shows more."""
    with pytest.raises(NoResult, match=r"nothing to report yet.*`hpo status toy`"):
        stories.read(db, study.name)


def test_a_study_that_runs(
    db: Database, study: StudyRecord, trials: Trials, toy: Definition
) -> None:
    """From its first completed trial on there is a story, without a result."""
    with db.transaction() as tx:
        job, lease = jobs.claim(tx, study.id, "me", 60, "cpu:0") or pytest.fail("nothing to do")
    job = trials.begin(job, lease, toy.study.space)
    trials.report(job, lease, 1, 0.5)
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5, loss=0.5)
    story = stories.read(db, study.name)
    assert (story.best.configuration, story.best.score) == (BASELINE, 0.5)
    assert (story.result, story.finish, story.samples) == (None, None, ())


def test_trials_that_were_removed(
    db: Database, study: StudyRecord, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Optuna's study is gone the verdict is told all the same, without the search's curves."""
    finished.carry_out(db, study, finished.usual)
    db.optuna.delete_study(db.optuna.get_study_id_from_name(study.name))
    story = stories.read(db, study.name)
    assert "Optuna's study 'toy' was removed" in caplog.text
    assert story.result is not None
    assert "trials" not in {figure.id for figure in figures.draw(story)}
    assert story.result.verdict[1:] in page.write(story)


def test_data_that_this_machine_lacks(
    db: Database, study: StudyRecord, toy_data: PreparedData, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A definition that is not here, or data that was never prepared, is no error: there are no
    pictures then, and a line says why."""
    settings = Settings(cache_dir=tmp_path)
    with caplog.at_level(logging.WARNING):
        assert stories.find_data(study, settings) is None
    assert "no pictures: this machine has no definition 'toy'" in caplog.text
    reference = str(Path(creation.__file__).parents[1] / "tests/definitions/toy.py")
    assert stories.find_data(study, settings, [reference], fetch=False) is None
    assert list(tmp_path.iterdir()) == []
    found = stories.find_data(study, settings, [reference])
    assert found is not None
    assert found.sha256 == toy_data.sha256
    assert stories.find_data(study, settings, [reference], fetch=False) is not None


def test_a_study_that_stopped(db: Database, study: StudyRecord) -> None:
    """It has no result, and its story says so."""

    def train(_study: object, job: object) -> finished.Outcome:
        failed = getattr(job, "configuration", 0) != BASELINE
        state = JobState.FAILED if failed else JobState.SUCCEEDED
        return finished.Outcome(state, score=None if failed else 0.5, reason="it broke")

    assert finished.carry_out(db, study, train).phase == Phase.STOPPED
    assert phases.advance(db, study.name).phase == Phase.STOPPED
    assert stories.read(db, study.name).result is None
