"""Optuna's storage on our database: nothing writes a trial through it."""

import pickle
from collections.abc import Callable

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from storage.database import Database
from storage.errors import UnfencedWrite
from storage.tables.trials import NewTrial
from tests.support.squares import Held
from tests.support.trials import PARAMS, begin

# Every way to write a trial.
WRITES: tuple[Callable[[RDBStorage, int], object], ...] = (
    lambda optuna, trial: optuna.set_trial_param(trial, "y", 0.5, FloatDistribution(0, 1)),
    lambda optuna, trial: optuna.set_trial_intermediate_value(trial, 1, 0.5),
    lambda optuna, trial: optuna.set_trial_user_attr(trial, "new", 1),
    lambda optuna, trial: optuna.set_trial_user_attr(trial, "a", 2),
    lambda optuna, trial: optuna.set_trial_system_attr(trial, "new", 1),
    lambda optuna, trial: optuna.set_trial_state_values(trial, TrialState.COMPLETE, [1.0]),
)


@pytest.fixture
def trial_id(db: Database, held: Held) -> int:
    """The held job's trial."""
    return begin(db, held.lease, held.optuna_study, NewTrial(PARAMS, {"a": 1}))


def test_every_write_of_a_trial_is_refused(db: Database, held: Held, trial_id: int) -> None:
    """It leaves nothing, and is an error that nobody passes over."""
    before = db.optuna.get_all_trials(held.optuna_study)
    for write in WRITES:
        with pytest.raises(UnfencedWrite):
            write(db.optuna, trial_id)
    with pytest.raises(UnfencedWrite):
        db.optuna.create_new_trial(held.optuna_study)
    template = optuna.trial.create_trial(state=TrialState.RUNNING, user_attrs={"a": 1})
    with pytest.raises(UnfencedWrite):
        db.optuna.create_new_trial(held.optuna_study, template)
    assert db.optuna.get_all_trials(held.optuna_study) == before


def test_what_belongs_to_the_study_is_free(db: Database, held: Held, trial_id: int) -> None:
    """Attributes of the study, and reads; also after a write was refused."""
    with pytest.raises(UnfencedWrite):
        db.optuna.set_trial_user_attr(trial_id, "k", "v")
    db.optuna.set_study_user_attr(held.optuna_study, "k", "v")
    db.optuna.set_study_system_attr(held.optuna_study, "k", "v")
    assert db.optuna.get_study_user_attrs(held.optuna_study) == {"k": "v"}
    assert db.optuna.get_trial(trial_id).user_attrs == {"a": 1}


@pytest.mark.usefixtures("trial_id")
def test_a_study_is_removed_with_its_trials(db: Database) -> None:
    """That needs no lease."""
    optuna.delete_study(study_name="squares", storage=db.optuna)
    assert db.optuna.get_all_studies() == []


def test_a_pickled_storage_refuses_too(db: Database, held: Held) -> None:
    """Wherever it is carried."""
    restored = pickle.loads(pickle.dumps(db.optuna))  # noqa: S301 - our own
    with pytest.raises(UnfencedWrite):
        restored.create_new_trial(held.optuna_study)
    assert restored.get_all_trials(held.optuna_study) == []
    restored.engine.dispose()
