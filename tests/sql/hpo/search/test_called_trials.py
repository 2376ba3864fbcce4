"""The trials of an objective, which asks for their parameters one by one."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import optuna
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState

from hpo import definition_loader
from hpo.errors import UsageError
from hpo.search import samplers
from hpo.search.called_trials import CalledTrials
from hpo.search.promotion import Advice
from hpo.search.trials import Ending
from hpo.study import creation, extension, removal
from hpo.study.given_parameters import enqueue
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import DatabaseUnavailable, LeaseLost
from storage.optuna_trial_cache import History
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import JobState, Phase, Sampler
from storage.tables import jobs
from studies.errors import SettingsError
from tests.conftest import DEFINITIONS
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY
from tests.support.marks import on

X = FloatDistribution(-10, 10)
KIND = CategoricalDistribution(["a", None, True, 2])
N = IntDistribution(1, 64, log=True)
OBJECTIVE = f"{DEFINITIONS / 'objectives.py'}:parabola"
Begin = Callable[..., tuple[JobRecord, Lease]]


@pytest.fixture
def study(db: Database) -> StudyRecord:
    """Of an objective."""
    return creation.create(db, "called", definition_loader.load(OBJECTIVE), Budget(trials=8))


@pytest.fixture
def trials(db: Database, study: StudyRecord) -> CalledTrials:
    """Those of that study."""
    return CalledTrials(db, study, MADE_BY)


@pytest.fixture
def begin(db: Database, study: StudyRecord, trials: CalledTrials) -> Begin:
    """Claims the next job, and begins its trial."""

    def _begin(worker: str = "me") -> tuple[JobRecord, Lease]:
        job, lease = claim_next(db, study, worker)
        return replace(trials.begin_empty(job, lease), params=job.params), lease

    return _begin


def _optuna_trials(db: Database) -> list[FrozenTrial]:
    return optuna.load_study(study_name="called", storage=db.optuna).get_trials()


def _study_id(db: Database) -> int:
    """Optuna's id of the study."""
    return db.optuna.get_study_id_from_name("called")


def _row(db: Database, job: JobRecord) -> JobRecord:
    with db.reading() as tx:
        return jobs.get(tx, job.id)


def _succeed(trials: CalledTrials, job: JobRecord, lease: Lease, score: float) -> None:
    trials.end(job, lease, Ending(JobState.SUCCEEDED, score))


def test_each_parameter_stands_in_both_as_soon_as_it_is_suggested(
    db: Database, trials: CalledTrials, begin: Begin
) -> None:
    """In Optuna's trial and in the job's row, of any type that Optuna has; asked for again, it is the
    same."""
    job, lease = begin()
    assert _optuna_trials(db)[0].params == {} == (_row(db, job).params or {})
    values: dict[str, Any] = {}
    for name, distribution in (("x", X), ("kind", KIND), ("n", N)):
        internal = trials.suggest(job, lease, name, distribution)
        values[name] = distribution.to_external_repr(internal)
        assert _optuna_trials(db)[0].params == values == _row(db, job).params
        assert trials.suggest(job, lease, name, distribution) == internal
    _succeed(trials, job, lease, 0.5)
    (trial,) = _optuna_trials(db)
    assert (trial.state, trial.value, trial.params) == (TrialState.COMPLETE, 0.5, values)
    assert _row(db, job).params == values


def test_nobody_else_writes_it(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """Neither a parameter nor an attribute, once another has the job."""
    job, lease = begin()
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    claim_next(db, study, "another")
    with pytest.raises(LeaseLost):
        trials.suggest(job, lease, "x", X)
    with pytest.raises(LeaseLost):
        trials.keep(job, lease, "size", 1, is_constraint=False)
    assert _optuna_trials(db)[0].params == {}
    assert "size" not in _optuna_trials(db)[0].user_attrs


@pytest.mark.parametrize("sampler", [Sampler.TPE, Sampler.RANDOM])
def test_it_suggests_what_plain_optuna_does(db: Database, sampler: Sampler) -> None:
    """Given, for each of its trials, the sampler that ours has for that one."""
    asked = Budget(trials=12, sampler=sampler)
    study = creation.create(db, "called", definition_loader.load(OBJECTIVE), asked)
    ours, plain = CalledTrials(db, study, MADE_BY), optuna.create_study()
    for number in range(12):
        plain.sampler = samplers.make_sampler(study, {}, number)
        theirs = plain.ask()
        job, lease = claim_next(db, study)
        job = ours.begin_empty(job, lease)

        def suggest(name: str, distribution: BaseDistribution, job=job, lease=lease) -> Any:  # type: ignore[no-untyped-def]  # of this loop
            return distribution.to_external_repr(ours.suggest(job, lease, name, distribution))

        one = CategoricalDistribution(["one"])
        assert suggest("one", one) == theirs.suggest_categorical("one", ["one"])
        x = theirs.suggest_float("x", -10, 10)
        assert suggest("x", X) == x
        kind = theirs.suggest_categorical("kind", KIND.choices)
        assert suggest("kind", KIND) == kind
        if kind == "a":
            assert suggest("n", N) == theirs.suggest_int("n", 1, 64, log=True)
        value = (x - 2) ** 2 + (kind != "a")
        plain.tell(theirs, value)
        _succeed(ours, job, lease, value)


def test_who_goes_on_has_what_was_suggested(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """By name; what was not asked for yet is chosen, and not as the first was."""
    job, lease = begin()
    first = trials.suggest(job, lease, "x", X)
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    job, lease = claim_next(db, study, "another")
    others = CalledTrials(db, study, MADE_BY)
    known = others.begin_empty(job, lease)
    assert (known.trial_number, known.params) == (0, {"x": first})
    assert others.suggest(job, lease, "x", X) == first
    assert others.suggest(job, lease, "y", X) != first
    with pytest.raises(ValueError, match="different distribution kind"):
        others.suggest(job, lease, "x", N)


def test_what_was_given_is_suggested_where_it_may_be(
    db: Database, trials: CalledTrials, begin: Begin
) -> None:
    """A trial that failed is run again with its parameters; what it does not ask for any more is none of
    them."""
    job, lease = begin()
    for name, distribution in (("x", X), ("kind", KIND), ("n", N)):
        trials.suggest(job, lease, name, distribution)
    failed = _optuna_trials(db)[0].params
    trials.end(job, lease, Ending(JobState.FAILED, reason="it fell"))
    extension.retry(db, "called", 0)
    while (begun := begin())[0].params is None:  # the others first
        _succeed(trials, *begun, 1.0)
    job, lease = begun
    assert X.to_external_repr(trials.suggest(job, lease, "x", X)) == failed["x"]
    assert CalledTrials._read(trials, job.trial_id or 0, lease).params == {"x": failed["x"]}
    other = CategoricalDistribution(["c", "d"])
    assert other.to_external_repr(trials.suggest(job, lease, "letter", other)) in ("c", "d")
    _succeed(trials, job, lease, 0.5)
    assert set(_row(db, job).params or {}) == {"x", "letter"}


def test_one_that_is_called_again_is_judged_where_it_stood(
    db: Database, trials: CalledTrials, begin: Begin
) -> None:
    """Until then it has only done again what was judged."""
    for score in (0.1, 0.2, 0.3, 0.2):
        job, lease = begin()
        trials.report(job, lease, 2, score)
        trials.report(job, lease, 5, score)
        _succeed(trials, job, lease, score)
    job, lease = begin()
    assert trials.report(job, lease, 2, 0.9) is Advice.PRUNE
    trials.report(job, lease, 5, 0.9)
    assert trials.report(_row(db, job), lease, 2, 0.9) is Advice.GO_ON
    assert trials.report(_row(db, job), lease, 5, 0.9) is Advice.PRUNE


def test_a_question_that_is_asked_again_has_the_same_answer(
    db: Database, trials: CalledTrials, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database took the parameter, and went away before it said so."""
    job, lease = begin()
    write = trials._write

    def lose_the_answer(*args: Any, **columns: Any) -> None:
        write(*args, **columns)
        raise DatabaseUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(trials, "_write", lose_the_answer)
        with pytest.raises(DatabaseUnavailable):
            trials.suggest(job, lease, "x", X)
    written = _optuna_trials(db)[0].params["x"]
    assert X.to_external_repr(trials.suggest(job, lease, "x", X)) == written
    _succeed(trials, job, lease, 0.5)
    assert _row(db, job).params == {"x": written}


def test_what_runs_beside_is_seen_with_all_that_it_has(
    db: Database, trials: CalledTrials, begin: Begin
) -> None:
    """Though it was seen before it had asked for all of it."""
    job, lease = begin()
    trials.suggest(job, lease, "x", X)
    seen = trials._storage
    assert seen.get_all_trials(_study_id(db))[0].params.keys() == {"x"}
    trials.suggest(job, lease, "kind", KIND)
    assert seen.get_all_trials(_study_id(db))[0].params.keys() == {"x", "kind"}


@pytest.mark.parametrize("options", [["x" * 70_000, "y"], [float("inf"), 1.0], ["a\0", "b"]])
def test_what_no_database_takes_is_refused(
    db: Database, trials: CalledTrials, begin: Begin, options: list[Any]
) -> None:
    """And nothing of it is written; the trial goes on."""
    job, lease = begin()
    choice = CategoricalDistribution(options[:1])
    with pytest.raises(SettingsError):
        trials.suggest(job, lease, "x", choice)
    with pytest.raises(SettingsError):
        trials.suggest(job, lease, "x" * 600, X)
    with pytest.raises(SettingsError):
        trials.keep(job, lease, "size", options[0], is_constraint=False)
    assert _optuna_trials(db)[0].params == {}
    trials.suggest(job, lease, "x", X)


def test_attributes_and_constraints(db: Database, trials: CalledTrials, begin: Begin) -> None:
    """Optuna shows them as its own; a name of ours is refused, and what no database takes."""
    job, lease = begin()
    trials.keep(job, lease, "size", [1, None], is_constraint=False)
    trials.keep(job, lease, "memory", 2.0, is_constraint=True)
    (trial,) = _optuna_trials(db)
    assert trial.user_attrs["size"] == [1, None]
    assert trial.constraints == {"memory": 2.0}
    _succeed(trials, job, lease, 0.5)
    (shown,) = History(db).get_all_trials(_study_id(db))
    assert (shown.constraints, shown.user_attrs) == ({"memory": 2.0}, {})
    with pytest.raises(ValueError, match="begin with 'hpo:' are hpo's own"):
        trials.keep(job, lease, "hpo:job", 7, is_constraint=False)


@pytest.mark.parametrize(("value", "is_feasible"), [(0.0, True), (1e-9, False)])
def test_what_violates_a_constraint_ends_as_that(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin, value: float, is_feasible: bool
) -> None:  # fmt: skip
    """In the job's row, as Optuna has it of its trial; also where another goes on with it. What a later
    call says of a constraint is what counts."""
    job, lease = begin()
    trials.keep(job, lease, "memory", 2.0, is_constraint=True)
    trials.keep(job, lease, "memory", value, is_constraint=True)
    trials.keep(job, lease, "time", -1.0, is_constraint=True)
    assert _row(db, job).is_feasible
    _succeed(CalledTrials(db, study, MADE_BY), job, lease, 0.5)
    assert _row(db, job).is_feasible is is_feasible
    ended = optuna.load_study(study_name="called", storage=db.optuna)
    assert bool(ended.best_trials) is is_feasible


@on("sqlite")
def test_the_first_trial_is_one_among_others(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """There is no baseline: it may be pruned, and that it failed stops nothing."""
    job, lease = begin()
    assert job.params is None and not study.has_baseline
    trials.end(job, lease, Ending(JobState.FAILED, reason="it fell"))
    job, lease = begin()
    assert trials.study.phase == Phase.SEARCH


def test_one_that_lost_its_trial_hears_so(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """Though the next holder has the very parameter by now that it asks for."""
    job, lease = begin()
    with db.transaction() as tx:
        jobs.write(tx, lease, lease_expires_ms=0)
    others = CalledTrials(db, study, MADE_BY)
    again, theirs = claim_next(db, study, "another")
    others.suggest(others.begin_empty(again, theirs), theirs, "x", X)
    with pytest.raises(LeaseLost):
        trials.suggest(job, lease, "x", X)
    with pytest.raises(LeaseLost):
        trials.keep(job, lease, "a", 1, is_constraint=False)


def test_what_is_given_is_found_where_it_is_asked_for(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """The other parameters are suggested, and what was never asked for is none of the trial's."""
    enqueue(db, "called", [{"x": 3, "kind": None, "nobody": 1}], None)
    job, lease = begin()
    given = [trials.suggest(job, lease, name, each) for name, each in (("x", X), ("kind", KIND))]
    assert given == [3.0, KIND.to_internal_repr(None)]
    assert N._contains(trials.suggest(job, lease, "n", N))
    _succeed(trials, job, lease, 0.5)
    assert (_row(db, job).params or {}).keys() == {"x", "kind", "n"}
    job, lease = begin()
    assert trials.suggest(job, lease, "x", X) != 3.0


def test_what_is_given_and_lies_outside_fails_as_in_optuna(
    db: Database, study: StudyRecord, trials: CalledTrials, begin: Begin
) -> None:
    """In its words, with which plain Optuna warns."""
    enqueue(db, "called", [{"x": 99}], None)
    plain = optuna.create_study()
    plain.enqueue_trial({"x": 99})
    with pytest.warns(UserWarning) as warned:
        plain.ask().suggest_float("x", X.low, X.high)
    job, lease = begin()
    with pytest.raises(ValueError, match=re.escape(str(warned[0].message))):
        trials.suggest(job, lease, "x", X)


def test_what_is_fixed_every_trial_has(db: Database) -> None:
    """As the command line gives it, but a trial that is the baseline's; nothing else is enqueued for it."""
    asked = Budget(
        trials=3, fixed={"x": "1.5", "kind": "a"}, baseline={"x": 2, "n": 1}, final_seeds=2
    )
    study = creation.create(db, "called", definition_loader.load(OBJECTIVE), asked)
    trials = CalledTrials(db, study, MADE_BY)
    assert study.fixed == {"x": 1.5, "kind": "a"}
    with pytest.raises(UsageError, match=r"x is fixed at 1.5 in study 'called'"):
        enqueue(db, "called", [{"x": 3}], None)
    seen = []
    for _ in range(3):
        job, lease = claim_next(db, study)
        job = replace(trials.begin_empty(job, lease), params=job.params)
        seen.append(trials.suggest(job, lease, "x", X))
    assert seen == [2.0, 1.5, 1.5]


def test_what_another_study_found_is_known(
    db: Database, trials: CalledTrials, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its best is called first, and then the sampler is shown what that study had found of what is asked for;
    it knows copies, which stay when that study is removed, and none is a trial of the new one."""
    old = [{"x": x} for x in (-9.0, 9.5, 9.0, 0.0)]
    for params in old:
        job, lease = begin()
        trials.suggest(replace(job, params=params), lease, "x", X)
        _succeed(trials, job, lease, -params["x"])
    new = creation.create(
        db, "new", definition_loader.load(OBJECTIVE), Budget(trials=2, source="called")
    )
    removal.remove(db, "called")
    seen: list[list[dict[str, Any]]] = []

    def watched(_: object, study: optuna.Study, *rest: object) -> float:
        seen.append([trial.params for trial in study.get_trials(deepcopy=False)])
        return 1.0

    monkeypatch.setattr(samplers.Estimator, "sample_independent", watched)
    known = CalledTrials(db, new, MADE_BY)
    for expected in (9.5, 1.0):
        job, lease = claim_next(db, new)
        job = replace(known.begin_empty(job, lease), params=job.params)
        assert known.suggest(job, lease, "x", X) == expected
        known.suggest(job, lease, "n", N)  # of which nothing was known
        _succeed(known, job, lease, 0.5)
    assert seen[1] == [*old, old[1] | {"n": 1}, {}]
    own = optuna.load_study(study_name="new", storage=db.optuna).trials
    assert [trial.number for trial in own] == [0, 1]
