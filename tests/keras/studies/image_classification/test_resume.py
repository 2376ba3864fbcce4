"""A training that goes on from a checkpoint, elsewhere, comes to the very same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpo import definition_loader
from studies import checkpoint, cifar100, digits
from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages, load_training
from studies.data.prepared_data import PreparedData
from studies.errors import CheckpointError, Fault, fault_of
from studies.image_classification.study import LoadedImages
from studies.keras_training import optimizers
from studies.space import Params
from studies.study import Study
from studies.training_outcomes import Epoch, Outcome, Stopped, Trained
from tests.conftest import DEFINITIONS
from tests.support.images import QUICKLY_COMPILED, RECIPE
from tests.support.marks import slow

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types


def _peculiar(params: Params, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """Built by its first batch, computing in bfloat16, with running means, with noise of no seed,
    and two layers of one name."""
    import keras

    class Noise(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def call(self, x: Any, training: bool = False) -> Any:
            return x + keras.random.normal((32,), stddev=0.3, dtype=x.dtype) if training else x

    def inner() -> keras.Model:
        return keras.Sequential([keras.layers.Dense(32, name="same", dtype="bfloat16")])

    return keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            inner(),
            Noise(),
            inner(),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(n_classes, activation="softmax", dtype="float32"),
        ]
    )


DROPPING: Params = {"dropout": 0.3, "learning_rate": 0.003}
SMALL: Params = {**DROPPING, "conv_layers": 2, "filters": 16}
IN_HALVES = {"epochs": 3, "precision": "mixed_bfloat16"}
DIGITS = digits.STUDY.with_settings({"epochs": 3})
CIFAR = cifar100.STUDY.with_settings({"epochs": 3})
CASES: Mapping[str, tuple[Study, Params]] = {
    "digits adam": (DIGITS, DROPPING),
    "digits adamw": (DIGITS, {**DROPPING, "optimizer": "adamw"}),
    "digits rmsprop in halves": (
        DIGITS.with_settings(IN_HALVES),
        {**DROPPING, "optimizer": "rmsprop"},
    ),
    "digits peculiar": (replace(DIGITS, build_model=_peculiar), {"optimizer": "sgd"}),
    "digits with all of a recipe": (DIGITS, {**DROPPING, **RECIPE}),
    "cifar sgd": (CIFAR, {**SMALL, "optimizer": "sgd"}),
    "cifar adam in halves": (CIFAR.with_settings(IN_HALVES), SMALL),
}

IN_FRESH_PROCESS = """
from tests.keras.studies.image_classification.test_resume import resume
print(resume({folder!r}, {name!r}, {file!r}))
"""


def _train(
    study: Study,
    params: Params,
    images: TrainingImages,
    resume: Checkpoint | None = None,
    epochs: int | None = None,
) -> tuple[Outcome, list[Checkpoint]]:
    """Train up to that epoch; what came of it, and a checkpoint after each."""
    checkpoints: list[Checkpoint] = []

    def report(epoch: Epoch) -> bool:
        assert epoch.state is not None
        checkpoints.append(Checkpoint(epoch.number, epoch.metrics, epoch.state()))
        return epoch.number != epochs

    chosen = {**study.baseline, **params}
    outcome = study.train(chosen, LoadedImages(images, None), seed=5, report=report, resume=resume)
    return outcome, checkpoints


def _cases(name: str) -> Iterator[tuple[str, Study, Params]]:
    """Those with images of that name."""
    for case, (study, params) in CASES.items():
        if case.startswith(name):
            yield case, study, params


def _images(name: str, file: Path) -> TrainingImages:
    images = load_training(file)
    if name == "digits":
        return images
    return replace(images, x_train=images.x_train[::10], y_train=images.y_train[::10])


def resume(folder: str, name: str, file: str) -> str:
    """Go on with every case, and say how it ended: what a fresh process calls."""
    ends = {}
    images = _images(name, Path(file))
    for case, study, params in _cases(name):
        _, then = _train(study, params, images, checkpoint.read(Path(folder, case)))
        ends[case] = _end(then, Path(folder, case))
    return json.dumps(ends)


def _end(checkpoints: list[Checkpoint], file: Path) -> list[object]:
    """The metrics of the last two epochs, and the hash of all state after them."""
    metrics = [dict(each.metrics) for each in checkpoints[-2:]]
    return [metrics, checkpoint.write(checkpoints[-1], file)]


def _assert_ends_the_same(
    name: str, data: PreparedData, run_python: Callable[..., str], folder: Path
) -> None:
    """Each case ends here as in a process that goes on after its first epoch."""
    file = data.training_path("search")
    images = _images(name, file)
    here = {}
    for case, study, params in _cases(name):
        _, whole = _train(study, params, images)
        here[case] = _end(whole, folder / case)
        checkpoint.write(whole[0], folder / case)
    code = IN_FRESH_PROCESS.format(folder=str(folder), name=name, file=str(file))
    there = json.loads(run_python(code))
    assert here and here == there


@slow("trains five networks in two processes")
def test_what_a_fresh_process_goes_on_with_ends_the_same(
    digits_data: PreparedData, run_python: Callable[..., str], tmp_path: Path
) -> None:
    """Every digit of the metrics, and every bit of the weights, of the optimizer and of what
    random numbers are drawn from, is that of a training which was never interrupted."""
    _assert_ends_the_same("digits", digits_data, run_python, tmp_path)


@slow("wants the official files of CIFAR-100")
def test_so_it_ends_with_images_in_colour(
    cifar: PreparedData, run_python: Callable[..., str], tmp_path: Path
) -> None:
    """The same of a tenth of those."""
    _assert_ends_the_same("cifar", cifar, run_python, tmp_path)


def test_no_optimizer_is_passed_over() -> None:
    """Whatever others may come."""
    used = {{**study.baseline, **params}["optimizer"] for study, params in CASES.values()}
    assert used == set(optimizers.OPTIMIZERS)


@slow("imports JAX in a process of its own")
def test_jax_goes_on_too(
    digits_data: PreparedData, run_python: Callable[..., str], tmp_path: Path
) -> None:
    """The studies are pure Keras 3: any of its backends will do. In a process of its own, for a process
    has one."""
    file = str(digits_data.training_path("search"))
    code = f"""
import keras, pathlib
from studies.checkpoint import read, write
from studies.data.image_data import load_training
from tests.keras.studies.image_classification.test_resume import CASES, _train
study, params = CASES["digits with all of a recipe"]
images, path = load_training(pathlib.Path({file!r})), pathlib.Path({str(tmp_path)!r}, "file")
_, whole = _train(study, params, images)
write(whole[0], path)
_, then = _train(study, params, images, read(path))
losses = [each.metrics["val_loss"] for each in whole]
print(keras.backend.backend(), losses[-1] < losses[0], write(whole[-1], path) == write(then[-1], path))
"""
    assert run_python(code, KERAS_BACKEND="jax", XLA_FLAGS=QUICKLY_COMPILED) == "jax True True"


@pytest.fixture(scope="module")
def whole(digits_images: TrainingImages) -> tuple[Outcome, list[Checkpoint]]:
    """A training that nothing interrupts."""
    return _train(DIGITS, DROPPING, digits_images)


@slow("trains two networks")
def test_without_the_state_of_dropout_it_would_not_be_the_same(
    whole: tuple[Outcome, list[Checkpoint]], digits_images: TrainingImages
) -> None:
    """Were its seed generator to start again, other units would be dropped; the running means of
    the loss tell."""
    _, [first, *rest] = whole
    (generator,) = [name for name in first.arrays if " seed_generator/" in name]
    assert first.arrays[generator][1] > 0
    again = first.arrays[generator] * [1, 0]
    begun = replace(first, arrays={**first.arrays, generator: again})
    _, then = _train(DIGITS, DROPPING, digits_images, begun)
    assert then[0].metrics["loss"] != rest[0].metrics["loss"]


def test_a_state_is_a_copy(
    whole: tuple[Outcome, list[Checkpoint]], digits_images: TrainingImages
) -> None:
    """It stays what it was while the training goes on, and whether it is taken bears on nothing."""
    metrics: list[Mapping[str, float]] = []
    params = {**DIGITS.baseline, **DROPPING}

    def report(epoch: Epoch) -> bool:
        metrics.append(epoch.metrics)
        return True

    DIGITS.trainer(DIGITS, params, digits_images, seed=5, report=report)
    assert metrics == [each.metrics for each in whole[1]]
    one, two, _ = (each.arrays for each in whole[1])
    assert {name for name in one if (one[name] != two[name]).any()} == {
        name for name in one if "learning_rate" not in name and "seed_generator_1" not in name
    }


def test_after_the_last_epoch_there_is_nothing_to_train(
    whole: tuple[Outcome, list[Checkpoint]], digits_images: TrainingImages
) -> None:
    """The metrics are the checkpoint's, and the model answers as it did."""
    ended, checkpoints = whole
    outcome, then = _train(DIGITS, DROPPING, digits_images, checkpoints[-1])
    assert then == []
    assert isinstance(ended, Trained) and isinstance(outcome, Trained)
    assert outcome.metrics == ended.metrics
    x = digits_images.x_validation
    np.testing.assert_array_equal(outcome.model.predict(x), ended.model.predict(x))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dense_units": 16}, r"2 dense/kernel is .*128, 32.* and .*128, 16"),
        ({"conv_layers": 2}, "2 conv2d_1/kernel"),
        ({"dropout": 0.0}, "4 dense_1/kernel is None"),
        ({"optimizer": "sgd"}, r"sgd/iteration|adam/iteration"),
    ],
)
def test_a_checkpoint_of_another_model_is_refused(
    params: Params,
    message: str,
    whole: tuple[Outcome, list[Checkpoint]],
    digits_images: TrainingImages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is trained, naming what does not fit."""
    import keras

    monkeypatch.setattr(keras.Model, "fit", None, raising=False)
    with pytest.raises(CheckpointError, match=f"a checkpoint of another model: .*({message})"):
        _train(DIGITS, {**DROPPING, **params}, digits_images, whole[1][0])


@slow("trains a network in another precision")
def test_so_is_one_of_another_type_or_with_less_or_more_in_it(
    whole: tuple[Outcome, list[Checkpoint]], digits_images: TrainingImages
) -> None:
    """Nothing is converted, added or passed over."""
    first = whole[1][0]
    arrays = dict(first.arrays)
    name, array = arrays.popitem()
    changes: list[dict[str, NDArray[Any]]] = [
        {},
        {name: array.astype(np.int32)},
        {name: array, "99 dense/kernel": array},
    ]
    for change in changes:
        with pytest.raises(CheckpointError, match="a checkpoint of another model"):
            _train(DIGITS, DROPPING, digits_images, replace(first, arrays=arrays | change))


def test_so_is_one_that_is_too_far(
    whole: tuple[Outcome, list[Checkpoint]], digits_images: TrainingImages
) -> None:
    """After more epochs than are asked for, nobody knows what it scored."""
    shorter = DIGITS.with_settings({"epochs": 2})
    with pytest.raises(CheckpointError, match="after epoch 3 of a training of 2"):
        _train(shorter, DROPPING, digits_images, whole[1][-1])


@pytest.fixture
def images(digits_images: TrainingImages) -> TrainingImages:
    """Of two classes; which, is all the same to definitions that do not look at them."""
    x, y = digits_images.x_validation, digits_images.y_validation
    return replace(digits_images, x_validation=x[y < 2], y_validation=y[y < 2], n_classes=2)


@pytest.mark.parametrize("name", ["toy", "paced", "trouble"])
def test_the_definitions_of_our_tests_go_on_likewise(
    name: str, images: TrainingImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a file, after any epoch; from the state of another training they do not come to the
    same."""
    (tmp_path / "pace").write_text("0")
    monkeypatch.setenv("TOY_PACE", str(tmp_path / "pace"))
    monkeypatch.setenv("TOY_EPOCH_SECONDS", "0")
    study = definition_loader.load(str(DEFINITIONS / f"{name}.py")).study
    ended, whole = _train(study, {}, images)
    assert isinstance(ended, Trained)
    for begun in whole:
        checkpoint.write(begun, tmp_path / "file")
        outcome, then = _train(study, {}, images, checkpoint.read(tmp_path / "file"))
        assert [each.metrics for each in then] == [each.metrics for each in whole[begun.epoch :]]
        assert isinstance(outcome, Trained)
        assert outcome.metrics == ended.metrics
    _, wrong = _train(study, {}, images, replace(whole[0], arrays=whole[1].arrays))
    assert wrong[0].metrics != whole[1].metrics
    assert _train(study, {}, images, whole[0], epochs=3)[0] == Stopped(3)


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [("out of memory", Fault.MEMORY), ("device", Fault.DEVICE), ("raise", None)],
)
def test_trouble_is_of_the_kind_it_is_called(
    trouble: str, fault: Fault | None, images: TrainingImages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the third epoch, wherever the training began."""
    monkeypatch.setenv("TOY_EPOCH_SECONDS", "0")
    study = definition_loader.load(str(DEFINITIONS / "trouble.py")).study
    _, begun = _train(study, {}, images, epochs=2)
    monkeypatch.setenv("TOY_TROUBLE", trouble)
    for resume in (None, begun[-1]):
        with pytest.raises(Exception) as raised:
            _train(study, {}, images, resume)
        assert fault_of(raised.value) is fault
