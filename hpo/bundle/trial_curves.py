"""What other tools draw of a trial: its numbers, as curves."""

import sys
from dataclasses import dataclass

from hpo.status.trial_details import TrialDetails
from storage.states import DataSet, JobState

SCORE = "score"
"""What came of a trial that is complete; of several directions with a number."""


@dataclass(frozen=True)
class Point:
    """A value after a step, and when that was, in milliseconds since 1970."""

    step: int
    value: float
    time_ms: int


def curves_of(details: TrialDetails) -> dict[str, list[Point]]:
    """By what they are of. The reports are by epoch, under the name of the metric, at times that lie evenly
    between the begin and the end of the training, as nobody knows better; what was trained again is by
    seed; all else is one point."""
    job, metric = details.job, details.study.metric
    began_ms = job.started_ms or details.study.created_ms
    ended_ms = job.ended_ms or began_ms
    curves: dict[str, list[Point]] = {}
    for at, (step, value) in enumerate(details.reports.items(), 1):
        time_ms = began_ms + (ended_ms - began_ms) * at // len(details.reports)
        curves.setdefault(metric, []).append(Point(step, value, time_ms))
    told: dict[str, object] = dict(details.attributes)
    told |= {f"constraint {name}": value for name, value in details.constraints.items()}
    if job.state == JobState.SUCCEEDED:
        several = dict(enumerate(job.scores or []))
        told |= {f"{SCORE} {at}": score for at, score in several.items()}
        if not several:
            told[SCORE] = job.score
    for name, kept in told.items():
        # What it reported stays, whatever was kept under the same name.
        if isinstance(kept, int | float) and abs(kept) <= sys.float_info.max:
            curves.setdefault(name, [Point(job.epoch, float(kept), ended_ms)])
    for training in details.trainings[1:]:
        if training.state == JobState.SUCCEEDED and training.score is not None:
            of_new = " on new classes" if training.data_set == DataSet.NEW else ""
            curve = curves.setdefault(f"{training.phase} {metric}{of_new}", [])
            curve.append(Point(len(curve), training.score, training.ended_ms or ended_ms))
    return curves
