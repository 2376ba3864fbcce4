"""Trials as Optuna keeps them: nothing is written for a job but by the holder of its lease."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.errors import LeaseLost, ParamsTaken
from storage.records import JobRecord, Lease
from storage.states import JobState
from storage.tables import jobs, trials
from storage.tables.optuna_study import TRIAL_MODELS, distributions
from storage.tables.trials import NewTrial, Param
from tests.support.squares import Held
from tests.support.trials import PARAMS, begin, change, complete

TakeOver = Callable[[Lease], Lease]
Claim = Callable[..., tuple[JobRecord, Lease]]
Change = Callable[[Connection, int], None]

X = FloatDistribution(0, 1)
# Every way to write a trial; each changes what the one before has left, the last ends it.
CHANGES: tuple[Change, ...] = (
    partial(trials.set_param, name="x", param=Param(0.5, X)),
    partial(trials.report, step=1, value=0.5),
    partial(trials.set_attribute, key="new", value=1),
    partial(trials.set_attribute, key="new", value=2),
    partial(trials.set_attribute, key="new", value=1, is_systems=True),
    partial(trials.end, state=TrialState.COMPLETE, values=[1.0]),
)


@pytest.fixture
def trial_id(db: Database, held: Held) -> int:
    """The held job's trial."""
    return begin(db, held.lease, held.optuna_study, NewTrial(attributes={"a": 1}))


def _job(db: Database, held: Held) -> JobRecord:
    with db.reading() as tx:
        return jobs.get(tx, held.job.id)


def _seen(db: Database, held: Held) -> list[FrozenTrial]:
    """The trials as Optuna reads them, without any memory."""
    return db.optuna.get_all_trials(held.optuna_study)


def test_the_space_is_what_trials_were_drawn_from(db: Database, held: Held, trial_id: int) -> None:
    """By name, in the order in which they were asked for; of one that is wider in a newer trial, that."""
    for name, wide in (("x", 1.0), ("n", 8.0)):
        param = Param(0.5, FloatDistribution(0, wide))
        change(db, trial_id, held.lease, partial(trials.set_param, name=name, param=param))
    complete(db, trial_id, held.lease)
    with db.transaction() as tx:
        claimed = jobs.claim(tx, held.job.study_id, "me", 60, "cpu:0")
    assert claimed is not None
    another = begin(db, claimed[1], held.optuna_study)
    wider = partial(trials.set_param, name="x", param=Param(0.5, FloatDistribution(0, 2)))
    change(db, another, claimed[1], wider)
    with db.reading() as tx:
        space = distributions(tx, held.job.study_id)
        assert [job.id for job in jobs.of_trial(tx, held.job.study_id, 1)] == [claimed[0].id]
    assert list(space.items()) == [
        ("x", FloatDistribution(0, 2)), ("n", FloatDistribution(0, 8)),
    ]  # fmt: skip


def test_creating_a_trial_binds_it_to_the_job(db: Database, held: Held, trial_id: int) -> None:
    """The job's row has the trial's id and number from the same commit."""
    job = _job(db, held)
    assert (job.trial_id, job.trial_number) == (trial_id, 0)
    assert [(trial._trial_id, trial.number) for trial in _seen(db, held)] == [(trial_id, 0)]


def test_no_gap_in_the_numbers(db: Database, held: Held, claim: Claim, trial_id: int) -> None:
    """A creation that is broken off leaves no trial and uses up no number."""
    _, lease = claim()
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        trials.create(tx, lease, held.optuna_study, NewTrial(PARAMS))
        raise ZeroDivisionError
    begin(db, lease, held.optuna_study, NewTrial(PARAMS))
    assert [trial.number for trial in _seen(db, held)] == [0, 1]


def test_a_job_has_one_trial(db: Database, held: Held, trial_id: int) -> None:
    """Creating again, as after a commit whose answer was lost, leaves it as it is."""
    with db.transaction() as tx:
        assert trials.create(tx, held.lease, held.optuna_study, NewTrial(PARAMS)) is None
    (trial,) = _seen(db, held)
    assert (trial._trial_id, trial.params) == (trial_id, {})
    assert _job(db, held).trial_id == trial_id


def test_a_trial_needs_its_study(db: Database, held: Held) -> None:
    """Where somebody removed Optuna's study, none is created, and the job has none."""
    optuna.delete_study(study_name="squares", storage=db.optuna)
    with pytest.raises(KeyError):
        begin(db, held.lease, held.optuna_study)
    assert _job(db, held).trial_id is None


def test_numbers_that_were_kept(db: Database, held: Held, trial_id: int) -> None:
    """By the trial's id; neither ours nor what is no number."""
    notes = {"size": 3, "recall": 0.5, "hpo:job": 7, "told": "3", "is_good": True, "all": [1]}
    for key, value in notes.items():
        change(db, trial_id, held.lease, partial(trials.set_attribute, key=key, value=value))
    study_id = _job(db, held).study_id
    with db.reading() as tx:
        kept = trials.numbers_kept(tx, study_id, "hpo:")
        assert kept == {trial_id: {"a": 1, "size": 3, "recall": 0.5}}  # it began with the first
        assert trials.numbers_kept(tx, study_id + 1, "hpo:") == {}


def test_a_stale_write_is_refused(
    db: Database, held: Held, trial_id: int, take_over: TakeOver
) -> None:
    """Every kind of write raises LeaseLost once the job was taken over, and leaves nothing; the new
    holder then writes."""
    theirs = take_over(held.lease)
    before = _seen(db, held)
    for write in CHANGES:
        with pytest.raises(LeaseLost):
            change(db, trial_id, held.lease, write)
    assert _seen(db, held) == before
    for write in CHANGES:
        change(db, trial_id, theirs, write)
        after = _seen(db, held)
        assert after != before
        before = after


def test_what_the_new_holder_wrote_is_a_lost_lease(
    db: Database, held: Held, trial_id: int, take_over: TakeOver
) -> None:
    """To the one before, who is about to write the same: no error of the database's."""
    theirs = take_over(held.lease)
    for write in CHANGES[:-1]:
        change(db, trial_id, theirs, write)
        with pytest.raises(LeaseLost):
            change(db, trial_id, held.lease, write)


def test_a_stale_creation_is_refused(db: Database, held: Held, take_over: TakeOver) -> None:
    """Whoever lost the job creates no trial for it."""
    take_over(held.lease)
    with pytest.raises(LeaseLost):
        begin(db, held.lease, held.optuna_study)
    assert _seen(db, held) == []
    assert _job(db, held).trial_id is None


def test_a_late_write_to_an_ended_trial_is_a_lost_lease(
    db: Database, held: Held, trial_id: int, take_over: TakeOver
) -> None:
    """Where the new holder has ended the trial."""
    complete(db, trial_id, take_over(held.lease))
    before = _seen(db, held)
    for write in CHANGES:
        with pytest.raises(LeaseLost):
            change(db, trial_id, held.lease, write)
    assert _seen(db, held) == before


def test_ending_is_all_or_nothing(db: Database, held: Held, trial_id: int) -> None:
    """An end that is cut off at its commit ends neither the trial nor the job; told again, both."""

    def fail(_: object) -> None:
        sa.event.remove(db.engine, "commit", fail)
        raise ZeroDivisionError

    sa.event.listen(db.engine, "commit", fail)
    with pytest.raises(ZeroDivisionError):
        complete(db, trial_id, held.lease, 0.75)
    (trial,) = _seen(db, held)
    assert (trial.state, trial.values) == (TrialState.RUNNING, None)
    assert _job(db, held).state == JobState.LEASED
    complete(db, trial_id, held.lease, 0.75)
    (trial,) = _seen(db, held)
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.75)
    assert (_job(db, held).state, _job(db, held).score) == (JobState.SUCCEEDED, 0.75)


def test_a_step_is_reported_once(db: Database, held: Held, trial_id: int) -> None:
    """What was written first stays."""
    for value in (0.5, 0.75):
        change(db, trial_id, held.lease, partial(trials.report, step=1, value=value))
    assert _seen(db, held)[0].intermediate_values == {1: 0.5}


def test_a_parameter_is_of_one_kind(db: Database, held: Held, claim: Claim, trial_id: int) -> None:
    """In all trials of the study, as Optuna has it; its range may be another."""
    change(db, trial_id, held.lease, CHANGES[0])
    _, lease = claim()
    other = begin(db, lease, held.optuna_study)
    with pytest.raises(ValueError, match="distribution"):
        change(db, other, lease, partial(trials.set_param, name="x", param=Param(1, IntDistribution(0, 3))))  # fmt: skip
    wider = Param(5, FloatDistribution(0, 10))
    change(db, other, lease, partial(trials.set_param, name="x", param=wider))
    assert [trial.params for trial in _seen(db, held)] == [{"x": 0.5}, {"x": 5}]


def test_no_two_trials_have_the_same_chosen_parameters(
    db: Database, held: Held, claim: Claim, trial_id: int
) -> None:
    """Of those that are newer than what was known when they were chosen; others may."""
    _, lease = claim()
    begin(db, lease, held.optuna_study, NewTrial(PARAMS, newest_id=trial_id))
    job, third = claim()
    with pytest.raises(ParamsTaken):
        begin(db, third, held.optuna_study, NewTrial(PARAMS, newest_id=trial_id))
    with db.reading() as tx:
        assert jobs.get(tx, job.id).trial_id is None
    fewer = {"x": PARAMS["x"]}
    begin(db, third, held.optuna_study, NewTrial(fewer, newest_id=trial_id))
    assert len(_seen(db, held)) == 3


@pytest.fixture
def plain(db: Database) -> Iterator[RDBStorage]:
    """Optuna's own storage on the same database, which writes as it likes."""
    url = db.url.render_as_string(hide_password=False)
    made = RDBStorage(url, skip_table_creation=True, skip_compatibility_check=True)
    yield made
    made.engine.dispose()


def _rows(db: Database, trial_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """All that Optuna's tables have of a trial, but ids and times."""
    found = {}
    with db.reading() as tx:
        for model in TRIAL_MODELS:
            table = model.__table__
            keys = {*table.primary_key.columns.keys(), "trial_id", "study_id"}
            told = [each for each in table.c if each.name not in keys and "datetime" not in each.name]  # fmt: skip
            rows = tx.execute(sa.select(*told).where(table.c.trial_id == trial_id).order_by(*told))
            found[table.name] = [tuple(row) for row in rows]
    return found


def test_what_is_written_is_what_optuna_would_write(
    db: Database, held: Held, claim: Claim, plain: RDBStorage
) -> None:
    """Row by row, of a trial that has something of everything and of ones that ended otherwise; and it
    reads them as its own."""
    kinds = {
        "x": (FloatDistribution(1e-4, 1.0, log=True), 0.01),
        "n": (IntDistribution(2, 8, step=2), 4),
        "kind": (CategoricalDistribution(["a", None, True, 3]), None),
    }
    theirs = plain.create_new_study([StudyDirection.MAXIMIZE], "theirs")
    given = {"x": 0.01, "n": 4}
    template = optuna.trial.create_trial(
        state=TrialState.RUNNING,
        params=given,
        distributions={name: kinds[name][0] for name in given},
        user_attrs={"made": {"by": "us"}},
    )
    their_id = plain.create_new_trial(theirs, template)
    rows = {name: Param(kind.to_internal_repr(each), kind) for name, (kind, each) in kinds.items()}
    new = NewTrial({name: rows[name] for name in given}, {"made": {"by": "us"}})
    our_id = begin(db, held.lease, held.optuna_study, new)
    assert _rows(db, our_id) == _rows(db, their_id)

    plain.set_trial_param(their_id, "kind", rows["kind"].internal, kinds["kind"][0])
    change(db, our_id, held.lease, partial(trials.set_param, name="kind", param=rows["kind"]))
    for step, value in enumerate((0.5, math.nan, math.inf, -math.inf)):
        plain.set_trial_intermediate_value(their_id, step, value)
        change(db, our_id, held.lease, partial(trials.report, step=step, value=value))
    notes: tuple[Any, ...] = ("first", [1, None, "ü"])
    for note in notes:
        plain.set_trial_user_attr(their_id, "note", note)
        plain.set_trial_system_attr(their_id, "constraint", note)
        change(db, our_id, held.lease, partial(trials.set_attribute, key="note", value=note))
        system = partial(trials.set_attribute, key="constraint", value=note, is_systems=True)
        change(db, our_id, held.lease, system)
    plain.set_trial_state_values(their_id, TrialState.COMPLETE, [0.25])
    complete(db, our_id, held.lease, 0.25)
    assert _rows(db, our_id) == _rows(db, their_id)

    endings: list[tuple[TrialState, list[float] | None]] = [
        (TrialState.PRUNED, [0.5]),
        (TrialState.PRUNED, None),
        (TrialState.FAIL, None),
        (TrialState.COMPLETE, [math.inf]),
    ]
    for state, values in endings:
        _, lease = claim()
        ended = begin(db, lease, held.optuna_study), plain.create_new_trial(theirs)
        change(db, ended[0], lease, partial(trials.end, state=state, values=values))
        plain.set_trial_state_values(ended[1], state, values)
        assert _rows(db, ended[0]) == _rows(db, ended[1])

    ours, others = (plain.get_all_trials(study) for study in (held.optuna_study, theirs))
    told = [
        [(each.number, each.state, each.params, each.distributions, each.user_attrs) for each in some]
        for some in (ours, others)
    ]  # fmt: skip
    assert told[0] == told[1]
    for mine, other in zip(ours, others, strict=True):
        began, ended_at = mine.datetime_start, mine.datetime_complete
        assert began is not None and other.datetime_start is not None
        assert abs((began - other.datetime_start).total_seconds()) < 60
        assert (ended_at is None) is (other.datetime_complete is None)
