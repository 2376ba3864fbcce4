"""Making a study, and extending it."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from typing import Any

import optuna
import pytest

from hpo import definition_loader
from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.study import removal
from hpo.study.creation import Budget, configured, create, refuse_taken
from hpo.study.extension import extend, retry
from hpo.study.phases import advance
from hpo.study.stop_and_resume import halt, resume
from storage.database import Database
from storage.errors import LeaseLost, StudyExists, StudyMismatch, StudyNotFound
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase, Pruner, Sampler
from storage.tables import jobs, studies
from studies.space import Choice, Parameter, Real, Whole
from tests.conftest import DEFINITIONS
from tests.support.claims import claim_next
from tests.support.marks import on
from tests.support.waiting import eventually

BUDGET = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
PROCESSES = 6


def _jobs(db: Database, study: StudyRecord) -> list[JobRecord]:
    with db.reading() as tx:
        return jobs.of_study(tx, study.id)


def _get(db: Database) -> StudyRecord:
    with db.reading() as tx:
        return studies.get(tx, "toy")


def _work_until(db: Database, study: StudyRecord, phase: Phase) -> None:
    """Ends jobs as a worker would until the study is in that phase."""
    while advance(db, study.name).phase != phase:
        job, lease = claim_next(db, study)
        columns: dict[str, Any] = {"state": JobState.SUCCEEDED, "score": 0.5, "loss": 1.0}
        if job.phase == Phase.SEARCH:
            number = job.configuration
            params = {"x": number / 100}
            columns |= {"trial_id": number + 1, "trial_number": number, "params": params}
        with db.transaction() as tx:
            jobs.write(tx, lease, **columns)


def test_a_new_study(db: Database, study: StudyRecord, toy: Definition) -> None:
    """It is in its search, with N open jobs that all have seeds of their own, and Optuna's study
    of the same name carries its UUID."""
    assert (study.phase, study.generation, study.trials) == (Phase.SEARCH, 1, 4)
    assert (study.definition, study.definition_hash) == ("toy", toy.hash)
    assert study.baseline == toy.study.baseline
    found = _jobs(db, study)
    assert [job.configuration for job in found] == [0, 1, 2, 3]
    assert {(job.phase, job.state) for job in found} == {(Phase.SEARCH, JobState.OPEN)}
    assert len({job.seed for job in found}) == 4
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == study.uuid
    assert beside.direction == optuna.study.StudyDirection.MAXIMIZE


def test_creating_again_is_the_same_study(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """Asked for again, in whole or in part, it is returned as it stands."""
    _, lease = claim_next(db, study)
    for budget in (BUDGET, replace(BUDGET, trials=None), Budget(), Budget(final_seeds=2)):
        for seed in (None, 0):
            assert create(db, "toy", toy, budget, seed) == _get(db)
    assert len(_jobs(db, study)) == 4
    with db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda toy, budget: (toy, replace(budget, trials=5), 0), "4 trials: .*--extend"),
        (lambda toy, budget: (toy, replace(budget, select_top=1), 0), "other select top"),
        (lambda toy, budget: (toy, replace(budget, final_seeds=3), 0), "other final seeds"),
        (lambda toy, budget: (toy, Budget(select_top=1), 0), "top .2.: leave --select-top out"),
        (lambda toy, budget: (toy, replace(budget, timeout_seconds=60), 0), "other timeout"),
        (lambda toy, budget: (toy, replace(budget, target=0.5), 0), "other target"),
        (lambda toy, budget: (toy, replace(budget, patience=2), 0), "other patience"),
        (lambda toy, budget: (toy, replace(budget, sampler=Sampler.RANDOM), 0), "sampler .tpe."),
        (
            lambda toy, budget: (toy, replace(budget, pruner=Pruner.NONE), 0),
            "pruner .halving.: leave",
        ),
        (lambda toy, budget: (toy, budget, 1), "other seed"),
        (lambda toy, budget: (replace(toy, hash="f" * 64), budget, 0), "another version of 'toy'"),
        (lambda toy, budget: (toy.with_settings({"epochs": 3}), budget, 0), "other settings"),
        (
            lambda toy, budget: (replace(toy, study=replace(toy.study, name="tea")), budget, 0),
            "exists with the definition 'toy'",
        ),
    ],
)
def test_another_study_of_that_name_is_refused(
    db: Database,
    study: StudyRecord,
    toy: Definition,
    change: Callable[[Definition, Budget], tuple[Definition, Budget, int]],
    said: str,
) -> None:
    """Asked for with anything else, the refusal says what differs; the study is left as it is."""
    definition, budget, seed = change(toy, BUDGET)
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match=said):
            ask(db, "toy", definition, budget, seed)
    assert _get(db) == study
    assert len(_jobs(db, study)) == 4


def test_what_is_not_asked_for_is_as_it_was_created(db: Database, toy: Definition) -> None:
    """Of all that a study has; what is asked for besides must be equal. Of one that there is not it
    is as by default."""
    budget = Budget(5, 1, 2, 3, timeout_seconds=60, target=0.9, patience=4, sampler=Sampler.QMC)
    given = {"epochs": 3}
    made = create(db, "toy", configured(db, "toy", toy, given), budget, 7)
    assert (made.seed, made.settings["epochs"]) == (7, 3)
    assert (made.patience, made.sampler) == (4, Sampler.QMC)
    for again in ({}, given):
        asked = configured(db, "toy", toy, again)
        assert asked.study.settings() == made.settings
        assert refuse_taken(db, "toy", asked, Budget()) == made
        assert create(db, "toy", asked, Budget()) == made
    with pytest.raises(StudyExists, match=r"other settings \(epochs=3\): leave --set out"):
        refuse_taken(db, "toy", configured(db, "toy", toy, {"epochs": 4}), Budget())
    assert refuse_taken(db, "tea", toy, Budget()) is None
    new = create(db, "tea", toy, Budget())
    assert (new.trials, new.select_top, new.select_seeds, new.final_seeds) == (16, 5, 3, 10)
    assert (new.seed, new.timeout_ms, new.target) == (0, None, None)
    assert (new.patience, new.sampler) == (None, Sampler.TPE)
    assert new.pruner is Pruner.HALVING
    judged = create(db, "judged", toy, Budget(pruner=Pruner.PERCENTILE))
    assert create(db, "judged", toy, Budget()) == judged and judged.pruner is Pruner.PERCENTILE


@on("sqlite")
def test_more_trials_than_a_space_has_points(db: Database, toy: Definition) -> None:
    """Are refused with the count, and nothing is made; so is an extension. A trial that is run again
    is no other configuration."""
    study = replace(toy.study, space={"x": Choice((0.1, 0.5)), "kind": Choice(("good", "bad"))})
    tiny = replace(toy, study=study)
    with pytest.raises(UsageError, match="'toy' has 4 configurations: --trials 5 would"):
        create(db, "toy", tiny, Budget(trials=5))
    with pytest.raises(StudyNotFound):
        _get(db)
    made = create(db, "toy", tiny, Budget(trials=3))
    _fail(db, made, "no memory")
    retry(db, "toy", 0)
    with pytest.raises(
        UsageError, match=r"3 of them .* cannot have 2 more: --trials 5 tries them all"
    ):
        extend(db, "toy", Budget(trials=6))
    assert extend(db, "toy", Budget(trials=5)).trials == 5


@on("sqlite")
@pytest.mark.parametrize(
    "parameter", [Real(0.0, 1.0), Whole(1, 2**40)], ids=["real numbers", "too many whole ones"]
)
def test_a_grid_without_end_is_refused(db: Database, toy: Definition, parameter: Parameter) -> None:
    """Before anything is made, and whoever asks."""
    study = replace(toy.study, space={"x": parameter}, baseline={"x": 1})
    endless, budget = replace(toy, study=study), Budget(trials=4, sampler=Sampler.GRID)
    for ask in (refuse_taken, create):
        with pytest.raises(UsageError, match="the space of 'toy' has no grid: it has real numbers"):
            ask(db, "toy", endless, budget)
    with pytest.raises(StudyNotFound):
        _get(db)
    assert optuna.get_all_study_names(db.optuna) == []


def test_a_study_of_optunas_alone_is_not_ours(db: Database, toy: Definition) -> None:
    """A study with trials that somebody else made in the same database is not taken over."""
    theirs = optuna.create_study(study_name="toy", storage=db.url.render_as_string(False))
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)
    with pytest.raises(StudyNotFound):
        _get(db)


def test_nor_is_one_that_minimises(db: Database, toy: Definition) -> None:
    """Though it is empty, as one of ours may be whose creation was cut off: a search in it would look
    for the worst."""
    url = db.url.render_as_string(False)
    optuna.create_study(study_name="toy", storage=url, direction="minimize")
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)


def test_nor_is_an_empty_one_that_says_whose_it_is(db: Database, toy: Definition) -> None:
    """One that says nothing may be of a creation that was cut off, and is taken with a word."""
    theirs = optuna.create_study(study_name="toy", storage=db.optuna, direction="maximize")
    theirs.set_user_attr("owner", "bob")
    for ask in (refuse_taken, create):
        with pytest.raises(StudyExists, match="that hpo did not make: choose another --name"):
            ask(db, "toy", toy, BUDGET)


@pytest.mark.parametrize("is_there", [False, True])
def test_an_empty_one_is_taken_with_a_word(
    db: Database, toy: Definition, caplog: pytest.LogCaptureFixture, is_there: bool
) -> None:
    """As after a creation that was cut off, before our own row stood or after; somebody else's may be meant."""
    if is_there:
        create(db, "toy", toy, BUDGET)
        optuna.delete_study(study_name="toy", storage=db.optuna)
    optuna.create_study(study_name="toy", storage=db.optuna, direction="maximize")
    study = create(db, "toy", toy, BUDGET)
    (told,) = caplog.messages
    assert told == "Optuna has an empty study 'toy' already: it is taken for this one"
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == study.uuid


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"trials": 0}, "--trials 0 is not between 2 and"),
        ({"trials": 1}, "baseline alone.*: `hpo try DEFINITION` trains it for a first look"),
        ({"select_top": 0}, "--select-top 0 is not between 1 and"),
        ({"select_seeds": 0}, "--select-seeds 0"),
        ({"final_seeds": 1}, "--final-seeds 1 is not between 2 and"),
        ({"timeout_seconds": 0.0}, "--timeout 0 leaves no time"),
        ({"timeout_seconds": 0.0001}, "--timeout 0.0001 leaves no time"),
    ],
)
def test_a_budget_that_cannot_be_meant(budget: dict[str, Any], said: str) -> None:
    """The refusal names the option and the least that it takes."""
    with pytest.raises(UsageError, match=said):
        Budget(**budget)


def _create(url: str, barrier: Barrier) -> None:
    toy = definition_loader.load(str(DEFINITIONS / "toy.py"))
    db = Database.open(url)
    barrier.wait()
    create(db, "toy", toy, BUDGET)
    db.close()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_simultaneous_creation_makes_one_study(db: Database, url: str) -> None:
    """Six processes that create the same study at the same moment all get the one, with N jobs
    and Optuna's study tied to it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    barrier = context.Barrier(PROCESSES)
    processes = [context.Process(target=_create, args=(url, barrier)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    assert len(_jobs(db, _get(db))) == 4
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == _get(db).uuid


def test_extending_in_the_search(db: Database, study: StudyRecord) -> None:
    """The total is raised and the jobs that are lacking are added, once; what runs goes on."""
    _, lease = claim_next(db, study)
    for _ in range(2):
        extended = extend(db, "toy", Budget(trials=7))
        assert (extended.trials, extended.generation, extended.phase) == (7, 1, Phase.SEARCH)
        assert [job.configuration for job in _jobs(db, study)] == list(range(7))
    with db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)
    assert len({job.seed for job in _jobs(db, study)}) == 7


def test_a_total_never_shrinks(db: Database, study: StudyRecord) -> None:
    """A smaller total is refused; the present one changes nothing."""
    assert extend(db, "toy", Budget(trials=4)) == study
    with pytest.raises(UsageError, match="has 4 trials already: --trials 3"):
        extend(db, "toy", Budget(trials=3))
    with pytest.raises(StudyNotFound):
        extend(db, "tea", Budget(trials=5))
    assert len(_jobs(db, study)) == 4


@pytest.mark.parametrize("phase", [Phase.SELECT, Phase.FINAL, Phase.DONE])
def test_extending_after_the_search(db: Database, study: StudyRecord, phase: Phase) -> None:
    """A study past its search enters a new generation: the search goes on, what was under way of
    the old select and final is cancelled, and both are done anew, on all trials."""
    _work_until(db, study, phase)
    running = None if phase == Phase.DONE else claim_next(db, study)
    for _ in range(2):
        extended = extend(db, "toy", Budget(trials=6))
        assert (extended.phase, extended.generation) == (Phase.SEARCH, 2)
        assert extended.ended_ms is None
    if running is not None:
        with pytest.raises(LeaseLost), db.transaction() as tx:
            jobs.write(tx, running[1], epoch=1)
    opened = [job for job in _jobs(db, study) if job.state == JobState.OPEN]
    assert [(job.phase, job.configuration) for job in opened] == [
        (Phase.SEARCH, 4), (Phase.SEARCH, 5),
    ]  # fmt: skip
    _work_until(db, study, Phase.DONE)
    anew = [job for job in _jobs(db, study) if job.generation == 2]
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
    _work_until(db, study, Phase.DONE)


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
    states = Counter(job.state for job in _jobs(db, study))
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
    assert Counter(job.state for job in _jobs(db, study))[JobState.OPEN] == 5
    assert extend(db, "toy", Budget(trials=9, patience=5)).patience == 5


def _fail(
    db: Database, study: StudyRecord, reason: str, state: JobState = JobState.FAILED
) -> JobRecord:
    job, lease = claim_next(db, study)
    columns = {"trial_id": job.configuration, "trial_number": job.configuration}
    with db.transaction() as tx:
        jobs.write(tx, lease, **columns, state=state, reason=reason)
        return jobs.get(tx, job.id)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.DIVERGED])
def test_a_failed_baseline_runs_again(db: Database, study: StudyRecord, state: JobState) -> None:
    """What stopped a study as a whole, a baseline that failed or diverged, is mended by running it again: the same
    configuration, with the same parameters and another seed, as one more trial; what was cancelled
    is made up for. The study ends with all that was asked."""
    failed = _fail(db, study, "no memory", state)
    assert advance(db, "toy").phase == Phase.STOPPED
    with pytest.raises(UsageError, match="`hpo retry toy 0`"):
        extend(db, "toy", Budget(trials=9))
    tried = retry(db, "toy", 0)
    assert (tried.phase, tried.trials, tried.reason) == (Phase.SEARCH, 5, None)
    again, *others = [job for job in _jobs(db, study) if job.state == JobState.OPEN]
    assert (again.configuration, again.params) == (0, failed.params)
    assert again.seed != failed.seed
    assert len(others) == 3
    assert len({job.configuration for job in _jobs(db, study)}) == 7
    assert advance(db, "toy").phase == Phase.SEARCH
    _work_until(db, study, Phase.DONE)


def test_what_cannot_run_again(db: Database, study: StudyRecord) -> None:
    """A trial that there is not, did not fail, or runs again already: one clear line each, and
    nothing is changed."""
    _fail(db, study, "broken")
    with pytest.raises(UsageError, match="has no trial 7"):
        retry(db, "toy", 7)
    retry(db, "toy", 0)
    before = _jobs(db, study)
    with pytest.raises(UsageError, match=r"trial 0 .* is run again already, as one to come"):
        retry(db, "toy", 0)
    assert _jobs(db, study) == before


@pytest.mark.parametrize("again", [False, True])
def test_a_study_whose_trials_are_gone(
    db: Database, study: StudyRecord, toy: Definition, again: bool
) -> None:
    """Where Optuna's study was deleted beside us, or made anew, nothing is made, extended or run again:
    its trials would be numbered a second time. One line says so, and what mends it."""
    _fail(db, study, "no memory")
    optuna.delete_study(study_name="toy", storage=db.optuna)
    if again:
        optuna.create_study(study_name="toy", storage=db.optuna)
    attempts: list[Callable[[], object]] = [
        lambda: create(db, "toy", toy, BUDGET),
        lambda: extend(db, "toy", Budget(trials=9)),
        lambda: retry(db, "toy", 0),
    ]
    for make in attempts:
        with pytest.raises(StudyMismatch, match=r"was removed .* `hpo remove toy` and create"):
            make()
    assert len(optuna.get_all_study_names(db.optuna)) == again
    assert len(_jobs(db, study)) == 4
    removal.remove(db, "toy")
    assert create(db, "toy", toy, BUDGET).uuid != study.uuid


def test_a_study_without_trials_is_made_whole(
    db: Database, study: StudyRecord, toy: Definition, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost with an Optuna study that had no trial yet, but it is told."""
    assert create(db, "toy", toy, BUDGET) == study
    assert not caplog.messages
    optuna.delete_study(study_name="toy", storage=db.optuna)
    assert create(db, "toy", toy, BUDGET) == study
    (told,) = caplog.messages
    assert told.startswith("Optuna had no study 'toy', of which nothing was begun")
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == study.uuid


def test_a_pruned_trial_does_not_run_again(db: Database, study: StudyRecord) -> None:
    """It gave what it could; only of the baseline that is nothing."""
    for number in range(2):
        state = JobState.PRUNED if number else JobState.SUCCEEDED
        _fail(db, study, "pruned after epoch 2", state)
    with pytest.raises(UsageError, match="trial 1 of study 'toy' pruned: only failed ones"):
        retry(db, "toy", 1)


def test_stopping_what_is_over(db: Database, study: StudyRecord) -> None:
    """A study that is over cannot be halted; one that is halted can be resumed, and again."""
    for _ in range(2):
        assert halt(db, "toy").halted_ms is not None
    for _ in range(2):
        assert resume(db, "toy").halted_ms is None
    _work_until(db, study, Phase.DONE)
    with pytest.raises(UsageError, match="'toy' is done: there is nothing to stop"):
        halt(db, "toy")
