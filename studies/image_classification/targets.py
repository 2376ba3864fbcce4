"""What the answers of a classifier in training are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.data.image_source import Labels
from studies.space import Params


def loss_of(params: Params) -> str:
    """Keras's name of the loss that fits `targets`."""
    return (
        "categorical_crossentropy"
        if params.get("label_smoothing")
        else "sparse_categorical_crossentropy"
    )


def targets(params: Params, labels: Labels, n_classes: int) -> NDArray[Any]:
    """What answers are compared with: labels (n,), or probabilities (n, n_classes).

    A share `label_smoothing` of each label is spread over all classes (Szegedy et al. 2016, "Rethinking the
    inception architecture", section 7).
    """
    if not (smoothing := float(params.get("label_smoothing", 0))):
        return labels
    sure = np.eye(n_classes, dtype=np.float32)[labels]
    return (1 - smoothing) * sure + np.float32(smoothing / n_classes)
