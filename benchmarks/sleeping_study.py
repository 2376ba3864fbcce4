"""A definition whose training sleeps: what is left is what hpo itself takes. Each epoch sleeps
SLEEPER_SECONDS and says when in the file that SLEEPER_LOG names: its number, its begin, its end."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from studies import cifar100, digits
from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.image_classification.study import ImageClassification
from studies.space import Params
from studies.training_outcomes import Epoch, Outcome, Stopped


def train(
    study: ImageClassification,
    params: Params,  # noqa: ARG001 - it sleeps
    images: TrainingImages,  # noqa: ARG001 - and dreams of none
    *,
    seed: int,
    report: Callable[[Epoch], bool],
    resume: Checkpoint | None = None,
) -> Outcome:
    """Comes near an accuracy that only chance decides; it is never done, but stops after its last
    epoch."""
    seconds = float(os.environ["SLEEPER_SECONDS"])
    final = np.random.default_rng(seed).normal(0.6, 0.05)
    with Path(os.environ["SLEEPER_LOG"]).open("a") as log:
        for number in range(1 + (resume.epoch if resume else 0), study.epochs + 1):
            begun = time.time()
            time.sleep(seconds)
            log.write(f"{number} {begun} {time.time()}\n")
            log.flush()
            score = float(final * (number / study.epochs) ** 0.3)
            metrics = {
                "val_accuracy": score,
                "val_loss": 1 - score,
                "accuracy": score,
                "loss": 1 - score,
            }
            if not report(Epoch(number, metrics, seconds, dict)):
                return Stopped(number)
    return Stopped(study.epochs)


STUDY = replace(
    cifar100.STUDY, name="sleeper", data=digits.STUDY.data, epochs=20, trainer=train,
    precision="float32",
)  # fmt: skip
