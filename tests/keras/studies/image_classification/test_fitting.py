"""A training by Keras's own `fit`, and what docs/images.md says of definitions of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies import code_loader, digits
from studies.code_hash import Code
from studies.data.image_data import TrainingImages
from studies.image_classification.fitting import by_fit
from studies.image_classification.study import ImageClassification, LoadedImages
from studies.space import Params
from studies.training_outcomes import Epoch, Outcome, Stopped, Trained
from tests.support.images import CHECKOUT

EXAMPLES = {
    re.match(r"# (\w+)\.py\n", text)[1]: text  # type: ignore[index]  # each begins with its name
    for text in re.findall(r"(?s)```python\n(.*?)```", (CHECKOUT / "docs/images.md").read_text())
}


@pytest.mark.parametrize("name", ["mine", "shapes", "own", "weighted"])
def test_what_the_documents_say_can_be_trained(name: str, tmp_path: Path) -> None:
    """Each example is a definition as it stands there, and learns something."""
    assert len(EXAMPLES) == 4
    (tmp_path / f"{name}.py").write_text(EXAMPLES[name])
    y = np.arange(60) % 2
    np.savez(
        tmp_path / "mine.npz",
        x=(y[:, None, None] + np.random.default_rng(0).random((60, 9, 7))) / 2,
        y=y,
    )
    study = code_loader.run(Code.read(tmp_path / f"{name}.py")).STUDY.with_settings({"epochs": 4})
    assert isinstance(study, ImageClassification)
    data = study.load(study.prepare(tmp_path / "cache").training_path("search"))
    heard: list[Epoch] = []
    outcome = study.train(study.baseline, data, seed=0, report=_into(heard))
    assert isinstance(outcome, Trained)
    assert len(heard) == 4 and heard[-1].metrics["val_loss"] < heard[0].metrics["val_loss"]


def _study(**how: Any) -> ImageClassification:
    def compile_model(model: Any, params: Params, images: TrainingImages) -> Mapping[str, Any]:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return {"batch_size": 64, **how}

    return replace(digits.STUDY, epochs=3, trainer=by_fit(compile_model))


def _into(heard: list[Epoch]) -> Callable[[Epoch], bool]:
    def report(epoch: Epoch) -> bool:
        heard.append(epoch)
        return True

    return report


def _train(
    study: ImageClassification,
    images: TrainingImages,
    report: Callable[[Epoch], bool] = lambda _: True,
    seed: int = 0,
) -> Outcome:
    return study.train(study.baseline, LoadedImages(images, None), seed=seed, report=report)


def test_equal_seeds_give_equal_trainings(digits_images: TrainingImages) -> None:
    """And others do not; each epoch has its metrics and the time it took."""
    heard: list[Epoch] = []
    study = _study()
    for seed in (0, 0, 1):
        assert isinstance(_train(study, digits_images, _into(heard), seed), Trained)
    first, second, other = (
        [dict(each.metrics) for each in heard[start : start + 3]] for start in (0, 3, 6)
    )
    assert first == second != other
    assert [each.number for each in heard[:3]] == [1, 2, 3]
    assert all(each.seconds > 0 and each.state is None for each in heard)
    assert set(first[0]) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_it_stops_when_it_is_told(digits_images: TrainingImages) -> None:
    """After that epoch, whichever it is."""
    assert _train(_study(), digits_images, lambda each: each.number < 1) == Stopped(1)
    assert _train(_study(), digits_images, lambda each: each.number < 3) == Stopped(3)


def test_callbacks_hear_of_validation_and_may_end_it(digits_images: TrainingImages) -> None:
    """As those of Keras ask for it; the score is that of the model they leave."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    seen: list[float] = []
    hearing = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda _, logs: seen.append(logs["val_loss"])
    )
    ending = keras.callbacks.EarlyStopping(
        "val_loss", patience=1, mode="max", restore_best_weights=True
    )
    heard: list[Epoch] = []
    outcome = _train(
        _study(callbacks=[hearing, ending]),
        digits_images,
        _into(heard),
    )
    assert seen == [each.metrics["val_loss"] for each in heard] and len(seen) == 2
    assert isinstance(outcome, Trained) and outcome.metrics["val_loss"] == seen[0]


def test_classes_may_weigh_otherwise(digits_images: TrainingImages) -> None:
    """One that alone counts is what is answered."""
    weights = {label: float(label == 2) for label in range(6)}
    outcome = _train(_study(class_weight=weights), digits_images)
    assert isinstance(outcome, Trained)
    answers = outcome.model.predict(digits_images.x_validation).argmax(axis=1)
    assert (answers == 2).mean() > 0.9
