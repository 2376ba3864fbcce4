"""The verdict on an objective, of whose values nothing is known but which way is better."""

from hpo.errors import NoResult
from hpo.formatting import first_line, score_words
from hpo.result.finished_study import FinishedStudy, search_alone
from hpo.statistics.value_verdict import ValueDifference, compare_values
from storage.records import BASELINE
from storage.states import DataSet, Direction, JobState

OWN_VALUES = "by the objective's own values, which the search chose by, with fresh seeds"


def conclude_on_values(finished: FinishedStudy) -> str:
    """What the fresh seeds of winner and baseline say, in words.

    Raises:
        NoResult: nothing followed the search, or one of both gave no value at all.
    """
    study, winner = finished.study, finished.winner
    if winner is None:
        raise search_alone(study)
    sides = [
        [job.score for job in finished.trained(number, DataSet.SEARCH) if job.score is not None]
        for number in (winner, BASELINE)
    ]
    lost = [job for job in finished.final if job.state is not JobState.SUCCEEDED]
    if not all(sides):
        reasons = "; ".join(sorted({first_line(job.reason) for job in lost}))
        which = "the best" if not sides[0] else "the baseline"
        raise NoResult(
            f"{which} of study '{study.name}' gave no value in its last calls ({reasons})"
        )
    best, baseline = sides
    found = compare_values(best, baseline, finished.looks[-1].confidence)
    told = _sentence(found, study.direction, min(map(len, sides)))
    if number := len(lost):
        told += f"; {number} last call{'s' * (number != 1)} gave no value"
    return told


def _sentence(found: ValueDifference, direction: Direction, seeds: int) -> str:
    both = f"{score_words(found.winner)} against the baseline's {score_words(found.baseline)}"
    if found.is_without_chance:
        return f"no verdict: {both}, the same with each of {seeds} seeds, so nothing was left to chance"
    over = f"over {seeds} seeds a side, {OWN_VALUES}"
    if found.interval is None:
        return f"no verdict ({both}, but one seed has no interval) {OWN_VALUES}"
    low, high = found.interval.low, found.interval.high
    if not found.is_reliable:
        spread = f"{score_words(low)} to {score_words(high)}"
        return f"no reliable difference ({both}, 95% interval of the difference {spread}) {over}"
    is_better = direction.key(found.winner) < direction.key(found.baseline)
    least, most = (score_words(bound) for bound in sorted((abs(low), abs(high))))
    amount = score_words(abs(found.mean))
    return f"{'better' if is_better else 'worse'} by {amount} (95% interval {least} to {most}): {both}, {over}"
