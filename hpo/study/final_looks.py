"""The looks of a final phase: what each sees, and whether another is worth its trainings.

When they are, and how sure each must be, says hpo.statistics.interim_looks.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from hpo.statistics.interim_looks import Look, plan
from storage.records import BASELINE, EvaluationRecord, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Split


def taken(study: StudyRecord, jobs: Iterable[JobRecord]) -> list[tuple[Look, list[JobRecord]]]:
    """The looks that these jobs of one final phase were added for, the first one first, each with all
    jobs on the searched classes that it sees: two for a seed, the winner's and the baseline's."""
    compared = sorted(
        (job for job in jobs if job.data_set == DataSet.SEARCH), key=lambda job: job.id
    )
    return [
        (look, compared[: 2 * look.seeds])
        for look in plan(study.planned_seeds)
        if 2 * look.seeds <= len(compared)
    ]


def first_seeds(study: StudyRecord) -> range:
    """The numbers of the seeds that the first look wants."""
    return range(plan(study.planned_seeds)[0].seeds)


def next_seeds(
    study: StudyRecord, jobs: Iterable[JobRecord], judged: Iterable[EvaluationRecord]
) -> range:
    """The numbers of the seeds that the next look wants, after all `jobs` of a final phase have ended;
    none where there is no other, or nothing that it could change."""
    for look, seen in taken(study, jobs)[-1:]:
        is_decided = _is_decided_by_values if study.is_judged_by_values else _is_decided
        if not look.is_last and not is_decided(look, seen, judged):
            return range(look.seeds, plan(study.planned_seeds)[look.number].seeds)
    return range(0)


def _is_decided(look: Look, seen: Iterable[JobRecord], judged: Iterable[EvaluationRecord]) -> bool:
    """Whether a look at these jobs tells winner and baseline apart, or no look ever will: one of them gave
    no model at all, or they were judged on different images."""
    # It brings scipy, for which whoever asks what is due would wait.
    from hpo.statistics.verdict import compare

    answered = _of_holdout(judged)
    sides: tuple[list[EvaluationRecord], list[EvaluationRecord]] = [], []
    for job in seen:
        if job.id in answered:
            sides[job.configuration == BASELINE].append(answered[job.id])
    if not all(sides) or len({record.labels for side in sides for record in side}) > 1:
        return True
    winner, baseline = (np.stack([_find_right(record) for record in side]) for side in sides)
    return compare(winner, baseline, confidence=look.confidence).is_reliable


def _is_decided_by_values(
    look: Look, seen: Iterable[JobRecord], judged: Iterable[EvaluationRecord]
) -> bool:
    """The same of calls, each of which gave values or none. Where no seed makes a difference none will."""
    from hpo.statistics.value_verdict import compare_values  # likewise

    answered = _of_holdout(judged)
    sides: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = [], []
    for job in seen:
        if job.state is JobState.SUCCEEDED:
            sides[job.configuration == BASELINE].append(values_of(job, answered))
    if not all(sides) or len({len(values) for side in sides for values in side}) > 1:
        return True
    found = compare_values(sides[0], sides[1], look.confidence)
    return found.is_reliable or found.is_without_chance


def values_of(job: JobRecord, judged: Mapping[int, EvaluationRecord]) -> NDArray[np.float64]:
    """What a job of the final phase gave (m,): for each example of a holdout, or one number. Its own value,
    where there is no holdout."""
    record = judged.get(job.id)
    if record is None:
        return np.asarray([job.score], np.float64)
    values = np.frombuffer(record.losses, "<f4")
    # A function that judges by one number has that as its score, with all its digits.
    is_score = len(values) == 1 and values[0] == np.float32(job.score or 0.0)
    return np.asarray([job.score] if is_score else values, np.float64)


def _of_holdout(judged: Iterable[EvaluationRecord]) -> Mapping[int, EvaluationRecord]:
    return {record.job_id: record for record in judged if record.split == Split.HOLDOUT}


def _find_right(record: EvaluationRecord) -> NDArray[np.bool_]:
    """Which answers are right (m,)."""
    labels, predictions = (
        np.frombuffer(content, np.uint8) for content in (record.labels, record.predictions)
    )
    return np.equal(labels, predictions)
