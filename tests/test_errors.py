"""What the three packages raise: of one shape, though none knows another's."""

import pickle

import pytest

from hpo.errors import HpoError
from storage.errors import StorageError
from studies.errors import StudyError


@pytest.mark.parametrize("base", [HpoError, StorageError, StudyError])
def test_an_error_has_a_cause_and_perhaps_a_mend(
    base: type[HpoError | StorageError | StudyError],
) -> None:
    """A person reads both in one line; nobody has to take that line apart."""
    both = base("it is down (host: no; x)", "bring it up; then: again")
    assert (both.cause, both.mend) == ("it is down (host: no; x)", "bring it up; then: again")
    assert str(both) == "it is down (host: no; x): bring it up; then: again"
    assert str(base("it is so")) == "it is so"
    assert str(pickle.loads(pickle.dumps(both))) == str(both)  # noqa: S301 - made here
