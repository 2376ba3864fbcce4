"""predictions.npz: the evidence, which reads back as it was and is not trusted."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpo.bundle import predictions_npz
from hpo.bundle.manifest import PREDICTIONS
from hpo.bundle.predictions_npz import COMPARISONS
from hpo.definition_loader import Definition
from hpo.errors import BadBundle
from hpo.result import finished_study
from hpo.result.finished_study import FinishedStudy
from hpo.study import creation
from storage.database import Database
from storage.records import BASELINE, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase
from studies.errors import Unreadable
from tests.support.databases import SqliteDatabases
from tests.support.finished import BUDGET, WINNER, Outcome, Train, carry_out, usual
from tests.support.handles import none_left

Finishing = Callable[..., FinishedStudy]


@pytest.fixture(scope="module")
def finish(sqlite_databases: SqliteDatabases, toy: Definition) -> Finishing:
    """A study that went as told, read back."""

    def carried_out(train: Train = usual) -> FinishedStudy:
        url = sqlite_databases.ready()
        db = Database.open(url)
        carry_out(db, creation.create(db, "toy", toy, BUDGET), train)
        found = finished_study.read(db, "toy")
        db.close()
        sqlite_databases.drop(url)
        return found

    return carried_out


@pytest.fixture(scope="module")
def packed(finish: Finishing) -> bytes:
    """That study's predictions."""
    return predictions_npz.pack(finish())


@pytest.fixture
def file(packed: bytes, tmp_path: Path) -> Path:
    """The file of them, to be damaged."""
    made = tmp_path / PREDICTIONS
    made.write_bytes(packed)
    return made


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    with np.load(file, allow_pickle=False) as held:
        return dict(held)


def _refusal(file: Path) -> str:
    with pytest.raises(BadBundle) as refused:
        list(predictions_npz.unpack(file))
    message = str(refused.value)
    assert message.startswith(f"{file} does not hold the predictions of a bundle (")
    assert "\n" not in message
    return message


def test_one_that_cannot_be_read_is_not_called_damaged(file: Path) -> None:
    """It may be well."""
    with pytest.raises(Unreadable, match=r"cannot be read \(Too many open files\)"), none_left():
        list(predictions_npz.unpack(file))


def test_all_answers_read_back_as_they_were(finish: Finishing, tmp_path: Path) -> None:
    """Of both sides, in every comparison, for every seed and image, to the last bit."""
    held, file = finish(), tmp_path / PREDICTIONS
    file.write_bytes(predictions_npz.pack(held))
    found = list(predictions_npz.unpack(file))
    assert [name for name, _, _ in found] == list(COMPARISONS)
    for name, *sides in found:
        for number, side in zip((WINNER, BASELINE), sides, strict=True):
            answers = held.answers(number, *COMPARISONS[name])
            assert answers is not None and side is not None
            assert side.seeds == answers.seeds
            for array in ("labels", "predictions", "losses"):
                found_array, expected = getattr(side, array), getattr(answers, array)
                assert found_array.dtype == expected.dtype
                assert np.array_equal(found_array, expected)


@pytest.mark.parametrize("side", [WINNER, BASELINE])
def test_a_side_may_be_missing(finish: Finishing, tmp_path: Path, side: int) -> None:
    """It has no model of the new classes; without the winner there is nothing to tell of them."""

    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration, job.data_set) == (Phase.FINAL, side, DataSet.NEW):
            return Outcome(JobState.DIVERGED, reason="diverged in epoch 3")
        return usual(study, job)

    file = tmp_path / PREDICTIONS
    file.write_bytes(predictions_npz.pack(finish(train)))
    found = {name: baseline is not None for name, _, baseline in predictions_npz.unpack(file)}
    both = {"validation": True, "holdout": True}
    new = {} if side == WINNER else {"new_validation": False, "new_holdout": False}
    assert found == both | new


@pytest.mark.parametrize(
    ("array", "value"),
    [
        ("losses", np.full((3, 40), np.nan, np.float32)),
        ("losses", np.full((3, 40), np.inf, np.float32)),
        ("losses", np.zeros((3, 40))),
        ("losses", np.zeros((2, 40), np.float32)),
        ("predictions", np.zeros((3, 41), np.uint8)),
        ("predictions", np.zeros((3, 40), np.float32)),
        ("predictions", np.zeros(40, np.uint8)),
        ("labels", np.zeros((1, 40), np.uint8)),
        ("labels", np.zeros(0, np.uint8)),
        ("labels", np.full(40, "a")),
        ("seeds", np.zeros(3)),
        ("seeds", np.zeros(0, np.int64)),
        ("seeds", np.int64(3)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(file: Path, array: str, value: Any) -> None:
    """Of another shape or type, or with what is no number: nothing could be computed of them."""
    arrays = _arrays(file)
    assert arrays["holdout.winner.losses"].shape == (3, 40)
    np.savez(file, allow_pickle=False, **{**arrays, f"holdout.winner.{array}": value})
    assert "holdout.winner" in _refusal(file)


def test_an_array_that_is_missing_is_refused(file: Path) -> None:
    """Its name is in the message."""
    arrays = _arrays(file)
    del arrays["holdout.baseline.labels"]
    np.savez(file, allow_pickle=False, **arrays)
    assert "holdout.baseline.labels" in _refusal(file)


def test_what_is_no_archive_of_arrays_is_refused(file: Path) -> None:
    """Nothing, garbage, half a file, a single array, a file that is not there."""
    whole = file.read_bytes()
    single = io.BytesIO()
    np.save(single, np.zeros(3))
    for content in (b"", b"garbage", b"PK\x03\x04garbage", whole[: len(whole) // 2]):
        file.write_bytes(content)
        _refusal(file)
    file.write_bytes(single.getvalue())
    _refusal(file)
    file.unlink()
    assert "No such file" in _refusal(file)
