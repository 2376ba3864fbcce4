"""All studies of a database at a glance."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from hpo.errors import UsageError
from storage.database import Database
from storage.errors import StudyNotFound
from storage.records import StudyRecord
from storage.states import Phase
from storage.summary_records import JobTally
from storage.tables import studies


@dataclass(frozen=True)
class Listed:
    """A study; `ended` are its trials that have come to an end, `best_score` is None before any was completed and
    where none of several directions is the best."""

    study: StudyRecord
    ended: int
    best_score: float | None


def list_studies(db: Database) -> tuple[list[Listed], int]:
    """All of them, the newest first, and the database's clock in milliseconds.

    Raises:
        DatabaseUnavailable
    """
    with db.reading() as tx:
        every, tallies = studies.every(tx), studies.count_jobs(tx)
        now_ms = studies.clock_ms(tx)
    by_study: defaultdict[str, list[JobTally]] = defaultdict(list)
    for tally in tallies:
        if tally.phase == Phase.SEARCH:
            by_study[tally.study].append(tally)
    return [_listed(study, by_study[study.name]) for study in every], now_ms


def the_only(db: Database) -> str:
    """The name of the only study of a database.

    Raises:
        StudyNotFound: there is none.
        UsageError: there are more.
    """
    with db.reading() as tx:
        names = studies.names(tx)
    match names:
        case []:
            raise StudyNotFound("the database has no study", "`hpo create` makes one")
        case [name]:
            return name
        case _:
            raise UsageError(f"the database has {len(names)} studies", "name one, see `hpo list`")


def as_json(listed: Listed) -> dict[str, Any]:
    """As plain data, for programs."""
    return asdict(listed.study) | {"ended": listed.ended, "best_score": listed.best_score}


def _listed(study: StudyRecord, tallies: list[JobTally]) -> Listed:
    # Those without a score were not completed; of several directions no score is the best.
    scores = [each.best_score for each in tallies if each.best_score is not None]
    ended = sum(each.number for each in tallies if each.state.is_final)
    return Listed(study, ended, scores[0] if scores and not study.has_front else None)
