"""The verdict on what is judged by values, of which nothing is known but which way is better."""

from collections.abc import Iterable
from dataclasses import dataclass

from hpo.errors import NoResult
from hpo.formatting import first_line, score_words
from hpo.result.finished_study import FinishedStudy, search_alone
from hpo.statistics.value_verdict import ValueDifference, compare_values
from hpo.study.final_looks import values_of
from storage.records import BASELINE, JobRecord
from storage.states import DataSet, Direction, JobState


@dataclass(frozen=True)
class ValueVerdict:
    """What the fresh seeds of winner and baseline say, on a holdout or by the objective's own values."""

    sentence: str
    found: ValueDifference
    on_holdout: bool


def conclude_on_values(finished: FinishedStudy) -> ValueVerdict:
    """What comes of a study that is done.

    Raises:
        NoResult: nothing followed the search, one of both gave no value at all, or they were judged on
            different numbers of examples.
    """
    study, winner = finished.study, finished.winner
    if winner is None:
        raise search_alone(study)
    lost = [job for job in finished.final if job.state is not JobState.SUCCEEDED]
    best, baseline = (finished.trained(number, DataSet.SEARCH) for number in (winner, BASELINE))
    if not (best and baseline):
        which = "the baseline" if best else "the best"
        last = "calls" if study.is_called else "trainings"
        reasons = "; ".join(sorted({first_line(job.reason) for job in lost}))
        raise NoResult(
            f"{which} of study '{study.name}' gave no value in its last {last} ({reasons})"
        )
    found = _compare(finished, best, baseline)
    numbers = len(best), len(baseline)
    seeds = f"{numbers[0]} seeds a side"
    if len(set(numbers)) > 1:
        seeds = f"{numbers[0]} seeds of the best and {numbers[1]} of the baseline"
    on_holdout = bool(finished.judged)
    told = _sentence(found, study.direction, _grounds(found, seeds, on_holdout=on_holdout))
    return ValueVerdict("; ".join((told, *_caveats(finished, lost))), found, on_holdout)


def _compare(
    finished: FinishedStudy, best: list[JobRecord], baseline: list[JobRecord]
) -> ValueDifference:
    sides = [[values_of(job, finished.judged) for job in side] for side in (best, baseline)]
    lengths = {len(values) for side in sides for values in side}
    if len(lengths) > 1:
        told = " and ".join(map(str, sorted(lengths)))
        raise NoResult(
            f"study '{finished.study.name}' was judged on {told} examples, which cannot be paired",
            "have holdout judge on the same ones each time",
        )
    return compare_values(sides[0], sides[1], finished.looks[-1].confidence)


def _grounds(found: ValueDifference, seeds: str, *, on_holdout: bool) -> str:
    """What a verdict rests on."""
    if not on_holdout:
        own = "by the objective's own values, which the search chose by, with fresh seeds"
        return f"over {seeds}, {own}"
    if found.n_examples == 1:
        return f"on its holdout, over {seeds}"
    return f"on {found.n_examples:,} unseen examples, over {seeds}"


def _sentence(found: ValueDifference, direction: Direction, grounds: str) -> str:
    both = f"{score_words(found.winner)} against the baseline's {score_words(found.baseline)}"
    if found.is_without_chance:
        return f"no verdict: {both}, the same with every seed, so that nothing was left to chance"
    if found.interval is None:
        return f"no verdict ({both}, but one seed has no interval), {grounds}"
    low, high = found.interval.low, found.interval.high
    if not found.is_reliable:
        spread = f"{score_words(low)} to {score_words(high)}"
        return (
            f"no reliable difference ({both}, 95% interval of the difference {spread}), {grounds}"
        )
    is_better = direction.key(found.winner) < direction.key(found.baseline)
    least, most = (score_words(bound) for bound in sorted((abs(low), abs(high))))
    amount = f"{score_words(abs(found.mean))} (95% interval {least} to {most})"
    return f"{'better' if is_better else 'worse'} by {amount}: {both}, {grounds}"


def _caveats(finished: FinishedStudy, lost: list[JobRecord]) -> Iterable[str]:
    if number := len(lost):
        what = "call" if finished.study.is_called else "training"
        yield f"{number} last {what}{'s' * (number != 1)} gave no value"
    if times := len(finished.openings_before):
        yield f"the holdout had been opened before, for {times} training{'s' * (times != 1)}"
