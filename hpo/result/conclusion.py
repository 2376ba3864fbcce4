"""What came of a study, read where it is asked for. What counts is imported then: it takes longer than all else."""

from typing import TYPE_CHECKING

from storage.database import Database
from storage.records import StudyRecord
from storage.states import Phase

if TYPE_CHECKING:
    from hpo.result.result import Conclusion


def read_conclusion(db: Database, study: StudyRecord) -> "Conclusion | None":
    """None before the study is done, and where nothing is judged.

    Raises:
        StudyNotFound, DatabaseUnavailable
    """
    if study.phase is not Phase.DONE or not study.is_judged:
        return None
    from hpo.result import finished_study
    from hpo.result.result import conclude

    return conclude(finished_study.read(db, study.name))
