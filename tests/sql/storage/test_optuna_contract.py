"""Optuna's own contract of a storage, kept by the one we hand to Optuna on every database."""

import pickle
from collections.abc import Callable
from itertools import count
from typing import Any

import optuna
import pytest
from optuna.exceptions import UpdateFinishedTrialError
from optuna.testing.pytest_storages import StorageTestCase
from optuna.trial import FrozenTrial

from storage.database import Database
from storage.errors import LeaseLost, UnfencedWrite
from storage.lease_fence import fenced
from storage.records import Lease, NewJob
from storage.states import Phase
from storage.tables import jobs, studies
from tests.support.marks import in_turn, on, slow
from tests.support.squares import NEW_STUDY, Held

WRITES = frozenset(
    {
        "set_trial_param",
        "set_trial_state_values",
        "set_trial_intermediate_value",
        "set_trial_user_attr",
        "set_trial_system_attr",
    }
)


class LeasedStorage:
    """A storage as Optuna knows it: each trial is created for a job of its own, and written under
    the lease of that job. All else is the storage's own."""

    def __init__(self, db: Database, storage: Any) -> None:
        self._db = db
        self._storage = storage
        self._leases: dict[int, Lease] = {}
        self._numbers = count()
        with db.transaction() as tx:
            self._study = studies.add(tx, NEW_STUDY)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._storage, name)
        return self._leased(method) if name in WRITES else method

    def __getstate__(self) -> dict[str, Any]:
        return {"_storage": self._storage}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        with self._db.transaction() as tx:
            jobs.add(tx, self._study, [NewJob(Phase.SELECT, next(self._numbers), seed=0)])
            claimed = jobs.claim(tx, self._study.id, "me", 600, "cpu:0")
        assert claimed is not None
        with fenced(claimed[1]):
            trial_id: int = self._storage.create_new_trial(study_id, template_trial)
        self._leases[trial_id] = claimed[1]
        return trial_id

    def _leased(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def _write(trial_id: int, *arguments: Any, **named: Any) -> Any:
            # A trial that does not exist has no lease, and Optuna is to say so.
            lease = self._leases.get(trial_id, Lease(0, "nobody's"))
            try:
                with fenced(lease):
                    return write(trial_id, *arguments, **named)
            except LeaseLost as lost:
                if isinstance(lost.__cause__, UpdateFinishedTrialError):
                    raise lost.__cause__ from None
                raise

        return _write


@pytest.fixture
def storage(db: Database) -> LeasedStorage:
    """That which we hand to Optuna."""
    return LeasedStorage(db, db.optuna)


@slow("asks all that Optuna asks of a storage")
@on(*in_turn(among=("sqlite", "postgresql", "mariadb")))
class TestContract(StorageTestCase):
    """All that Optuna asks of a storage."""


@slow("asks all that Optuna asks of a storage")
@on("sqlite")
class TestContractBehindACache(StorageTestCase):
    """The same of the storage with Optuna's cache before it, which knows nothing of databases."""

    @pytest.fixture
    def storage(self, db: Database) -> LeasedStorage:
        """That, with the cache."""
        return LeasedStorage(db, optuna.storages.get_storage(db.optuna))


def test_a_pickled_storage_is_behind_the_fence(db: Database, held: Held) -> None:
    """Wherever it is carried, nothing is written through it without a lease."""
    restored = pickle.loads(pickle.dumps(db.optuna))  # noqa: S301 - our own
    with pytest.raises(UnfencedWrite):
        restored.create_new_trial(held.optuna_study)
    with fenced(held.lease):
        trial_id = restored.create_new_trial(held.optuna_study)
    restored.engine.dispose()
    assert [trial._trial_id for trial in db.optuna.get_all_trials(held.optuna_study)] == [trial_id]
