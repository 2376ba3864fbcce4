"""The fence: through Optuna, too, nothing is written for a job but by the holder of its lease."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import optuna
import pytest
import sqlalchemy as sa
from optuna.distributions import FloatDistribution
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from storage.database import Database
from storage.errors import LeaseLost, TrialExists, UnfencedWrite
from storage.lease_fence import fenced
from storage.records import JobRecord, Lease
from storage.states import JobState
from storage.tables import jobs
from tests.support.squares import Held

TakeOver = Callable[[Lease], Lease]

TEMPLATE = optuna.trial.create_trial(
    state=TrialState.RUNNING, user_attrs={"a": 1}, system_attrs={"b": 2}
)
# Every way to write a trial; each changes what the one before has left, the last ends it.
WRITES: tuple[Callable[[RDBStorage, int], object], ...] = (
    lambda optuna, trial: optuna.set_trial_param(trial, "x", 0.5, FloatDistribution(0, 1)),
    lambda optuna, trial: optuna.set_trial_intermediate_value(trial, 1, 0.5),
    lambda optuna, trial: optuna.set_trial_intermediate_value(trial, 1, 0.75),
    lambda optuna, trial: optuna.set_trial_user_attr(trial, "new", 1),
    lambda optuna, trial: optuna.set_trial_user_attr(trial, "new", 2),
    lambda optuna, trial: optuna.set_trial_system_attr(trial, "new", 1),
    lambda optuna, trial: optuna.set_trial_state_values(trial, TrialState.COMPLETE, [1.0]),
)


@pytest.fixture
def trial_id(db: Database, held: Held) -> int:
    """The held job's trial, with something of everything."""
    with fenced(held.lease):
        trial_id = db.optuna.create_new_trial(held.optuna_study, TEMPLATE)
        db.optuna.set_trial_intermediate_value(trial_id, 0, 0.25)
    return trial_id


def _job(db: Database, held: Held) -> JobRecord:
    with db.reading() as tx:
        return jobs.get(tx, held.job.id)


def _seen_afresh(url: str, held: Held) -> list[FrozenTrial]:
    """The trials as a storage without any memory reads them."""
    other = Database.open(url)
    try:
        return other.optuna.get_all_trials(held.optuna_study)
    finally:
        other.close()


@contextmanager
def _one_commit_fails(storage: RDBStorage) -> Iterator[None]:
    """The database goes away at the last moment, after our listener has spoken; then it is back."""

    def fail(_session: object) -> None:
        sa.event.remove(factory, "before_commit", fail)
        raise sa.exc.OperationalError("COMMIT", {}, Exception("the link was cut"))

    factory = storage.scoped_session.session_factory
    sa.event.listen(factory, "before_commit", fail)
    yield
    assert not sa.event.contains(factory, "before_commit", fail)


def test_creating_a_trial_binds_it_to_the_job(db: Database, held: Held, trial_id: int) -> None:
    """The job's row has the trial's id and number from the same commit."""
    job = _job(db, held)
    assert (job.trial_id, job.trial_number) == (trial_id, 0)


def test_no_orphan_trial_and_no_gap(db: Database, url: str, held: Held) -> None:
    """A creation that fails for want of a lease, or at its commit, leaves no trial and uses up no
    number."""
    with pytest.raises(UnfencedWrite):
        db.optuna.create_new_trial(held.optuna_study, TEMPLATE)
    assert _seen_afresh(url, held) == []
    assert _job(db, held).trial_id is None
    # Optuna itself tries again when the database fails; that must not make a second trial.
    with _one_commit_fails(db.optuna), fenced(held.lease):
        trial_id = db.optuna.create_new_trial(held.optuna_study, TEMPLATE)
    assert [(t.number, t._trial_id) for t in _seen_afresh(url, held)] == [(0, trial_id)]
    assert _job(db, held).trial_id == trial_id


def test_a_job_has_one_trial(db: Database, url: str, held: Held, trial_id: int) -> None:
    """Creating again, as after a commit whose answer was lost, is refused and leaves nothing."""
    with pytest.raises(TrialExists), fenced(held.lease):
        db.optuna.create_new_trial(held.optuna_study, TEMPLATE)
    assert [trial._trial_id for trial in _seen_afresh(url, held)] == [trial_id]
    assert _job(db, held).trial_id == trial_id


def test_a_write_without_a_lease_is_refused(
    db: Database, url: str, held: Held, trial_id: int
) -> None:
    """Every kind of trial write raises outside a lease, and leaves nothing."""
    before = _seen_afresh(url, held)
    for write in WRITES:
        with pytest.raises(UnfencedWrite):
            write(db.optuna, trial_id)
    assert _seen_afresh(url, held) == before
    assert db.optuna.get_all_trials(held.optuna_study) == before


def test_a_stale_write_is_refused(
    db: Database, url: str, held: Held, trial_id: int, take_over: TakeOver
) -> None:
    """Every kind of trial write raises LeaseLost once the job was taken over, and leaves nothing;
    the new holder then writes through the same storage object."""
    theirs = take_over(held.lease)
    before = _seen_afresh(url, held)
    for write in WRITES:
        with pytest.raises(LeaseLost), fenced(held.lease):
            write(db.optuna, trial_id)
    assert _seen_afresh(url, held) == before
    for write in WRITES:
        with fenced(theirs):
            write(db.optuna, trial_id)
        after = _seen_afresh(url, held)
        assert after != before
        before = after
    assert db.optuna.get_all_trials(held.optuna_study) == before


def test_a_write_to_a_finished_trial_is_a_lost_lease(
    db: Database, url: str, held: Held, trial_id: int, take_over: TakeOver
) -> None:
    """Where the new holder has ended the trial, a late write is LeaseLost as well, not an error
    of Optuna's."""
    with fenced(take_over(held.lease), state=JobState.SUCCEEDED):
        db.optuna.set_trial_state_values(trial_id, TrialState.COMPLETE, [0.5])
    before = _seen_afresh(url, held)
    for write in WRITES:
        with pytest.raises(LeaseLost), fenced(held.lease):
            write(db.optuna, trial_id)
    assert _seen_afresh(url, held) == before


def test_a_stale_creation_is_refused(
    db: Database, url: str, held: Held, take_over: TakeOver
) -> None:
    """Whoever lost the job creates no trial for it."""
    take_over(held.lease)
    with pytest.raises(LeaseLost), fenced(held.lease):
        db.optuna.create_new_trial(held.optuna_study, TEMPLATE)
    assert _seen_afresh(url, held) == []
    assert _job(db, held).trial_id is None


def test_telling_ends_the_job(db: Database, held: Held, trial_id: int) -> None:
    """Trial and job end in one commit."""
    with fenced(held.lease, state=JobState.SUCCEEDED, score=0.75):
        db.optuna.set_trial_state_values(trial_id, TrialState.COMPLETE, [0.75])
    job = _job(db, held)
    assert (job.state, job.score) == (JobState.SUCCEEDED, 0.75)
    assert db.optuna.get_trial(trial_id).value == 0.75


def test_telling_is_all_or_nothing(db: Database, url: str, held: Held, trial_id: int) -> None:
    """A tell that is cut off at its commit ends neither the trial nor the job; told again, both."""

    def tell() -> None:
        with fenced(held.lease, state=JobState.SUCCEEDED, score=0.75):
            db.optuna.set_trial_state_values(trial_id, TrialState.COMPLETE, [0.75])

    with _one_commit_fails(db.optuna), pytest.raises(optuna.exceptions.StorageInternalError):
        tell()
    (trial,) = _seen_afresh(url, held)
    assert (trial.state, trial.values) == (TrialState.RUNNING, None)
    assert _job(db, held).state == JobState.LEASED
    tell()
    assert _seen_afresh(url, held)[0].state == TrialState.COMPLETE
    assert _job(db, held).state == JobState.SUCCEEDED


def test_what_belongs_to_the_study_needs_no_lease(db: Database, held: Held) -> None:
    """Attributes of the study, and reads, are free."""
    db.optuna.set_study_user_attr(held.optuna_study, "k", "v")
    db.optuna.set_study_system_attr(held.optuna_study, "k", "v")
    assert db.optuna.get_study_user_attrs(held.optuna_study) == {"k": "v"}
    assert db.optuna.get_all_trials(held.optuna_study) == []


def test_a_study_is_removed_with_its_trials(db: Database, held: Held, trial_id: int) -> None:
    """That needs no lease; whoever has a job of it finds that its trial is gone."""
    optuna.delete_study(study_name="squares", storage=db.optuna)
    assert db.optuna.get_all_studies() == []
    with pytest.raises(KeyError), fenced(held.lease):
        db.optuna.set_trial_user_attr(trial_id, "k", "v")


def test_a_refused_write_touches_nothing_later(db: Database, held: Held, trial_id: int) -> None:
    """After a write that was refused, or that Optuna itself broke off, a study attribute is not
    taken for a trial write."""
    with pytest.raises(UnfencedWrite):
        db.optuna.set_trial_user_attr(trial_id, "k", "v")
    unstorable = optuna.trial.create_trial(state=TrialState.RUNNING, user_attrs={"no": object()})
    with pytest.raises(TypeError), fenced(held.lease):
        db.optuna.create_new_trial(held.optuna_study, unstorable)
    db.optuna.set_study_user_attr(held.optuna_study, "k", "v")
    assert db.optuna.get_trial(trial_id).user_attrs == {"a": 1}
    assert _job(db, held).state == JobState.LEASED


def test_the_lease_of_a_block_ends_with_it(db: Database, held: Held, trial_id: int) -> None:
    """Blocks nest, and after the last one writes are refused again."""
    other = Lease(held.job.id, "nobody's")
    with fenced(held.lease):
        with pytest.raises(LeaseLost), fenced(other):
            db.optuna.set_trial_user_attr(trial_id, "k", 1)
        db.optuna.set_trial_user_attr(trial_id, "k", 2)
    with pytest.raises(UnfencedWrite):
        db.optuna.set_trial_user_attr(trial_id, "k", 3)
    assert db.optuna.get_trial(trial_id).user_attrs["k"] == 2
