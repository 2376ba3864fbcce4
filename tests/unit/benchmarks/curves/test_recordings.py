"""The file of curves, and what is in it."""

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.curves import record, recordings
from studies import cifar100, cifar100_wide
from studies.cifar100 import STUDY
from studies.space import check_params
from studies.study import Study
from tests.unit.benchmarks.curves.made_up import curve


def test_curves_come_back_in_their_order(tmp_path: Path) -> None:
    """Whichever ended first."""
    file = tmp_path / "curves.jsonl"
    first, second, third = curve(1, 0), curve(1, 1), curve(2, 0)
    for each in (third, second, first):
        recordings.append(each, file)
    assert recordings.read(file) == [first, second, third]


def test_half_a_line_of_a_recorder_that_was_killed_is_not_there(tmp_path: Path) -> None:
    """Nor in the way of the next."""
    file = tmp_path / "curves.jsonl"
    recordings.append(curve(1), file)
    file.write_bytes(file.read_bytes() + b'{"configuration": 2, "rep')
    assert recordings.read(file) == [curve(1)]
    recordings.append(curve(3), file)
    assert recordings.read(file) == [curve(1), curve(3)]


def test_what_is_recorded_is_not_trained_again() -> None:
    """All else is, the seeds of a configuration one after the other."""
    all_of_it = list(record.missing(STUDY, 5, 2, []))
    assert [(each.configuration, each.repeat) for each in all_of_it] == [
        (configuration, repeat) for configuration in range(5) for repeat in range(2)
    ]
    left = list(record.missing(STUDY, 5, 2, [curve(0, 1), curve(3, 0)]))
    assert left == [each for index, each in enumerate(all_of_it) if index not in (1, 6)]


@pytest.mark.parametrize("study", [cifar100.STUDY, cifar100_wide.STUDY])
def test_more_configurations_go_on_as_fewer_began(study: Study) -> None:
    """So that a file can grow: the baseline, then points of the space, with seeds of their own."""
    few, many = (list(record.missing(study, number, 2, [])) for number in (5, 9))
    assert many[: len(few)] == few
    assert few[0].params == study.baseline
    assert len({each.seed for each in many}) == len(many)
    for one, other in pairwise(many[::2]):
        check_params(study.space, other.params)
        assert one.params != other.params


def test_curves_of_another_space_are_known() -> None:
    """Whose baseline or whose points are others; what is not recorded yet says nothing."""
    trainings = list(record.missing(STUDY, 4, 1, []))
    curves = [curve(each.configuration, params=each.params) for each in trainings]
    assert record.are_of(STUDY, curves) and record.are_of(STUDY, [curves[3]])
    assert record.are_of(STUDY, [])
    assert not record.are_of(STUDY, [*curves[:2], curve(2, params=trainings[3].params)])
    assert not record.are_of(cifar100_wide.STUDY, curves)


@pytest.mark.parametrize("study", [cifar100.STUDY, cifar100_wide.STUDY])
def test_the_recording_is_of_those_configurations(study: Study) -> None:
    """Each line is one of those that the recorder trains, whole or diverged."""
    recorded = recordings.read(recordings.file_of(study.name))
    number = max((curve.configuration for curve in recorded), default=0) + 1
    seeds = max((curve.repeat for curve in recorded), default=0) + 1
    trained = {
        (each.configuration, each.repeat): each for each in record.missing(study, number, seeds, [])
    }
    for one in recorded:
        each = trained[one.configuration, one.repeat]
        assert (one.params, one.seed) == (each.params, each.seed)
        assert len(one.loss) == len(one.val_loss) == len(one.val_accuracy) <= study.epochs
        assert (len(one.loss) == study.epochs) == (one.holdout_accuracy is not None)
        assert all(seconds > 0 for seconds in one.cpu_seconds)
