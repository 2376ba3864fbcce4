"""More of a study, or a failed trial again."""

import time
from collections import Counter

import pytest

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.study.creation import create
from hpo.study.extension import extend, retry
from hpo.study.phases import advance
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import LeaseLost, StudyNotFound
from storage.records import Lease, StudyRecord
from storage.states import JobState, Phase, Sampler
from storage.tables import jobs, studies
from tests.support.claims import claim_next, fail_next, jobs_of, work_until
from tests.support.marks import on
from tests.support.waiting import eventually


def test_extending_in_the_search(db: Database, study: StudyRecord) -> None:
    """The total is raised and the jobs that are lacking are added, once; what runs goes on."""
    _, lease = claim_next(db, study)
    for _ in range(2):
        extended = extend(db, "toy", Budget(trials=7))
        assert (extended.trials, extended.generation, extended.phase) == (7, 1, Phase.SEARCH)
        assert [job.configuration for job in jobs_of(db, study)] == list(range(7))
    with db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)
    assert len({job.seed for job in jobs_of(db, study)}) == 7


def test_a_total_never_shrinks(db: Database, study: StudyRecord) -> None:
    """A smaller total is refused; the present one changes nothing."""
    assert extend(db, "toy", Budget(trials=4)) == study
    with pytest.raises(UsageError, match="has 4 trials already: --trials 3"):
        extend(db, "toy", Budget(trials=3))
    with pytest.raises(StudyNotFound):
        extend(db, "tea", Budget(trials=5))
    assert len(jobs_of(db, study)) == 4


@pytest.mark.parametrize("phase", [Phase.SELECT, Phase.FINAL, Phase.DONE])
def test_extending_after_the_search(db: Database, study: StudyRecord, phase: Phase) -> None:
    """A study past its search enters a new generation: the search goes on, what was under way of
    the old select and final is cancelled, and both are done anew, on all trials."""
    work_until(db, study, phase)
    running = None if phase == Phase.DONE else claim_next(db, study)
    for _ in range(2):
        extended = extend(db, "toy", Budget(trials=6))
        assert (extended.phase, extended.generation) == (Phase.SEARCH, 2)
        assert extended.ended_ms is None
    if running is not None:
        with pytest.raises(LeaseLost), db.transaction() as tx:
            jobs.write(tx, running[1], epoch=1)
    opened = [job for job in jobs_of(db, study) if job.state == JobState.OPEN]
    assert [(job.phase, job.configuration) for job in opened] == [
        (Phase.SEARCH, 4), (Phase.SEARCH, 5),
    ]  # fmt: skip
    work_until(db, study, Phase.DONE)
    anew = [job for job in jobs_of(db, study) if job.generation == 2]
    assert Counter(job.phase for job in anew) == {
        Phase.SEARCH: 2, Phase.SELECT: 2 * 2, Phase.FINAL: 2 * 2 * 2,
    }  # fmt: skip
    assert {job.state for job in anew} == {JobState.SUCCEEDED}


@on("sqlite")
def test_extending_a_stopped_study(db: Database, study: StudyRecord) -> None:
    """A study that stopped at three failures goes on where it is extended."""
    with db.transaction() as tx:
        for number in range(4):
            _, lease = jobs.claim(tx, study.id, "me", 60, "cpu:0") or (None, Lease(0, ""))
            state = JobState.FAILED if number else JobState.SUCCEEDED
            columns = {"trial_id": number, "trial_number": number, "params": {"x": 0.5}}
            jobs.write(tx, lease, **columns, state=state, score=0.5, loss=1.0, reason="broken")
    assert advance(db, "toy").phase == Phase.STOPPED
    extended = extend(db, "toy", Budget(trials=6))
    assert (extended.phase, extended.reason) == (Phase.SEARCH, None)
    work_until(db, study, Phase.DONE)


@on("sqlite")
def test_extending_after_a_timeout(db: Database, toy: Definition) -> None:
    """Trials that a timeout had cancelled are made up for, and the old timeout binds no more."""
    study = create(db, "toy", toy, Budget(trials=4, timeout_seconds=0.001, final_seeds=2))
    claim_next(db, study)
    with db.transaction() as tx:
        studies.start(tx, study)
    eventually(lambda: advance(db, "toy").reason)
    extended = extend(db, "toy", Budget(trials=6))
    assert (extended.timeout_ms, extended.started_ms, extended.reason) == (None, None, None)
    states = Counter(job.state for job in jobs_of(db, study))
    assert states == {JobState.LEASED: 1, JobState.CANCELLED: 3, JobState.OPEN: 5}


def test_extending_after_patience(db: Database, toy: Definition) -> None:
    """It ends the search; it stays the study's, unless another is asked for, and counts anew. The
    sampler stays."""
    budget = Budget(trials=6, patience=1, sampler=Sampler.RANDOM, final_seeds=2)
    study = create(db, "toy", toy, budget)
    claimed = [claim_next(db, study)[1]]
    with db.transaction() as tx:
        jobs.write(tx, claimed[0], trial_id=1, trial_number=0, state=JobState.SUCCEEDED, score=0.5)
    time.sleep(0.01)  # of the database's clock
    claimed.append(claim_next(db, study)[1])
    running = claim_next(db, study)[1]
    with db.transaction() as tx:
        jobs.write(tx, claimed[1], trial_id=2, trial_number=1, state=JobState.SUCCEEDED, score=0.4)
        jobs.write(tx, running, trial_id=3, trial_number=2)
    assert "patience" in str(advance(db, "toy").reason)
    extended = extend(db, "toy", Budget(trials=8))
    assert (extended.patience, extended.sampler) == (1, Sampler.RANDOM)
    assert advance(db, "toy").reason is None
    assert Counter(job.state for job in jobs_of(db, study))[JobState.OPEN] == 5
    assert extend(db, "toy", Budget(trials=9, patience=5)).patience == 5


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.DIVERGED])
def test_a_failed_baseline_runs_again(db: Database, study: StudyRecord, state: JobState) -> None:
    """What stopped a study as a whole, a baseline that failed or diverged, is mended by running it again: the same
    configuration, with the same parameters and another seed, as one more trial; what was cancelled
    is made up for. The study ends with all that was asked."""
    failed = fail_next(db, study, "no memory", state)
    assert advance(db, "toy").phase == Phase.STOPPED
    with pytest.raises(UsageError, match="`hpo retry toy 0`"):
        extend(db, "toy", Budget(trials=9))
    tried = retry(db, "toy", 0)
    assert (tried.phase, tried.trials, tried.reason) == (Phase.SEARCH, 5, None)
    again, *others = [job for job in jobs_of(db, study) if job.state == JobState.OPEN]
    assert (again.configuration, again.params) == (0, failed.params)
    assert again.seed != failed.seed
    assert len(others) == 3
    assert len({job.configuration for job in jobs_of(db, study)}) == 7
    assert advance(db, "toy").phase == Phase.SEARCH
    work_until(db, study, Phase.DONE)


def test_what_cannot_run_again(db: Database, study: StudyRecord) -> None:
    """A trial that there is not, did not fail, or runs again already: one clear line each, and
    nothing is changed."""
    fail_next(db, study, "broken")
    with pytest.raises(UsageError, match="has no trial 7"):
        retry(db, "toy", 7)
    retry(db, "toy", 0)
    before = jobs_of(db, study)
    with pytest.raises(UsageError, match=r"trial 0 .* is run again already, as one to come"):
        retry(db, "toy", 0)
    assert jobs_of(db, study) == before


def test_a_pruned_trial_does_not_run_again(db: Database, study: StudyRecord) -> None:
    """It gave what it could; only of the baseline that is nothing."""
    for number in range(2):
        state = JobState.PRUNED if number else JobState.SUCCEEDED
        fail_next(db, study, "pruned after epoch 2", state)
    with pytest.raises(UsageError, match="trial 1 of study 'toy' pruned: only failed ones"):
        retry(db, "toy", 1)
