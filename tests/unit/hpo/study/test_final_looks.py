"""What a job of the final phase gave, as its verdict takes it."""

from dataclasses import replace
from typing import Any

import numpy as np

from hpo.study.final_looks import values_of
from storage.records import EvaluationRecord
from storage.states import Split
from tests.support.statuses import TRIAL

JOB = replace(TRIAL, score=0.1)


def _values(*values: float) -> Any:
    record = EvaluationRecord(JOB.id, Split.HOLDOUT, b"", b"", np.asarray(values, "<f4").tobytes())
    return values_of(JOB, {JOB.id: record}).tolist()


def test_what_was_judged_is_taken_from_the_holdout() -> None:
    """Of each example, or a single number, whatever the score on validation was."""
    assert _values(1.0, 2.0) == [1.0, 2.0]
    assert _values(0.5) == [0.5]


def test_a_number_has_all_its_digits() -> None:
    """Of a function that judges it is the score; and where nothing judges the score is all there is."""
    assert _values(0.1) == [0.1] != np.float32(0.1)
    assert values_of(JOB, {}).tolist() == [0.1]
