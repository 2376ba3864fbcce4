"""The rungs of a search, asked of the database: who is due there, and who goes on."""

from dataclasses import dataclass

from hpo.search import promotion
from hpo.search.promotion import Advice
from storage.database import Database
from storage.records import BASELINE, JobRecord, Lease, StudyRecord
from storage.states import Phase
from storage.tables import job_summaries, jobs, rungs


@dataclass(frozen=True)
class Due:
    """The paused job that is due, by its id, if one is; and whether none that is paused ever will be."""

    job_id: int | None = None
    is_settled: bool = False


def look(db: Database, study: StudyRecord) -> Due:
    """Who is due in a study as it stands; in one without rungs nobody."""
    number = len(promotion.rungs_of(study))
    if study.phase is not Phase.SEARCH or not number:
        return Due()
    with db.reading() as tx:
        search = job_summaries.of_search(tx, study.id, number)
    return Due(promotion.next_due(search), promotion.is_settled(search))


def value_at(
    study: StudyRecord, job: JobRecord, epoch: int, score: float, loss: float | None
) -> dict[str, float]:
    """The columns of a job that comes to a rung with its report of that epoch; none where there is no
    rung, or it is the baseline, which does not compete."""
    chosen = promotion.rungs_of(study)
    if epoch not in chosen or job.configuration == BASELINE:
        return {}
    assert study.epochs is not None, "it has rungs"
    value = promotion.standing(loss, score, epoch, study.epochs, study.direction)
    return {"rung": chosen.index(epoch), "rung_value": value}


def compare(
    db: Database, study: StudyRecord, job: JobRecord, lease: Lease, epoch: int, *, resumable: bool
) -> Advice:
    """Whether a job that is trained goes on after an epoch, at a rung, or behind one while the database
    was away; that it does is noted.

    Raises:
        LeaseLost: it is no longer ours to say.
    """
    chosen = promotion.rungs_of(study)
    at = promotion.rung_at(chosen, epoch)
    if at is None or job.rung > at or job.configuration == BASELINE or epoch == study.epochs:
        return Advice.GO_ON
    with db.reading() as tx:
        ahead = rungs.ahead_of(tx, job.study_id, at, job.id)
        search = job_summaries.of_search(tx, job.study_id, len(chosen))
    if ahead is None:
        return Advice.GO_ON
    advice = promotion.advise(search, job.id, at, ahead, resumable=resumable)
    if advice is Advice.GO_ON:
        with db.transaction() as tx:
            jobs.write(tx, lease, rung=at + 1)
    return advice
