"""What a child makes of a training that came to its end."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.definition_loader import Definition
from hpo.training import child, protocol
from studies.data.prepared_data import PreparedData
from studies.training_outcomes import Model, Trained
from tests.support.definitions.toy import Guess

METRICS = {"val_accuracy": 0.5, "val_loss": 0.7}
Finish = Callable[[Callable[[Path], object]], object]


def _finish(toy: Definition, data: PreparedData, file: Path, *, judged: bool) -> Finish:
    """What comes of a model that is saved in this way, by a training that is judged or not."""
    holdout = data.holdout_path("search") if judged else None
    work = protocol.Work(
        definition=toy.reference,
        definition_hash=toy.hash,
        settings={},
        params={},
        seed=0,
        training_file=str(data.training_path("search")),
        holdout_file=None if holdout is None else str(holdout),
        model_file=str(file),
    )
    loaded = toy.study.load(data.training_path("search"), holdout)

    def finish(save: Callable[[Path], object]) -> object:
        model: Model = Guess(0.9, 0)
        model.save = save  # type: ignore[method-assign, assignment]  # it is what is tried
        return child._finish(work, toy.study, loaded, Trained(METRICS, model))

    return finish


def _no_type(_: Path) -> None:
    raise TypeError("no such layer")


def _no_words(_: Path) -> None:
    raise OSError("cannot write")


FAULTS = pytest.mark.parametrize(
    ("save", "said"),
    [
        (Path.mkdir, "left a folder"),
        (lambda _: None, "left no file"),
        (_no_type, "no such layer"),
        (_no_words, "cannot write"),
    ],
)


@FAULTS
def test_a_model_that_cannot_be_saved_costs_no_final_training(
    toy: Definition, toy_data: PreparedData, tmp_path: Path,
    save: Callable[[Path], object], said: str,
) -> None:  # fmt: skip
    """What it answered counts; why there is no model is told, and nothing lies in its place."""
    file = tmp_path / "it.keras"
    outcome = _finish(toy, toy_data, file, judged=True)(save)
    assert isinstance(outcome, protocol.Trained)
    assert outcome.model_file is None and said in (outcome.not_kept or "")
    assert outcome.evaluations and not file.exists()


@FAULTS
def test_elsewhere_it_is_the_definitions_fault(
    toy: Definition, toy_data: PreparedData, tmp_path: Path,
    save: Callable[[Path], object], said: str,
) -> None:  # fmt: skip
    """As where a study is tried before it begins."""
    with pytest.raises((TypeError, OSError), match=said):
        _finish(toy, toy_data, tmp_path / "it.keras", judged=False)(save)


@pytest.mark.parametrize("judged", [True, False])
def test_a_full_disk_is_the_machines(
    toy: Definition, toy_data: PreparedData, tmp_path: Path, judged: bool
) -> None:
    """The job is for others."""

    def save(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    outcome = _finish(toy, toy_data, tmp_path / "it.keras", judged=judged)(save)
    assert isinstance(outcome, protocol.Unfit) and "cannot be written" in outcome.reason


def test_an_error_whose_text_raises_costs_no_more(
    toy: Definition, toy_data: PreparedData, tmp_path: Path
) -> None:
    """Of a model's save: what the model answered counts all the same."""

    class Unprintable(Exception):
        def __str__(self) -> str:
            raise KeyError

    def save(_: Path) -> None:
        raise Unprintable

    outcome = _finish(toy, toy_data, tmp_path / "it.keras", judged=True)(save)
    assert isinstance(outcome, protocol.Trained)
    assert outcome.not_kept == "Unprintable, whose text raises KeyError"
