"""The evidence: what trained models answered on images, and what two configurations' answers on
the same images say."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from hpo.statistics.interim_looks import CONFIDENCE
from hpo.statistics.verdict import (
    Correct,
    Difference,
    Estimate,
    ModelAccuracy,
    accuracy_of_models,
    compare,
    estimate_accuracy,
    estimate_loss,
)


class Frozen(BaseModel):
    """What is written to files."""

    # A loss may be inf or NaN, which JSON proper lacks; as strings they survive a round trip.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


@dataclass(frozen=True)
class Answers:
    """What the models of one configuration, one for each of n seeds, answered on m images."""

    seeds: tuple[int, ...]
    labels: NDArray[np.uint8]
    """The right answers (m,)."""
    predictions: NDArray[np.uint8]
    """(n, m)"""
    losses: NDArray[np.float32]
    """Cross-entropies (n, m), in nats."""

    @cached_property
    def correct(self) -> Correct:
        """Which answers are right (n, m)."""
        return np.equal(self.predictions, self.labels)


class Score(Frozen):
    """What the models of one configuration scored on one split.

    `accuracies` and `losses` stand in the order of `seeds`; losses are in nats. `of_models` is the
    accuracy of these models with what the choice of images does to it, and `per_class` the same on
    each class's images, in the order of labels.
    """

    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    accuracy: Estimate
    loss: Estimate
    of_models: ModelAccuracy
    per_class: tuple[ModelAccuracy, ...]


class Comparison(Frozen):
    """The winner, and the baseline on the same images, which is None where that has no model.

    The differences `per_class` have intervals that hold in 95% of cases all together.
    """

    winner: Score
    baseline: Score | None
    difference: Difference | None
    per_class: tuple[Difference, ...]

    @property
    def n_images(self) -> int:
        return self.winner.accuracy.n_images


def contrast(
    winner: Answers, baseline: Answers | None, confidence: float = CONFIDENCE
) -> Comparison:
    """What both scored, and by how much they differ, where one look of several has that `confidence`.

    Raises:
        ValueError: they were not judged on the same images.
    """
    if baseline is None:
        return Comparison(winner=score(winner), baseline=None, difference=None, per_class=())
    if not np.array_equal(winner.labels, baseline.labels):
        raise ValueError("images are paired by their place: give both the same ones in one order")
    classes = _by_class(winner.labels)
    return Comparison(
        winner=score(winner),
        baseline=score(baseline),
        difference=compare(winner.correct, baseline.correct, confidence=confidence),
        per_class=tuple(
            compare(
                winner.correct[:, images], baseline.correct[:, images], len(classes), confidence
            )
            for images in classes
        ),
    )


def score(answers: Answers) -> Score:
    """Accuracy and loss, with intervals over seeds and images."""
    losses = answers.losses.astype(np.float64)
    return Score(
        seeds=answers.seeds,
        accuracies=tuple(answers.correct.mean(axis=1).tolist()),
        losses=tuple(losses.mean(axis=1).tolist()),
        accuracy=estimate_accuracy(answers.correct),
        loss=estimate_loss(losses),
        of_models=accuracy_of_models(answers.correct),
        per_class=tuple(
            accuracy_of_models(answers.correct[:, images]) for images in _by_class(answers.labels)
        ),
    )


def _by_class(labels: NDArray[np.uint8]) -> list[NDArray[np.bool_]]:
    """Which images are of each class there is."""
    return [labels == label for label in np.unique(labels)]
