"""Trials at the rungs of a search, in the database."""

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa
from optuna.trial import TrialState

from hpo.definition_loader import Definition
from hpo.search import promotion
from hpo.search.promotion import Advice
from hpo.search.trial_history import SamplersStudy
from hpo.search.trials import Ending, Trials
from hpo.study import creation, phases
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.schema import jobs as jobs_table
from storage.states import AttemptState, JobState, Phase
from storage.summary_records import Rung, SearchOutline
from storage.tables import attempts, job_summaries, jobs, paused_jobs, studies
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY, SPACE, Claim

RUNG = 2
"""The only one of eight epochs."""
GO_ON, PAUSE = Advice.GO_ON, Advice.PAUSE
Come = Callable[..., tuple[JobRecord, Advice]]


@pytest.fixture
def study(db: Database, toy: Definition) -> StudyRecord:
    """A study of eight trials."""
    toy = toy.with_settings({"rungs": [RUNG]})
    return creation.create(db, "toy", toy, Budget(trials=8, select_top=2, select_seeds=1))


def _outline(db: Database, study: StudyRecord) -> SearchOutline:
    with db.reading() as tx:
        return job_summaries.of_search(tx, study.id, 1)


def _claim_due(db: Database, study: StudyRecord) -> tuple[JobRecord, Lease]:
    with db.transaction() as tx:
        due = promotion.next_due(job_summaries.of_search(tx, study.id, 1))
        claimed = jobs.claim(tx, study.id, "me", 60.0, "cpu:0", due=due)
    assert claimed is not None
    return claimed


@pytest.fixture
def come(db: Database, trials: Trials, claim: Claim) -> Come:
    """Has the next job trained to its rung, with that loss, and paused if it is to be."""

    def _come(loss: float, *, resumable: bool = True) -> tuple[JobRecord, Advice]:
        job, lease = claim()
        job = trials.begin(job, lease, SPACE)
        for epoch in range(1, RUNG + 1):
            advice = trials.report(job, lease, epoch, 0.5, loss, resumable=resumable)
        if advice is PAUSE:
            with db.transaction() as tx:
                paused_jobs.pause(tx, lease)
        with db.reading() as tx:
            return jobs.get(tx, job.id), advice

    return _come


def test_a_trial_pauses_where_others_are_better(
    db: Database, study: StudyRecord, come: Come
) -> None:
    """It has no lease then, its attempt has ended, and Optuna's trial runs; the baseline goes on."""
    assert come(0.9)[1] is GO_ON
    job, advice = come(0.5)
    assert advice is PAUSE
    assert (job.state, job.rung, job.rung_value, job.epoch) == (JobState.PAUSED, 0, 0.5, RUNG)
    with db.reading() as tx:
        last = attempts.of_study(tx, study.id)[-1]
        assert jobs.renew(tx, [Lease(job.id, "x")], 1.0) == set()
    assert (last.job_id, last.state) == (job.id, AttemptState.PAUSED)
    storage = db.optuna
    trial = storage.get_all_trials(storage.get_study_id_from_name(study.name))[1]
    assert trial.state == TrialState.RUNNING
    assert _outline(db, study).rungs == (Rung(1, job.id, 0),)


def test_the_better_half_goes_on(db: Database, study: StudyRecord, come: Come) -> None:
    """At once, or when they are due: before anything new is begun, and with their rung behind them."""
    come(0.9)  # the baseline
    first, _ = come(0.5)
    second, advice = come(0.4)
    assert advice is GO_ON and (second.state, second.rung) == (JobState.LEASED, 1)
    come(0.7)
    assert promotion.next_due(_outline(db, study)) is None  # one of three is enough
    last, advice = come(0.9)
    assert (last.state, advice) == (JobState.PAUSED, PAUSE)
    job, _ = _claim_due(db, study)
    assert (job.id, job.state, job.rung) == (first.id, JobState.LEASED, 1)


def test_what_is_reported_again_counts_once(
    db: Database, study: StudyRecord, trials: Trials, come: Come
) -> None:
    """A training that begins anew, because its checkpoint is gone, passes the rungs that are behind
    it, and its trial stays one."""
    for loss in (0.9, 0.5, 0.6):
        come(loss)
    job, lease = _claim_due(db, study)
    assert job.rung == 1
    for epoch in range(1, RUNG + 2):
        assert trials.report(job, lease, epoch, 0.5, 0.9, resumable=True) is GO_ON
    assert _outline(db, study).rungs[0].reached == 2


def test_a_checkpoint_at_a_rung_waits_there(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Whoever wrote it may have been lost before the job was paused: who takes it over does that,
    unless it is due by now."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    for epoch in (1, RUNG):
        trials.report(job, lease, epoch, 0.5, 0.5, resumable=True)
    assert trials.resume(job, lease, RUNG - 1) is GO_ON
    assert trials.resume(job, lease, RUNG) is PAUSE


def test_what_cannot_be_resumed_is_pruned(
    come: Come,
) -> None:
    """The first goes on, and the next that are worse do not."""
    come(0.9)
    advices = [come(loss, resumable=False)[1] for loss in (0.5, 0.6, 0.4)]
    assert advices == [GO_ON, Advice.PRUNE, GO_ON]


def test_the_sampler_sees_what_is_known(
    db: Database, study: StudyRecord, trials: Trials, come: Come
) -> None:
    """A paused trial as one that was pruned there, with its value; so also one that goes on."""
    for loss in (0.9, 0.5, 0.6, 0.4):
        come(loss)
    with db.reading() as tx:
        reports = paused_jobs.last_reports(tx, study.id)
    seen = trials._load(SamplersStudy, reports=reports).get_trials(deepcopy=False)
    assert [trial.state for trial in seen] == [TrialState.RUNNING, *[TrialState.PRUNED] * 3]
    assert seen[1].intermediate_values == {RUNG: 0.5}


def test_what_is_never_due_is_told_at_the_end(
    db: Database, study: StudyRecord, trials: Trials, come: Come
) -> None:
    """Three come to the end, each of the others is told as pruned, and then there is select. After an
    extension these count at their rung."""
    for loss in (0.9, 0.5, 0.6, 0.4, 0.7, 0.8, 0.3, 0.2):
        come(loss)
    while not promotion.is_settled(_outline(db, study)):
        with db.reading() as tx:
            held = tx.execute(sa.select(jobs_table).where(jobs_table.c.token.is_not(None))).all()
        for row in held:
            job = JobRecord.from_row(row)
            trials.end(job, Lease(row.id, row.token), Ending(JobState.SUCCEEDED, 0.5, 1.0))
        if not held:
            _claim_due(db, study)
    assert phases.advance(db, study.name).phase == Phase.SEARCH
    told = 0
    while True:
        with db.transaction() as tx:
            taken = paused_jobs.take(tx, study.id, "me", 60.0)
        if taken is None:
            break
        trials.end(*taken, Ending(JobState.PRUNED, reason="others were better"))
        told += 1
    assert told == study.trials - 1 - 3
    study = phases.advance(db, study.name)
    assert study.phase == Phase.SELECT
    storage = db.optuna
    ended = storage.get_all_trials(storage.get_study_id_from_name(study.name))
    assert all(trial.state.is_finished() for trial in ended)
    assert [trial.value for trial in ended if trial.state == TrialState.PRUNED] == [0.5] * told
    assert _outline(db, study).rungs == (Rung(7),)


def test_nothing_is_taken_of_a_halted_study(db: Database, study: StudyRecord, come: Come) -> None:
    """What is paused stays so."""
    come(0.9)
    job, _ = come(0.5)
    with db.transaction() as tx:
        studies.halt(tx, studies.lock(tx, study.name))
    with db.transaction() as tx:
        assert jobs.claim(tx, study.id, "me", 60.0, "cpu:0", due=job.id) is None
        assert paused_jobs.take(tx, study.id, "me", 60.0) is None


def test_who_comes_second_takes_no_other(db: Database, study: StudyRecord, come: Come) -> None:
    """Of two workers that find the same job due, one gets it, and the other begins a new one."""
    for loss in (0.9, 0.5, 0.6, 0.7):
        come(loss)
    due = promotion.next_due(_outline(db, study))
    assert due is not None
    again = partial(jobs.claim, study_id=study.id, worker_id="me", lease_seconds=60.0,
                    device="cpu:0", due=due)  # fmt: skip
    with db.transaction() as tx:
        first = again(tx)
    with db.transaction() as tx:
        second = again(tx)
    assert first is not None and first[0].id == due
    assert second is not None and second[0].trial_id is None
    assert claim_next(db, study)[0].id > second[0].id


def test_trials_by_another_worker_are_the_same(
    db: Database, study: StudyRecord, come: Come, toy: Definition
) -> None:
    """What a job is compared by stands in the database alone."""
    for loss in (0.9, 0.5, 0.6):
        come(loss)
    others = Trials(db, study, MADE_BY)
    job, lease = claim_next(db, study, "another")
    job = others.begin(job, lease, SPACE)
    others.report(job, lease, 1, 0.5, 0.1)
    assert others.report(job, lease, RUNG, 0.5, 0.1, resumable=True) is GO_ON
    assert toy.study.epochs == 8
