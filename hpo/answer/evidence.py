"""The evidence: what trained models answered on images, and what two configurations' answers on
the same images say."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from hpo.answer.verdict import Correct, Difference, Estimate, compare, estimate_images


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

    `accuracies` and `losses` stand in the order of `seeds`; losses are in nats. `per_class` is the
    mean accuracy on each class's images, in the order of labels.
    """

    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    accuracy: Estimate
    loss: Estimate
    per_class: tuple[float, ...]


class Comparison(Frozen):
    """Winner and baseline on the same images."""

    winner: Score
    baseline: Score
    difference: Difference

    @property
    def n_images(self) -> int:
        return self.difference.n_images


def contrast(winner: Answers, baseline: Answers) -> Comparison:
    """What both scored, and by how much they differ.

    Raises:
        ValueError: they were not judged on the same images.
    """
    if not np.array_equal(winner.labels, baseline.labels):
        raise ValueError("images are paired by their place: give both the same ones in one order")
    return Comparison(
        winner=score(winner),
        baseline=score(baseline),
        difference=compare(winner.correct, baseline.correct),
    )


def score(answers: Answers) -> Score:
    """Accuracy and loss, with intervals over seeds and images."""
    losses = answers.losses.astype(np.float64)
    return Score(
        seeds=answers.seeds,
        accuracies=tuple(answers.correct.mean(axis=1).tolist()),
        losses=tuple(losses.mean(axis=1).tolist()),
        accuracy=estimate_images(answers.correct),
        loss=estimate_images(losses),
        per_class=tuple(
            float(answers.correct[:, answers.labels == label].mean())
            for label in np.unique(answers.labels)
        ),
    )
