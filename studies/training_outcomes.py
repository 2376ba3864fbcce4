"""What a training reports, how it ends, and what its model answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Epoch:
    """One completed epoch."""

    number: int
    """Epochs completed, 1 after the first."""
    metrics: Mapping[str, float]
    """Among them val_loss, and the study's metric as in val_accuracy. A training of which one is not
    finite has diverged."""
    seconds: float
    """Wall time of the epoch, validation included."""
    state: Callable[[], Mapping[str, NDArray[Any]]] | None = None
    """Gives a copy of what a checkpoint after this epoch holds, until the report returns; None
    where the training cannot go on from one."""
    hopeless: str | None = None
    """Why nothing can be expected of the training any more, as its study tells; a trainer says
    nothing of it."""


class Model(Protocol):
    """A trained model as the rest of the system sees it."""

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """Its answers for n examples (n, ...), one for each."""
        ...

    def save(self, path: Path) -> None:
        """Write the model to `path`, whose name ends in .keras for a Keras model."""
        ...


@dataclass(frozen=True)
class Trained:
    """Every epoch was trained."""

    metrics: Mapping[str, float]
    """Those of the last epoch."""
    model: Model


@dataclass(frozen=True)
class Stopped:
    """`report` asked to stop after this epoch."""

    epoch: int


@dataclass(frozen=True)
class Diverged:
    """The loss stopped being finite in this epoch, which was not reported."""

    epoch: int
    reason: str


Outcome = Trained | Stopped | Diverged
Report = Callable[[Epoch], bool]
"""Told of each epoch as it completes; False asks to stop."""


@dataclass(frozen=True, kw_only=True)
class ClassEvidence:
    """What is kept of the answers of a model that names a class of each of n examples: all that is said of it
    follows from this."""

    labels: NDArray[np.int64]
    """The right answers (n,)."""
    predictions: NDArray[np.int64]
    """Its own (n,)."""
    losses: NDArray[np.float32]
    """How far off each is (n,)."""


@dataclass(frozen=True)
class ValueEvidence:
    """The same of any other model: by what it is judged on each of n examples."""

    values: NDArray[np.float32]
    """The study's metric (n,), of which the mean is better as its direction says."""


Evidence = ClassEvidence | ValueEvidence
