"""A study that is to be over by a time as a whole: when its search ends for the sake of the rest, and how many
seeds still fit.

How many final seeds there are is decided before the first of them, by how long trainings took and by nothing
that a holdout said: so looks are planned as ever, and err no more often (docs/background/verdict.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from hpo.statistics.interim_looks import plan
from hpo.study import racing, training_times
from storage.records import JobRecord, StudyRecord
from storage.states import JobState

HEADROOM = 1.25
"""Trainings to come are taken to need so much more than those before: what is late is lost."""
MOST_KEPT = 0.5
"""Of the whole time, what is kept for select and final at most: they are shortened before the search is."""


def seconds_left(study: StudyRecord, now_ms: int) -> float | None:
    """Until the study is to be over; None where nothing says when, or the time does not count now."""
    if study.total_timeout_ms is None or study.started_ms is None or study.halted_ms is not None:
        return None
    return (study.started_ms + study.total_timeout_ms - now_ms) / 1000


def may_end_search(study: StudyRecord, now_ms: int) -> bool:
    """Whether `search_is_to_end` may say so of any jobs."""
    left = seconds_left(study, now_ms)
    return left is not None and left <= _most_kept(study)


def search_is_to_end(study: StudyRecord, jobs: Sequence[JobRecord], now_ms: int) -> bool:
    """Whether what is left is needed by the trainings that run, by select and by final."""
    left, pace = seconds_left(study, now_ms), _pace(study, jobs, jobs, now_ms)
    if left is None or pace is None:
        return False
    rest: list[int] = []
    if study.is_judged:
        fields = racing.fields(min(study.select_top, study.trials - 1), study.select_seeds)
        rest = [sum(group) for _, group in groupby(fields)]
        rest += _looks(study, study.final_seeds)
    return left <= min(_most_kept(study), pace.seconds(1, *rest))


def has_time(study: StudyRecord, jobs: Sequence[JobRecord], trainings: int, now_ms: int) -> bool:
    """Whether a round of select with so many trainings takes none from the final phase."""
    left, pace = seconds_left(study, now_ms), _pace(study, jobs, jobs, now_ms)
    if left is None or pace is None:
        return True
    return pace.seconds(trainings, *_looks(study, study.final_seeds)) <= left


def fitting_seeds(
    study: StudyRecord, jobs: Sequence[JobRecord], pair: Iterable[int], now_ms: int
) -> int | None:
    """How many final seeds there is time for, two at the least, of these two configurations; None for as many
    as were asked for."""
    compared = set(pair)
    own = [job for job in jobs if job.configuration in compared]
    left, pace = seconds_left(study, now_ms), _pace(study, own, jobs, now_ms)
    if left is None or pace is None:
        return None
    numbers = range(study.final_seeds, 2, -1)
    fits = (seeds for seeds in numbers if pace.seconds(*_looks(study, seeds)) <= left)
    seeds = next(fits, 2)
    return None if seeds == study.final_seeds else seeds


@dataclass(frozen=True)
class _Pace:
    each: float
    """Seconds from the beginning of a training to its end."""
    cost: float
    """Device-seconds of one."""
    rate: float
    """Device-seconds that the study got in a second."""

    def seconds(self, *batches: int) -> float:
        """What so many trainings take, each batch after the one before."""
        return HEADROOM * sum(max(self.each, number * self.cost / self.rate) for number in batches)


def _pace(
    study: StudyRecord, alike: Sequence[JobRecord], jobs: Iterable[JobRecord], now_ms: int
) -> _Pace | None:
    """That of trainings `alike`, at the rate of all; None while nothing is known of it."""
    each = training_times.seconds_each(study, alike)
    elapsed = 0 if study.started_ms is None else (now_ms - study.started_ms) / 1000
    spent = sum(job.device_seconds for job in jobs if job.generation == study.generation)
    if each is None or not elapsed or not spent:
        return None
    costs = [job.device_seconds for job in alike if job.state is JobState.SUCCEEDED]
    return _Pace(each, fmean(costs) if costs else each, spent / elapsed)


def _most_kept(study: StudyRecord) -> float:
    return MOST_KEPT * (study.total_timeout_ms or 0) / 1000


def _looks(study: StudyRecord, seeds: int) -> list[int]:
    """How many trainings each look of a final phase adds, if all are taken."""
    first, *later = (look.seeds for look in plan(seeds))
    return [2 * first * len(study.final_data_sets), *(2 * (each - first) for each in later)]
