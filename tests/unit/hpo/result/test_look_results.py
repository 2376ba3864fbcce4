"""The looks of a final phase: what is trained for each, and how a result, and two, tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from hpo.definition_loader import Definition
from hpo.result import finished_study, result
from hpo.result.result import Result
from hpo.result.result_tables import of_result
from hpo.result.study_comparison import compare_winners
from hpo.statistics.interim_looks import CONFIDENCE, plan
from hpo.statistics.verdict import compare
from hpo.study import creation, extension
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase, Split
from storage.tables import holdout_uses
from tests.support.finished import (
    BUDGET,
    HOLDOUT_SHA256,
    TOLD_APART_AT_ONCE,
    TOLD_APART_LATE,
    WINNER,
    Outcome,
    carry_out,
    right_on,
    seed_index,
)
from tests.support.marks import on

FIVE = replace(BUDGET, final_seeds=5)
Right = Mapping[int, Sequence[int | None]]


def _run(db: Database, toy: Definition, name: str, right: Right) -> StudyRecord:
    return carry_out(db, creation.create(db, name, toy, FIVE), right_on(right))


def _result(db: Database, name: str) -> Result:
    return result.assemble(finished_study.read(db, name))


def test_what_three_seeds_leave_open_has_all(db: Database, toy: Definition) -> None:
    """Five seeds a side on the searched classes, three on the new ones; the verdict is that of the last
    look, at its own level, and the first is told."""
    _run(db, toy, "late", TOLD_APART_LATE)
    finished = finished_study.read(db, "late")
    found = result.assemble(finished)
    assert found.final_seeds == 5
    assert [(look.number, look.of, look.seeds) for look in found.looks] == [(1, 2, 3), (2, 2, 5)]
    assert [look.decides for look in found.looks] == [False, True]
    assert found.looks[-1].difference == found.holdout.difference
    assert found.verdict.startswith("better by")
    assert len(found.holdout.winner.seeds) == len(set(found.holdout.winner.seeds)) == 5
    assert found.new_holdout is not None and len(found.new_holdout.winner.seeds) == 3
    winner, baseline = (
        finished.answers(number, DataSet.SEARCH, Split.HOLDOUT) for number in (WINNER, 0)
    )
    assert winner is not None and baseline is not None
    first, last = plan(5)
    assert found.looks[0].difference == compare(
        winner.correct[:3], baseline.correct[:3], confidence=first.confidence
    )
    assert found.holdout.difference == compare(
        winner.correct, baseline.correct, confidence=last.confidence
    )


@on("sqlite")
def test_what_three_seeds_decide_has_no_more(db: Database, toy: Definition) -> None:
    """Twelve final trainings in all, and the interval of the first look, wider than that of a single
    one would be; on new classes, which nobody looks at twice, as ever."""
    study = _run(db, toy, "at-once", TOLD_APART_AT_ONCE)
    finished = finished_study.read(db, "at-once")
    found = result.assemble(finished)
    assert len(finished.of_phase(Phase.FINAL)) == 12
    (look,) = found.looks
    assert (look.number, look.of, look.seeds, look.confidence) == (1, 2, 3, 0.99)
    assert look.difference == found.holdout.difference
    assert look.decides and found.holdout.difference is not None
    wide = found.holdout.difference.interval
    winner, baseline = (
        finished.answers(number, DataSet.SEARCH, Split.HOLDOUT) for number in (WINNER, 0)
    )
    assert winner is not None and baseline is not None
    narrow = compare(winner.correct, baseline.correct).interval
    assert wide is not None and narrow is not None
    assert wide.low < narrow.low and wide.high > narrow.high
    again = carry_out(db, study)
    assert again.phase == Phase.DONE


@on("sqlite")
@pytest.mark.parametrize(
    ("right", "told"),
    [
        (
            TOLD_APART_AT_ONCE,
            "decided after 3 of up to 5 seeds a side; its interval is one of 99.0%,",
        ),
        (TOLD_APART_LATE, "+12.5 ("),
    ],
)
def test_a_result_says_when_it_was_decided(
    db: Database, toy: Definition, right: Right, told: str
) -> None:
    """And by what level, as nobody would know that it is not the usual one."""
    _run(db, toy, "toy", right)
    remarks = {remark.label: remark.text for remark in of_result(_result(db, "toy")).remarks}
    assert remarks["Looks"].startswith(told)
    assert remarks["Looks"].endswith("so that both hold in 95% together")


@on("sqlite")
def test_a_single_look_is_no_news(db: Database, toy: Definition) -> None:
    """With three seeds it is all as it is said anyway."""
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    found = _result(db, "toy")
    assert [look.confidence for look in found.looks] == [CONFIDENCE]
    assert "Looks" not in {remark.label for remark in of_result(found).remarks}


@on("sqlite")
def test_trainings_that_are_lost_belong_to_their_look(db: Database, toy: Definition) -> None:
    """The winner's second of the first, and the baseline's fourth, of the last."""
    right = {0: (26, 30, 28, None, 28), WINNER: (31, None, 33, 34, 34)}
    _run(db, toy, "toy", right)
    found = _result(db, "toy")
    lost = [one for one in found.lost_trainings if one.data_set == DataSet.SEARCH]
    assert [(one.configuration, one.look) for one in lost] == [(WINNER, 1), (0, 2)]
    assert [(look.winner_models, look.baseline_models) for look in found.looks] == [(2, 3), (4, 4)]
    assert found.looks[-1].difference == found.holdout.difference


@on("sqlite")
def test_a_side_that_gave_no_model_ends_it(db: Database, toy: Definition) -> None:
    """There would be nothing to compare with however many seeds came."""
    right: Right = {0: (None,) * 5, WINNER: (31, 35, 33, 34, 34)}
    _run(db, toy, "toy", right)
    found = _result(db, "toy")
    assert [look.difference for look in found.looks] == [None]
    assert len(found.holdout.winner.seeds) == 3
    assert "because the baseline gave no model" in found.verdict


def test_two_looks_are_one_use_of_the_holdout(db: Database, toy: Definition) -> None:
    """Of its own, which no verdict holds against it; by whoever comes after it is told once, with all
    its trainings."""
    _run(db, toy, "first", TOLD_APART_LATE)
    _run(db, toy, "second", TOLD_APART_AT_ONCE)
    assert _result(db, "first").earlier_openings == ()
    (earlier,) = _result(db, "second").earlier_openings
    assert (earlier.study, earlier.trainings) == ("first", 2 * 5)
    with db.reading() as tx:
        opened = holdout_uses.of_holdout(tx, HOLDOUT_SHA256[DataSet.SEARCH])
    assert [opening.study for opening in opened] == ["first"] * 10 + ["second"] * 6


@on("sqlite")
def test_two_winners_are_compared_as_carefully_as_the_more_careful_look(
    db: Database, toy: Definition
) -> None:
    """One study had stopped at its first look, the other went on to its last."""
    _run(db, toy, "late", TOLD_APART_LATE)
    _run(db, toy, "at-once", TOLD_APART_AT_ONCE)
    late, at_once = (finished_study.read(db, name) for name in ("late", "at-once"))
    ours, theirs = (
        finished.answers(WINNER, DataSet.SEARCH, Split.HOLDOUT) for finished in (late, at_once)
    )
    assert ours is not None and theirs is not None
    expected = compare(ours.correct, theirs.correct, confidence=0.99)
    assert compare_winners(late, at_once).holdout.difference == expected


class _CutError(Exception):
    pass


@on("sqlite")
@pytest.mark.parametrize(
    ("phase", "seed", "opened"), [(Phase.SELECT, 1, 0), (Phase.FINAL, 3, 6)], ids=["race", "looks"]
)
def test_an_extension_in_the_midst_begins_anew(
    db: Database, toy: Definition, phase: Phase, seed: int, opened: int
) -> None:
    """In the second round of a race, or before the last look: what was asked for is cancelled, and what
    was looked at is an earlier use of the holdout."""

    def until_then(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == phase and seed_index(now, job) == seed:
            raise _CutError
        return right_on(TOLD_APART_LATE)(now, job)

    study = creation.create(db, "toy", toy, FIVE)
    with pytest.raises(_CutError):
        carry_out(db, study, until_then)
    extension.extend(db, "toy", Budget(trials=5))

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.SEARCH:
            return Outcome(score=0.1)
        return right_on(TOLD_APART_AT_ONCE)(now, job)

    carry_out(db, study, train)
    finished = finished_study.read(db, "toy")
    found = result.assemble(finished)
    assert (found.generation, [look.seeds for look in found.looks]) == (2, [3])
    assert sum(earlier.trainings for earlier in found.earlier_openings) == opened
    assert len(finished.of_phase(Phase.SELECT)) == 3 + 2
    left = [job for job in finished.jobs if job.generation == 1 and job.phase == phase]
    assert {job.state for job in left[-2:]} == {JobState.CANCELLED}


@on("sqlite")
def test_an_extension_looks_anew(db: Database, toy: Definition) -> None:
    """The looks of the generation before are nobody's any more."""
    study = _run(db, toy, "toy", TOLD_APART_LATE)
    extension.extend(db, "toy", Budget(trials=5))

    def train(now: StudyRecord, job: JobRecord) -> Outcome:
        if job.phase == Phase.SEARCH:
            return Outcome(score=0.1)
        return right_on(TOLD_APART_AT_ONCE)(now, job)

    carry_out(db, study, train)
    found = _result(db, "toy")
    assert (found.generation, [look.seeds for look in found.looks]) == (2, [3])
