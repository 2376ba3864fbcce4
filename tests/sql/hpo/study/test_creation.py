"""Making a study."""

import multiprocessing
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
from hpo.study.creation import configured, create, refuse_taken
from hpo.study.extension import extend, retry
from hpo.study.planning import Budget, plan, refuse_unsearchable
from storage.database import Database
from storage.errors import StudyExists, StudyNotFound
from storage.records import StudyRecord
from storage.states import JobState, Phase, Pruner, Sampler
from storage.tables import jobs, studies
from studies.space import Choice, Parameter, Real, Whole
from tests.conftest import DEFINITIONS
from tests.support.claims import claim_next, fail_next, jobs_of
from tests.support.marks import on

BUDGET = Budget(trials=4, select_top=2, select_seeds=2, final_seeds=2)
PROCESSES = 6


def _get(db: Database) -> StudyRecord:
    with db.reading() as tx:
        return studies.get(tx, "toy")


def test_a_new_study(db: Database, study: StudyRecord, toy: Definition) -> None:
    """It is in its search, with N open jobs that all have seeds of their own, and Optuna's study
    of the same name carries its UUID."""
    assert (study.phase, study.generation, study.trials) == (Phase.SEARCH, 1, 4)
    assert (study.definition, study.definition_hash) == ("toy", toy.hash)
    assert study.baseline == toy.study.baseline
    found = jobs_of(db, study)
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
    assert len(jobs_of(db, study)) == 4
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
            lambda toy, budget: (replace(toy, searched=replace(toy.study, name="tea")), budget, 0),
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
    assert len(jobs_of(db, study)) == 4


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
    tiny = replace(toy, searched=study)
    with pytest.raises(UsageError, match="'toy' has 4 configurations: --trials 5 would"):
        create(db, "toy", tiny, Budget(trials=5))
    with pytest.raises(StudyNotFound):
        _get(db)
    fewer = replace(study, forbidden=[{"x": 0.1, "kind": "bad"}])
    with pytest.raises(UsageError, match="'toy' has 3 configurations: --trials 4 would"):
        create(db, "toy", replace(toy, searched=fewer), Budget(trials=4))
    made = create(db, "toy", tiny, Budget(trials=3))
    fail_next(db, made, "no memory")
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
    endless, budget = replace(toy, searched=study), Budget(trials=4, sampler=Sampler.GRID)
    for ask in (refuse_taken, create):
        with pytest.raises(UsageError, match="the space of 'toy' has no grid: it has real numbers"):
            ask(db, "toy", endless, budget)
    with pytest.raises(StudyNotFound):
        _get(db)
    assert optuna.get_all_study_names(db.optuna) == []


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"trials": 0}, "--trials 0 is not between 1 and"),
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


def test_the_baseline_alone_is_no_study(toy: Definition) -> None:
    """One call of an objective is; the first of its trials is like any other."""
    with pytest.raises(UsageError, match=r"baseline alone.*: `hpo try DEFINITION` trains it for a"):
        refuse_unsearchable(toy, plan("one", toy, Budget(trials=1)))
    objective = definition_loader.load(f"{DEFINITIONS / 'objectives.py'}:parabola")
    refuse_unsearchable(objective, plan("one", objective, Budget(trials=1)))


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
    assert len(jobs_of(db, _get(db))) == 4
    beside = optuna.load_study(study_name="toy", storage=db.optuna)
    assert beside.user_attrs[UUID_ATTRIBUTE] == _get(db).uuid
