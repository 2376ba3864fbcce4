"""A study that is not worked on for a while."""

import pytest

from hpo.errors import UsageError
from hpo.study.stop_and_resume import halt, resume
from storage.database import Database
from storage.records import StudyRecord
from storage.states import Phase
from tests.support.claims import work_until


def test_stopping_what_is_over(db: Database, study: StudyRecord) -> None:
    """A study that is over cannot be halted; one that is halted can be resumed, and again."""
    for _ in range(2):
        assert halt(db, "toy").halted_ms is not None
    for _ in range(2):
        assert resume(db, "toy").halted_ms is None
    work_until(db, study, Phase.DONE)
    with pytest.raises(UsageError, match="'toy' is done: there is nothing to stop"):
        halt(db, "toy")
