"""predictions.npz: the evidence, which reads back as it was and is not trusted."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpo import creation
from hpo.answer import finish as finishes
from hpo.answer.finish import Finish
from hpo.bundle import predictions
from hpo.bundle.layout import PREDICTIONS
from hpo.bundle.predictions import COMPARISONS
from hpo.definitions import Definition
from hpo.errors import BadBundle
from storage.database import Database
from storage.records import BASELINE, JobRecord, StudyRecord
from storage.states import DataSet, JobState, Phase
from tests.databases import SqliteDatabases
from tests.hpo.finished import BUDGET, WINNER, Outcome, Train, carry_out, usual

Finishing = Callable[..., Finish]


@pytest.fixture(scope="module")
def finish(sqlite_databases: SqliteDatabases, toy: Definition) -> Finishing:
    """A study that went as told, read back."""

    def carried_out(train: Train = usual) -> Finish:
        url = sqlite_databases.ready()
        db = Database.open(url)
        carry_out(db, creation.create(db, "toy", toy, BUDGET), train)
        found = finishes.read(db, "toy")
        db.close()
        sqlite_databases.drop(url)
        return found

    return carried_out


@pytest.fixture(scope="module")
def packed(finish: Finishing) -> bytes:
    """That study's predictions."""
    return predictions.pack(finish())


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
        list(predictions.unpack(file))
    message = str(refused.value)
    assert message.startswith(f"{file} does not hold the predictions of a bundle (")
    assert "\n" not in message
    return message


def test_all_answers_read_back_as_they_were(finish: Finishing, tmp_path: Path) -> None:
    """Of both sides, in every comparison, for every seed and image, to the last bit."""
    held, file = finish(), tmp_path / PREDICTIONS
    file.write_bytes(predictions.pack(held))
    found = list(predictions.unpack(file))
    assert [name for name, _, _ in found] == list(COMPARISONS)
    for name, *sides in found:
        for number, side in zip((WINNER, BASELINE), sides, strict=True):
            answers = held.answers(number, *COMPARISONS[name])
            assert answers is not None
            assert side.seeds == answers.seeds
            for array in ("labels", "predictions", "losses"):
                found_array, expected = getattr(side, array), getattr(answers, array)
                assert found_array.dtype == expected.dtype
                assert np.array_equal(found_array, expected)


def test_a_comparison_that_lacks_a_side_is_left_out(finish: Finishing, tmp_path: Path) -> None:
    """The baseline has no model of the new classes."""

    def train(study: StudyRecord, job: JobRecord) -> Outcome:
        if (job.phase, job.configuration) == (Phase.FINAL, 0) and job.data_set == DataSet.NEW:
            return Outcome(JobState.PRUNED, reason="diverged in epoch 3")
        return usual(study, job)

    file = tmp_path / PREDICTIONS
    file.write_bytes(predictions.pack(finish(train)))
    assert [name for name, _, _ in predictions.unpack(file)] == ["validation", "holdout"]


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
