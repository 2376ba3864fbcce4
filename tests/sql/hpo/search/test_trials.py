"""The Optuna side of a search job."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from optuna.distributions import CategoricalDistribution
from optuna.storages._rdb.models import TrialModel
from optuna.trial import FrozenTrial, TrialState

from hpo.definition_loader import Definition
from hpo.search import proposals
from hpo.search import trials as hpo_trials
from hpo.search.promotion import Advice
from hpo.search.trial_history import SamplersStudy
from hpo.search.trials import JOB_ATTRIBUTE, PROVENANCE_ATTRIBUTE, REASON_ATTRIBUTE, Ending, Trials
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import DatabaseUnavailable, LeaseLost, StudyMismatch
from storage.optuna_trial_cache import History, WholeHistory
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Pruner
from storage.tables import jobs
from studies.space import Choice, Params, Space, Whole
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY, SPACE, Claim
from tests.support.marks import on

PROPOSE = "hpo.search.trials.propose"
TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


def _optuna_trials(db: Database, study: StudyRecord) -> list[FrozenTrial]:
    storage = db.optuna
    return storage.get_all_trials(storage.get_study_id_from_name(study.name))


def _fresh(db: Database, study: StudyRecord) -> Trials:
    """As a worker has them that has just started."""
    return Trials(db, study, MADE_BY)


@pytest.fixture
def judged(study: StudyRecord) -> StudyRecord:
    """The study, with the percentile pruner."""
    return replace(study, pruner=Pruner.PERCENTILE)


def _search(trials: Trials, claim: Claim, score: float) -> JobRecord:
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    trials.report(job, lease, 1, score)
    trials.end(job, lease, Ending(JobState.SUCCEEDED, score, 1.0))
    return job


def test_the_baseline_is_trial_0(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """The first job's trial has number 0 and the baseline's parameters."""
    job, lease = claim()
    begun = trials.begin(job, lease, SPACE)
    assert (begun.trial_number, begun.params) == (0, {"x": 0.5, "kind": "bad"})
    (trial,) = _optuna_trials(db, study)
    assert (trial.number, trial.params, trial.state) == (0, begun.params, TrialState.RUNNING)
    made_by = MADE_BY.model_dump(mode="json")
    assert trial.user_attrs == {JOB_ATTRIBUTE: job.id, PROVENANCE_ATTRIBUTE: made_by}


def test_trials_are_numbered_without_gap(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """N jobs give the trials 0 to N-1, each with parameters of the space."""
    begun = [_search(trials, claim, 0.1 * number) for number in range(4)]
    found = _optuna_trials(db, study)
    assert [trial.number for trial in found] == [job.trial_number for job in begun] == [0, 1, 2, 3]
    assert [trial.params for trial in found] == [job.params for job in begun]
    assert len({str(trial.params) for trial in found}) == 4
    assert all(trial.state == TrialState.COMPLETE for trial in found)


def test_beginning_again_changes_nothing(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Begun twice from the row as it was claimed, as after a commit whose answer was lost, a job
    keeps its one trial and its parameters."""
    job, lease = claim()
    begun = trials.begin(job, lease, SPACE)
    assert trials.begin(job, lease, SPACE) == begun
    assert trials.begin(begun, lease, SPACE) == begun
    assert len(_optuna_trials(db, study)) == 1


@on("sqlite")
def test_the_sampler_learns_from_the_scores(db: Database, toy: Definition) -> None:
    """Two studies with the same seed and opposite scores begin with the same suggestions and go
    apart once the sampler has trials enough to learn from."""
    suggested: dict[int, list[float]] = {}
    for sign in (1, -1):
        study = creation.create(db, f"sign{sign}", toy, Budget(trials=12))
        trials = _fresh(db, study)
        suggested[sign] = []
        for _ in range(8):
            job, lease = claim_next(db, study)
            job = trials.begin(job, lease, SPACE)
            assert job.params is not None
            x = float(job.params["x"])
            suggested[sign].append(x)
            trials.end(job, lease, Ending(JobState.SUCCEEDED, 0.5 + sign * x / 2, 1.0))
    assert suggested[1][:4] == suggested[-1][:4]
    assert suggested[1][4:] != suggested[-1][4:]


@on("sqlite")
def test_what_was_lost_is_forgotten(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many jobs go to others, few trials are kept in mind, among them those that are still
    reported; and one that was dropped is known again when it is."""
    monkeypatch.setattr(hpo_trials, "MOST_HELD", 2)
    held: list[tuple[JobRecord, Lease]] = []
    for _ in range(4):
        job, lease = claim()
        held.append((trials.begin(job, lease, SPACE), lease))
        for (begun, theirs), epoch in ((held[-1], 1), (held[0], 2)):
            trials.report(begun, theirs, epoch, 0.5)
    assert list(trials._held) == [held[-1][0].trial_id, held[0][0].trial_id]
    for job, lease in held:
        trials.report(job, lease, 2, 0.5)
        trials.report(job, lease, 3, 0.5)
        trials.end(job, lease, Ending(JobState.SUCCEEDED, 0.5, 1.0))
    assert trials._held == {}
    for trial in _optuna_trials(db, study):
        assert trial.intermediate_values == {1: 0.5, 2: 0.5, 3: 0.5}


def test_a_trial_is_begun_whole_or_not_at_all(
    db: Database, url: str, study: StudyRecord, trials: Trials, claim: Claim, take_over: TakeOver,
    toy: Definition,
) -> None:  # fmt: skip
    """A worker that is lost while it begins a trial leaves none behind, or one with all its
    parameters: the next has one and the same number to begin."""
    _search(trials, claim, 0.5)
    job, lease = claim()

    def cut(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE hpo_jobs"):
            raise sa.exc.OperationalError(
                statement, {}, Exception("the link was cut"), connection_invalidated=True
            )

    engines = (db.engine, db.optuna.engine)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", cut)
    with pytest.raises(DatabaseUnavailable, match="the link was cut"):
        trials.begin(job, lease, SPACE)
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", cut)
    assert len(_optuna_trials(db, study)) == 1
    other = Database.open(url)
    taken, theirs = take_over(lease)
    resumed = _fresh(other, study).begin(taken, theirs, SPACE)
    assert resumed.trial_number == 1
    (_, trial) = _optuna_trials(other, study)
    assert trial.params == resumed.params
    assert set(resumed.params or {}) == {"x", "kind"}
    other.close()


def test_a_resumed_trial_keeps_its_parameters(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim, take_over: TakeOver,
    toy: Definition,
) -> None:  # fmt: skip
    """Whoever takes a job over goes on with the same trial: same number, same parameters, and its
    reports stand."""
    _search(trials, claim, 0.5)
    job, lease = claim()
    begun = trials.begin(job, lease, SPACE)
    trials.report(begun, lease, 1, 0.3)
    job, theirs = take_over(lease)
    resumed = _fresh(db, study).begin(job, theirs, SPACE)
    assert (resumed.params, resumed.trial_id) == (begun.params, begun.trial_id)
    assert (resumed.epoch, resumed.losses) == (1, 1)
    assert _optuna_trials(db, study)[1].intermediate_values == {1: 0.3}
    with pytest.raises(LeaseLost):
        trials.report(begun, lease, 2, 0.4)


def test_reports_are_write_once(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim, caplog: pytest.LogCaptureFixture
) -> None:
    """An epoch trained again is not reported again; a mismatch is logged."""
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    for epoch, value in ((1, 0.25), (2, 0.5), (1, 0.25)):
        trials.report(job, lease, epoch, value)
    assert not caplog.records
    trials.report(job, lease, 1, 0.75)
    assert "epoch 1 gave 0.75 when trained again, not 0.25 as reported" in caplog.text
    (trial,) = _optuna_trials(db, study)
    assert trial.intermediate_values == {1: 0.25, 2: 0.5}
    with db.reading() as tx:
        assert (jobs.get(tx, job.id).epoch, jobs.get(tx, job.id).score) == (2, 0.5)


@pytest.mark.parametrize(
    ("ending", "state", "values"),
    [
        (Ending(JobState.SUCCEEDED, 0.75, 1.5), TrialState.COMPLETE, [0.75]),
        (Ending(JobState.PRUNED, reason="too slow"), TrialState.PRUNED, [0.5]),
        (Ending(JobState.DIVERGED, reason="loss was nan"), TrialState.PRUNED, [0.5]),
        (Ending(JobState.FAILED, reason="a traceback"), TrialState.FAIL, None),
    ],
    ids=["succeeded", "pruned", "diverged", "failed"],
)
def test_how_a_trial_ends(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim, ending: Ending,
    state: TrialState, values: list[float] | None,
) -> None:  # fmt: skip
    """Trial and job end alike, with the reason on both; a pruned trial's value is its last report."""
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    for epoch, value in ((1, 0.9), (10, 0.5), (2, 0.1)):
        trials.report(job, lease, epoch, value)
    trials.end(job, lease, ending)
    (trial,) = _optuna_trials(db, study)
    assert (trial.state, trial.values) == (state, values)
    assert trial.user_attrs.get(REASON_ATTRIBUTE) == ending.reason
    assert trial.datetime_complete is not None
    with db.reading() as tx:
        ended = jobs.get(tx, job.id)
    assert (ended.state, ended.loss, ended.reason) == (ending.state, ending.loss, ending.reason)
    with pytest.raises(LeaseLost):
        trials.end(job, lease, ending)


def test_what_else_a_training_told_stays_with_its_trial(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Metrics as attributes; and what is beyond a bound is as if Optuna had been told of a constraint."""
    for number, beyond in enumerate((0.0, 0.5)):
        job, lease = claim()
        job = trials.begin(job, lease, SPACE)
        ending = Ending(
            JobState.SUCCEEDED, 0.5, 1.0, metrics={"ms": 5.0}, constraints={"ms at most 5": beyond}
        )
        trials.end(job, lease, ending)
        found = _optuna_trials(db, study)[number]
        assert found.user_attrs["ms"] == 5.0
        assert found.constraints == {"ms at most 5": beyond}
        with db.reading() as tx:
            assert jobs.get(tx, job.id).is_feasible == (beyond <= 0)
    assert optuna.load_study(study_name=study.name, storage=db.optuna).best_trial.number == 0


def test_a_trial_pruned_before_its_first_report_has_no_value(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Divergence in the first epoch leaves a pruned trial, which the sampler still learns from."""
    job, lease = claim()
    trials.end(trials.begin(job, lease, SPACE), lease, Ending(JobState.DIVERGED, reason="nan"))
    (trial,) = _optuna_trials(db, study)
    assert (trial.state, trial.values) == (TrialState.PRUNED, None)


def test_a_job_given_up_before_it_began(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """A job that is failed before it had a trial gets one: numbers have no gap."""
    job, lease = claim()
    trials.end(job, lease, Ending(JobState.FAILED, reason="given up"))
    (trial,) = _optuna_trials(db, study)
    assert (trial.number, trial.state) == (0, TrialState.FAIL)
    with db.reading() as tx:
        ended = jobs.get(tx, job.id)
    assert (ended.state, ended.trial_number) == (JobState.FAILED, 0)


def test_a_cancelled_job_leaves_no_running_trial(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """A trial that was begun fails with its cancelled job, whether it was running or given back."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    second, other = claim()
    trials.begin(second, other, SPACE)
    with db.transaction() as tx:
        jobs.release(tx, lease)
        jobs.cancel(tx, study.id, [JobState.OPEN, JobState.LEASED], "enough")
    found = _optuna_trials(db, study)
    assert [trial.state for trial in found] == [TrialState.FAIL, TrialState.FAIL]
    assert all(trial.datetime_complete is not None for trial in found)
    with pytest.raises(LeaseLost):
        trials.end(second, other, Ending(JobState.SUCCEEDED, 0.5, 1.0))


@on("sqlite")
def test_the_samplers_seed_belongs_to_the_job(
    db: Database, url: str, study: StudyRecord, trials: Trials, claim: Claim, toy: Definition
) -> None:
    """What is suggested for a job does not depend on who asks; two jobs are suggested differently
    from the same history."""
    _search(trials, claim, 0.5)
    second, lease = claim()
    suggested: dict[int, list[object]] = {1: [], 2: []}
    for configuration in suggested:
        for _ in range(2):
            asked = _fresh(db, study)
            params, _ = asked._choose(replace(second, configuration=configuration), SPACE)
            suggested[configuration].append(params["x"])
    begun = trials.begin(second, lease, SPACE)
    assert suggested[1] == [(begun.params or {})["x"]] * 2
    assert suggested[2][0] == suggested[2][1] != suggested[1][0]


def test_the_pruner_judges_all_but_the_baseline(
    db: Database, judged: StudyRecord, claim: Claim, take_over: TakeOver
) -> None:
    """A trial far below the median of those before is told to stop, again by whoever takes it
    over; the baseline never is."""
    trials = _fresh(db, judged)
    for score in (0.8, 0.9):
        job, lease = claim()
        job = trials.begin(job, lease, SPACE)
        for epoch in range(1, 9):
            assert trials.report(job, lease, epoch, score) is Advice.GO_ON
        trials.end(job, lease, Ending(JobState.SUCCEEDED, score, 1.0))
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    answers = [trials.report(job, lease, epoch, 0.1) for epoch in range(1, 5)]
    assert (answers[0], answers[-1]) == (Advice.GO_ON, Advice.PRUNE)
    job, _ = take_over(lease)
    assert _fresh(db, judged).judge(job) is Advice.PRUNE


def test_the_baseline_is_never_pruned(
    db: Database, judged: StudyRecord, claim: Claim, take_over: TakeOver
) -> None:
    """However bad, the baseline is trained to its end: all else is measured against it."""
    trials = _fresh(db, judged)
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    for _ in range(2):
        other, its = claim()
        other = trials.begin(other, its, SPACE)
        for epoch in range(1, 9):
            trials.report(other, its, epoch, 0.9)
        trials.end(other, its, Ending(JobState.SUCCEEDED, 0.9, 1.0))
    answers = {trials.report(job, lease, epoch, 0.0) for epoch in range(1, 9)}
    assert answers == {Advice.GO_ON}


@on("sqlite")
def test_every_point_of_a_small_space_is_tried_once(db: Database, toy: Definition) -> None:
    """A search proposes nothing that was trained, or is being trained, be it the baseline: as many
    trials as the space has points are all of its points, however sure the sampler is of one."""
    space: Space = {"x": Choice((0.1, 0.5, 0.9)), "n": Whole(1, 4)}
    baseline = {"x": 0.5, "n": 2}
    tiny = replace(toy, searched=replace(toy.study, space=space, baseline=baseline))
    study = creation.create(db, "tiny", tiny, Budget(trials=12))
    trials = _fresh(db, study)
    tried = []
    for number in range(12):
        job, lease = claim_next(db, study)
        job = trials.begin(job, lease, space)
        assert job.params is not None
        tried.append(tuple(job.params.values()))
        if number % 3:  # some are still running when the next begins
            trials.end(job, lease, Ending(JobState.SUCCEEDED, float(job.params["x"]), 1.0))
    assert tried[0] == (0.5, 2)
    assert len(set(tried)) == 12


def test_two_that_choose_the_same_at_once(
    db: Database, url: str, toy: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second chooses again: what a worker proposed in sight of an older history is
    not begun where another began it meanwhile."""
    pair = {"x": Choice((0.1, 0.5, 0.9))}
    tiny = replace(toy, searched=replace(toy.study, space=pair, baseline={"x": 0.5}))
    study = creation.create(db, "tiny", tiny, Budget(trials=3))
    trials = _fresh(db, study)
    trials.begin(*claim_next(db, study), pair)
    others, other_db = claim_next(db, study, "another"), Database.open(url)
    real, begun = proposals.propose, list[JobRecord]()

    def propose(history: SamplersStudy, *arguments: Any) -> Params:
        chosen = real(history, *arguments)
        if not begun:  # another is faster, and chooses the same
            monkeypatch.setattr(PROPOSE, lambda *_: chosen)
            begun.append(_fresh(other_db, study).begin(*others, pair))
            monkeypatch.setattr(PROPOSE, propose)
        return chosen

    monkeypatch.setattr(PROPOSE, propose)
    mine = trials.begin(*claim_next(db, study), pair)
    other_db.close()
    assert {str(job.params) for job in (mine, *begun)} == {"{'x': 0.1}", "{'x': 0.9}"}
    assert [trial.number for trial in _optuna_trials(db, study)] == [0, 1, 2]


@on("sqlite")
def test_a_study_that_is_not_ours(db: Database, study: StudyRecord, toy: Definition) -> None:
    """Where Optuna's study was removed, or another took its name, nothing is trained."""
    optuna.delete_study(study_name=study.name, storage=db.optuna)
    with pytest.raises(StudyMismatch, match="was removed"):
        _fresh(db, study)
    optuna.create_study(study_name=study.name, storage=db.optuna)
    with pytest.raises(StudyMismatch, match="another took its name"):
        _fresh(db, study)


def test_a_study_that_goes_while_it_is_worked_on(
    db: Database, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Neither the baseline nor another trial is begun."""
    jobs_of_it = [claim()]
    optuna.delete_study(study_name=study.name, storage=db.optuna)
    with pytest.raises(StudyMismatch, match="was removed"):
        trials.begin(*jobs_of_it[0], SPACE)


def test_what_others_add_counts_nowhere(
    db: Database, url: str, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """Trials that somebody adds to Optuna's study, whatever their parameters are, are told apart: not
    shown to the sampler, the pruner, a report or a dashboard, and in nobody's way."""
    theirs = optuna.load_study(
        study_name=study.name, storage=db.url.render_as_string(hide_password=False)
    )
    added = optuna.trial.create_trial(
        value=99.0, params={"kind": "other"},
        distributions={"kind": CategoricalDistribution(("other", "still another"))},
    )  # fmt: skip
    theirs.add_trial(added)
    begun = [_search(trials, claim, 0.1 * number) for number in range(1, 3)]
    theirs.add_trial(added)
    begun.append(_search(trials, claim, 0.05))
    storage_id = db.optuna.get_study_id_from_name(study.name)
    for history in (History(db), WholeHistory(db)):
        seen = history.get_all_trials(storage_id)
        assert [trial._trial_id for trial in seen] == [job.trial_id for job in begun]
        assert history.get_best_trial(storage_id)._trial_id == begun[1].trial_id
    with db.reading() as tx:
        assert {job.trial_id for job in jobs.of_study(tx, study.id)} >= {
            job.trial_id for job in begun
        }


def test_a_trial_that_somebody_else_told(
    db: Database, url: str, study: StudyRecord, trials: Trials, claim: Claim
) -> None:
    """What was measured counts: the job goes on, and ends as it ends."""
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    trials.report(job, lease, 1, 0.3)
    with db.transaction() as tx:
        tx.execute(sa.update(TrialModel).values(state=TrialState.COMPLETE))
    trials.report(job, lease, 2, 0.4)
    trials.end(job, lease, Ending(JobState.SUCCEEDED, 0.5, 1.0))
    with db.reading() as tx:
        ended = jobs.get(tx, job.id)
    assert (ended.state, ended.score, ended.epoch) == (JobState.SUCCEEDED, 0.5, 2)
    with pytest.raises(LeaseLost):
        trials.end(job, lease, Ending(JobState.FAILED, reason="late"))


def test_a_trial_at_its_end_is_complete(trials: Trials, claim: Claim, toy: Definition) -> None:
    """The last epoch is never a reason to prune, however low its score."""
    for _ in range(3):
        _search(trials, claim, 0.9)
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    assert trials.report(job, lease, toy.study.epochs, 0.0) is Advice.GO_ON


@on("sqlite")
def test_a_trial_that_came_to_its_end_is_complete(
    db: Database, judged: StudyRecord, claim: Claim, take_over: TakeOver, toy: Definition
) -> None:
    """However low it stands, and whoever is asked: also the worker that takes it over because the
    one before was killed between its last report and its end."""
    trials = _fresh(db, judged)
    for _ in range(3):
        job, lease = claim()
        job = trials.begin(job, lease, SPACE)
        for epoch in range(1, toy.study.epochs + 1):
            trials.report(job, lease, epoch, 0.9)
        trials.end(job, lease, Ending(JobState.SUCCEEDED, 0.9, 1.0))
    job, lease = claim()
    job = trials.begin(job, lease, SPACE)
    for epoch in range(1, toy.study.epochs):
        advice = trials.report(job, lease, epoch, 0.1)
    assert advice is Advice.PRUNE
    assert trials.report(job, lease, toy.study.epochs, 0.1) is Advice.GO_ON
    again, _ = take_over(lease)
    assert again.epoch == toy.study.epochs
    assert _fresh(db, judged).judge(again) is Advice.GO_ON
