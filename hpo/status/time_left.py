"""How long a study will still take, told by its own trainings: those that run, and those that ended."""

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from hpo.study.training_times import seconds_an_epoch, seconds_beside_epochs, took_seconds
from storage.records import BASELINE, JobRecord
from storage.states import TRAINED, JobState, Phase

if TYPE_CHECKING:
    from hpo.status.study_status import Status

KEPT_BY_PRUNING = 0.7
"""What is left of the epochs of a search when hopeless trials are pruned: a rule of thumb, until so
many trials have ended that they tell it themselves."""
LEAST_ENDED = 3


def estimate(status: "Status") -> float | None:
    """Seconds, with as many trainings side by side as run now, and no more than the study has as a whole; None
    while nothing runs, or no epoch has been reported."""
    found, study = _estimate(status), status.study
    if found is None or study.total_timeout_ms is None or study.started_ms is None:
        return found
    return max(0.0, min(found, (study.started_ms + study.total_timeout_ms - status.now_ms) / 1000))


def _estimate(status: "Status") -> float | None:
    study, running = status.study, status.running
    if study.epochs is None:
        return _of_calls(status)
    typical = seconds_an_epoch(status.jobs)
    if not running or typical is None:
        return None
    epochs = study.epochs
    beside = seconds_beside_epochs(status.jobs)
    left = 0.0
    for phase in (Phase.SEARCH, Phase.SELECT, Phase.FINAL):
        jobs = status.of_phase(phase)
        # What is paused mostly stays so, but in its search's share of epochs that is told.
        unfinished = [
            job.epoch for job in jobs if not job.state.is_final and job.state != JobState.PAUSED
        ]
        # Those of later rounds and looks, of which there may be fewer, and of phases to come.
        paused = status.counts(phase)[JobState.PAUSED]
        unfinished += [0] * (status.total(phase) - status.done(phase) - paused - len(unfinished))
        kept = _kept_by_pruning(jobs, epochs) if phase == Phase.SEARCH else 1.0
        each = seconds_an_epoch(jobs) or typical
        in_phase = sum(
            (epochs - epoch) * kept * each + (not epoch) * beside for epoch in unfinished
        )
        in_phase /= len(running)
        if phase == Phase.SEARCH and study.timeout_ms is not None and study.started_ms is not None:
            in_phase = min(in_phase, (study.started_ms + study.timeout_ms - status.now_ms) / 1000)
        left += max(0.0, in_phase)
    return left


def _of_calls(status: "Status") -> float | None:
    """Of what is called nobody knows how far it is: by what calls took until now, as if those that run had
    just begun."""
    took = took_seconds(status.jobs, TRAINED)
    if not status.running or not took:
        return None
    phases = (Phase.SEARCH, Phase.SELECT, Phase.FINAL)
    left = sum(status.total(phase) - status.done(phase) for phase in phases)
    return left * fmean(took) / len(status.running)


def _kept_by_pruning(search: Sequence[JobRecord], epochs: int) -> float:
    ended = [job.epoch for job in search if job.state in TRAINED and job.configuration != BASELINE]
    return fmean(ended) / epochs if len(ended) >= LEAST_ENDED else KEPT_BY_PRUNING
