"""Asynchronous successive halving with promotion: which trials of a search go on at its rungs.

A trial that comes to a rung goes on if it is among the better half of all that came to it so far; else
it is paused, with its checkpoint, until it is (Li et al., "A system for massively parallel
hyperparameter tuning", 2020, algorithm 2). When all have been begun, the best go on until enough are
complete. What is due is a pure function of an outline of the search, so that everybody may ask at any
time.
"""

from dataclasses import replace
from enum import StrEnum

from storage.records import NewStudy, StudyRecord
from storage.states import Direction, Pruner
from storage.summary_records import Rung, SearchOutline

FACTOR = 2
"""Of so many that came to a rung one goes on. On recorded curves a third loses the best of them."""
FIRST_RUNG = 2
"""After fewer epochs nothing is known of a training."""
LEAST_COMPLETE = 3
"""So many beside the baseline are trained to the end: one may have been lucky until then."""
LEAST_AT_LIMIT = 1
"""So many where the search ends by its timeout or its target."""


class Advice(StrEnum):
    """What is to become of a training after a report."""

    GO_ON = "go on"
    PAUSE = "pause"
    PRUNE = "prune"


def rungs_of(study: StudyRecord | NewStudy) -> tuple[int, ...]:
    """The epochs after which trials of a study are compared; none with another pruner."""
    if study.pruner is not Pruner.HALVING:
        return ()
    chosen = study.settings.get("rungs")
    return derive_rungs(int(study.settings["epochs"])) if chosen is None else tuple(chosen)


def derive_rungs(epochs: int) -> tuple[int, ...]:
    """The rungs of a study that has not chosen any: an eighth, a quarter and a half of its epochs."""
    shares = (epochs // FACTOR**halvings for halvings in (3, 2, 1))
    return tuple(rung for rung in shares if rung >= FIRST_RUNG)


def standing(
    loss: float | None, score: float, rung: int, epochs: int, direction: Direction
) -> float:
    """By what a trial is compared at a rung, the lower the better: up to half of the epochs the
    validation loss, which knows more by then, where the trainer tells one; later the score."""
    return loss if loss is not None and 2 * rung <= epochs else direction.key(score)


def rung_at(rungs: tuple[int, ...], epoch: int) -> int | None:
    """The last rung that a training has come to after so many epochs, from 0; None before the first."""
    return max((number for number, rung in enumerate(rungs) if rung <= epoch), default=None)


def next_due(search: SearchOutline) -> int | None:
    """The paused job, by its id, that goes on before anything is begun; None while none is due. The
    highest rung comes first."""
    highest_first = [rung for rung in reversed(search.rungs) if rung.best_paused is not None]
    for rung in highest_first:
        if _is_among_best(search, rung, rung.ahead):
            return rung.best_paused
    if search.unbegun or search.complete + search.working >= _least(search):
        return None
    return highest_first[0].best_paused if highest_first else None


def advise(search: SearchOutline, job_id: int, at: int, ahead: int, *, resumable: bool) -> Advice:
    """What becomes of a job that is trained and has come to the rung `at`, where so many trials are
    `ahead` of it. One that cannot be resumed either goes on at once or never."""
    rung = search.rungs[at]
    if _is_among_best(search, rung, ahead):
        return Advice.GO_ON
    others = search.working - 1
    if not resumable:
        # The first to come has nobody to be compared with.
        may_complete = search.complete + others + search.unbegun
        is_first = not ahead and not search.is_ending
        return Advice.GO_ON if is_first or may_complete < _least(search) else Advice.PRUNE
    if rung.best_paused is None or ahead < rung.ahead:
        rung = replace(rung, best_paused=job_id, ahead=ahead)
    rungs = (*search.rungs[:at], rung, *search.rungs[at + 1 :])
    # If it would be next, it need not stop for that.
    is_next = next_due(replace(search, working=others, rungs=rungs)) == job_id
    return Advice.GO_ON if is_next else Advice.PAUSE


def is_settled(search: SearchOutline) -> bool:
    """Whether what is paused will never go on: the search is at its end."""
    return not search.is_unfinished and next_due(search) is None


def expected_epochs(trials: int, rungs: tuple[int, ...], epochs: int) -> float:
    """About how many epochs so many trials are trained altogether, at the least."""
    total, left, done = 0.0, float(trials), 0
    for rung in (*rungs, epochs):
        total += left * (rung - done)
        left, done = max(left / FACTOR, min(trials, LEAST_COMPLETE)), rung
    return total


def _is_among_best(search: SearchOutline, rung: Rung, ahead: int) -> bool:
    return not search.is_ending and ahead < rung.reached // FACTOR


def _least(search: SearchOutline) -> int:
    return LEAST_AT_LIMIT if search.is_ending else LEAST_COMPLETE
