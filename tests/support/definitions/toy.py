"""A definition without TensorFlow: its trainer takes a few milliseconds an epoch."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.data.image_source import ImageSource, Pools
from studies.data.splits import PerClass
from studies.image_classification.study import ImageClassification
from studies.space import Choice, Params, Real
from studies.training_outcomes import Epoch, Outcome, Stopped, Trained

CLASSES = ("a", "b", "c", "d")


class Noise(ImageSource):
    """Grey squares: 40 images of each of four classes."""

    per_class: ClassVar = PerClass(train=10, validation=10)
    checksums: ClassVar = {"noise": "1"}
    class_names: ClassVar = CLASSES

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:
        """Made on the spot, always the same."""
        rng = np.random.default_rng(0)
        labels = np.repeat(np.arange(4), 30)
        images = rng.integers(0, 255, (120, 2, 2, 1), dtype=np.uint8)
        return Pools(images, labels, images, labels)


class Guess:
    """Answers as large a share right as it was made with."""

    def __init__(self, skill: float, seed: int) -> None:
        self.skill = skill
        self.seed = seed

    def predict(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Labels alternate by halves in every split of this data."""
        rng = np.random.default_rng(self.seed)
        truth = np.repeat(np.arange(2), len(x) // 2)
        is_right = rng.permutation(len(x)) < round(self.skill * len(x))
        answers = np.where(is_right, truth, 1 - truth)
        return np.eye(2, dtype=np.float32)[answers] * 0.8 + 0.1

    def save(self, path: Path) -> None:
        """Any bytes do."""
        path.write_text(f"{self.skill} {self.seed}")


def train(
    study: ImageClassification,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Callable[[Epoch], bool],
    resume: Checkpoint | None = None,
) -> Outcome:
    """Skill is a function of the parameters; accuracy comes near it epoch by epoch. What a
    training goes on from is the generator of its noise."""
    seconds = float(os.environ.get("TOY_EPOCH_SECONDS", "0.01"))
    skill = 0.9 - 0.4 * abs(float(params["x"]) - 0.7) + (0.05 if params["kind"] == "good" else 0.0)
    rng = np.random.default_rng(seed)
    completed = 0
    metrics = {"val_accuracy": 0.0, "val_loss": 1.0, "accuracy": 0.0, "loss": 0.5}
    if resume is not None:
        completed, metrics = resume.epoch, dict(resume.metrics)
        rng.bit_generator.state = json.loads(resume.arrays["generator"].tobytes())

    def state() -> dict[str, NDArray[np.uint8]]:
        generator = json.dumps(rng.bit_generator.state).encode()
        return {"generator": np.frombuffer(generator, np.uint8)}

    for number in range(completed + 1, study.epochs + 1):
        time.sleep(seconds)
        score = skill * number / study.epochs + rng.normal(0, 0.01)
        metrics = metrics | {"val_accuracy": float(score), "val_loss": float(1 - score)}
        if not report(Epoch(number, metrics, seconds, state)):
            return Stopped(number)
    return Trained(metrics, Guess(metrics["val_accuracy"], seed))


STUDY = ImageClassification(
    name="toy",
    space={"x": Real(0.0, 1.0), "kind": Choice(("good", "bad"))},
    baseline={"x": 0.5, "kind": "bad"},
    epochs=8,
    data=Noise(classes=CLASSES[:2], new_classes=CLASSES[2:]),
    build_model=lambda params, shape, classes: None,
    precision="float32",
    trainer=train,
)
