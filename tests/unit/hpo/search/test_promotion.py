"""Promotion: which trials go on at the rungs of a search, and that enough of them come to the end."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.search import promotion
from hpo.search.promotion import Advice, advise, derive_rungs, is_settled, next_due
from storage.states import Direction, Pruner
from storage.summary_records import Rung, SearchOutline
from tests.unit.hpo.study.test_phases import STUDY

GO_ON, PAUSE, PRUNE = Advice.GO_ON, Advice.PAUSE, Advice.PRUNE
BUSY = SearchOutline(
    is_ending=False, unbegun=9, working=2, complete=0, is_unfinished=True, rungs=(Rung(0), Rung(0))
)
OVER = replace(BUSY, unbegun=0, working=0, is_unfinished=False)


def _at(search: SearchOutline, *rungs: Rung) -> SearchOutline:
    return replace(search, rungs=rungs)


@pytest.mark.parametrize(
    ("epochs", "rungs"),
    [(1, ()), (3, ()), (4, (2,)), (7, (3,)), (8, (2, 4)), (20, (2, 5, 10)), (100, (12, 25, 50))],
)
def test_rungs_are_derived_from_the_epochs(epochs: int, rungs: tuple[int, ...]) -> None:
    """An eighth, a quarter and a half of them, and none so early that nothing is known."""
    assert derive_rungs(epochs) == rungs


def test_a_study_may_choose_its_rungs() -> None:
    """Only with this pruner they are looked at."""
    study = replace(STUDY, settings={"epochs": 20, "rungs": None})
    assert promotion.rungs_of(study) == (2, 5, 10)
    chosen = replace(study, settings={"epochs": 20, "rungs": [5]})
    assert promotion.rungs_of(chosen) == (5,)
    assert promotion.rungs_of(replace(study, pruner=Pruner.NONE)) == ()


@pytest.mark.parametrize(
    ("loss", "rung", "compared_by"), [(0.7, 10, 0.7), (0.7, 11, -0.4), (None, 2, -0.4)]
)
def test_early_rungs_compare_by_loss(loss: float | None, rung: int, compared_by: float) -> None:
    """Later ones by the score, and all where there is no loss."""
    assert promotion.standing(loss, 0.4, rung, 20, Direction.MAXIMIZE) == compared_by
    lower = promotion.standing(loss, 0.4, rung, 20, Direction.MINIMIZE)
    assert lower == abs(compared_by)


@pytest.mark.parametrize(
    ("reached", "ahead", "advice"),
    [(1, 0, PAUSE), (2, 0, GO_ON), (2, 1, PAUSE), (3, 1, PAUSE), (9, 3, GO_ON), (9, 4, PAUSE)],
)
def test_the_better_half_goes_on_at_once(reached: int, ahead: int, advice: Advice) -> None:
    """Among all that came to the rung so far."""
    search = _at(BUSY, Rung(reached), Rung(0))
    assert advise(search, 7, 0, ahead, resumable=True) is advice


def test_the_best_that_is_paused_goes_on_when_it_is_due() -> None:
    """That of the highest rung first."""
    assert next_due(_at(BUSY, Rung(3, 7, 1), Rung(0))) is None
    assert next_due(_at(BUSY, Rung(3, 7, 0), Rung(0))) == 7
    assert next_due(_at(BUSY, Rung(9, 7, 0), Rung(2, 8, 0))) == 8


def test_enough_come_to_the_end() -> None:
    """When all have been begun the best of the highest rung go on, until enough are complete or on
    their way."""
    paused = _at(OVER, Rung(2, 7, 1), Rung(2, 8, 1))
    assert next_due(paused) == 8
    assert next_due(replace(paused, complete=1, working=1)) == 8
    assert next_due(replace(paused, complete=2, working=1)) is None
    assert next_due(replace(paused, unbegun=1)) is None
    assert next_due(_at(paused, Rung(2, 7, 1), Rung(2))) == 7


def test_what_would_be_next_does_not_stop() -> None:
    """One that comes to a rung when all have been begun goes on if a claim would choose it."""
    last = replace(BUSY, unbegun=0, working=1)
    assert advise(_at(last, Rung(1, 7, 0), Rung(0)), 9, 0, 1, resumable=True) is PAUSE
    assert advise(_at(last, Rung(1, 7, 1), Rung(0)), 9, 0, 0, resumable=True) is GO_ON
    assert advise(_at(last, Rung(1), Rung(1, 7, 0)), 9, 0, 0, resumable=True) is PAUSE
    others = replace(last, working=4)
    assert advise(_at(others, Rung(1), Rung(0)), 9, 0, 0, resumable=True) is PAUSE


def test_at_a_limit_one_is_enough() -> None:
    """Nobody goes on for being among the best, but one comes to the end."""
    ending = replace(BUSY, is_ending=True, unbegun=0, working=1)
    search = _at(ending, Rung(9, 7, 0), Rung(0))
    assert advise(search, 9, 0, 1, resumable=True) is PAUSE
    assert next_due(replace(search, working=0)) == 7
    assert next_due(replace(search, working=0, complete=1)) is None


def test_what_cannot_be_resumed_goes_on_at_once_or_never() -> None:
    """The first has nobody to be compared with, and the last may be needed."""
    assert advise(_at(BUSY, Rung(1), Rung(0)), 7, 0, 0, resumable=False) is GO_ON
    assert advise(_at(BUSY, Rung(2), Rung(0)), 7, 0, 1, resumable=False) is PRUNE
    last = replace(BUSY, unbegun=0, working=1, complete=2)
    assert advise(_at(last, Rung(9), Rung(0)), 7, 0, 8, resumable=False) is GO_ON
    assert (
        advise(_at(replace(last, complete=3), Rung(9), Rung(0)), 7, 0, 8, resumable=False) is PRUNE
    )


def test_a_search_is_settled_when_nothing_is_due() -> None:
    """And nothing is being trained, the baseline included."""
    paused = _at(replace(OVER, complete=3), Rung(9, 7, 4), Rung(3, 8, 1))
    assert is_settled(paused)
    assert not is_settled(replace(paused, is_unfinished=True))
    assert not is_settled(replace(paused, complete=2))


def test_how_much_is_expected() -> None:
    """For 15 trials of 20 epochs a third of the epochs."""
    expected = 15 * 2 + 7.5 * 3 + 3.75 * 5 + 3 * 10
    assert promotion.expected_epochs(15, (2, 5, 10), 20) == expected
    assert promotion.expected_epochs(2, (), 20) == 40


@dataclass
class Simulated:
    """A trial, with the value it would have at each rung."""

    number: int
    values: tuple[float, ...]
    resumable: bool
    at: int = 0
    """The rung it stands at or trains towards."""
    reached: list[float] = field(default_factory=list)
    state: str = "open"


class Simulation:
    """A search whose workers do what the functions say; a list is the database."""

    def __init__(self, trials: list[Simulated], rungs: int) -> None:
        self.trials, self.rungs = trials, rungs
        self.is_ending = False

    def number(self, state: str) -> int:
        return sum(each.state == state for each in self.trials)

    def outline(self) -> SearchOutline:
        return SearchOutline(
            self.is_ending, self.number("open"), self.number("trains"), self.number("complete"),
            self.number("open") + self.number("trains") > 0,
            tuple(self._rung(rung) for rung in range(self.rungs)),
        )  # fmt: skip

    def ahead(self, trial: Simulated, rung: int) -> int:
        mine = trial.reached[rung], trial.number
        there = [each for each in self.trials if len(each.reached) > rung]
        return sum((each.reached[rung], each.number) < mine for each in there)

    def _rung(self, rung: int) -> Rung:
        reached = sum(len(each.reached) > rung for each in self.trials)
        paused = [each for each in self.trials if each.state == "paused" and each.at == rung]
        if not paused:
            return Rung(reached)
        best = min(paused, key=lambda each: (each.reached[rung], each.number))
        return Rung(reached, best.number, self.ahead(best, rung))

    def claim(self) -> bool:
        """What a worker without work does; False where there is none."""
        due = next_due(self.outline())
        waiting = [each for each in self.trials if each.state == "open"]
        if due is not None:
            self.trials[due].state = "trains"
            self.trials[due].at += 1
        elif waiting:
            waiting[0].state = "trains"
        return due is not None or bool(waiting)

    def train(self, trial: Simulated) -> None:
        """To its next rung, or to its end."""
        if trial.at == self.rungs:
            trial.state = "complete"
            return
        trial.reached.append(trial.values[trial.at])
        ahead = self.ahead(trial, trial.at)
        advice = advise(self.outline(), trial.number, trial.at, ahead, resumable=trial.resumable)
        match advice:
            case Advice.GO_ON:
                trial.at += 1
            case Advice.PAUSE:
                trial.state = "paused"
            case Advice.PRUNE:
                trial.state = "pruned"


@given(st.data())
def test_whatever_the_order_enough_come_to_the_end(data: st.DataObject) -> None:
    """However good the trials are, and whichever worker is first: every trial is begun, at least
    three are complete, or all where there are fewer, and then nothing is left to wait for."""
    rungs = data.draw(st.integers(1, 3))
    resumable: Callable[[], bool] = (
        (lambda: True) if data.draw(st.booleans()) else (lambda: data.draw(st.booleans()))
    )
    values = st.tuples(*[st.floats(-9, 9, width=16)] * rungs)
    trials = [
        Simulated(number, data.draw(values), resumable())
        for number in range(data.draw(st.integers(1, 14)))
    ]
    search = Simulation(trials, rungs)
    workers = data.draw(st.integers(1, 5))
    limit = data.draw(st.none() | st.integers(0, 30))
    for step in range(1000):
        if step == limit:  # a timeout: what was not begun never is
            search.is_ending = True
            search.trials = trials = [each for each in trials if each.state != "open"]
            for number, each in enumerate(trials):
                each.number = number
        while search.number("trains") < workers and search.claim():
            pass
        training = [each for each in trials if each.state == "trains"]
        if not training:
            break
        search.train(data.draw(st.sampled_from(training)))
    else:
        raise AssertionError("the search does not come to its end")
    assert is_settled(search.outline()) or not trials
    assert not search.number("open")
    least = 1 if search.is_ending else 3
    assert search.number("complete") >= min(least, len(trials))
    for rung in range(rungs):
        reached = sum(len(each.reached) > rung for each in trials)
        went_on = sum(each.at > rung for each in trials)
        if all(each.resumable for each in trials) and not search.is_ending:
            assert went_on >= reached // promotion.FACTOR
