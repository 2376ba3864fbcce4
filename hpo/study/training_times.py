"""What trainings took, told by those that run, and those that ended."""

from collections.abc import Collection, Iterable, Sequence
from statistics import fmean

from storage.records import JobRecord, StudyRecord
from storage.states import TRAINED, JobState


def seconds_each(study: StudyRecord, jobs: Sequence[JobRecord]) -> float | None:
    """What a whole training takes; None while nothing is known of that."""
    if study.epochs is None:
        return fmean(took) if (took := took_seconds(jobs, [JobState.SUCCEEDED])) else None
    epoch_seconds = seconds_an_epoch(jobs)
    if epoch_seconds is None:
        return None
    return study.epochs * epoch_seconds + seconds_beside_epochs(jobs)


def took_seconds(jobs: Iterable[JobRecord], states: Collection[JobState]) -> list[float]:
    """The last attempt of each that ended so, in seconds."""
    return [
        (job.ended_ms - job.started_ms) / 1000
        for job in jobs
        if job.state in states and job.ended_ms is not None and job.started_ms is not None
    ]


def seconds_an_epoch(jobs: Iterable[JobRecord]) -> float | None:
    """What the last epoch of each took, on average; the first one pays for compilation, and is asked
    only where there is no other."""
    known = [(job.epoch, job.epoch_seconds) for job in jobs if job.epoch_seconds is not None]
    later = [seconds for epoch, seconds in known if epoch > 1]
    return fmean(later or [seconds for _, seconds in known]) if known else None


def seconds_beside_epochs(jobs: Iterable[JobRecord]) -> float:
    """What a training takes beside its epochs, as to be started and compiled; 0 while none tells it."""
    told = [
        max(0.0, (job.ended_ms - job.started_ms) / 1000 - job.epoch * job.epoch_seconds)
        for job in jobs
        if job.state in TRAINED
        and job.attempts == 1  # it was not resumed: its last attempt trained all of it
        and job.epoch_seconds is not None
        and job.started_ms is not None
        and job.ended_ms is not None
    ]
    return fmean(told) if told else 0.0
