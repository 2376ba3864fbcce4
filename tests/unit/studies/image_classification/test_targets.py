"""What answers are compared with."""

from __future__ import annotations

import numpy as np

from studies.image_classification import targets


def test_smoothed_labels_are_probabilities() -> None:
    """That of the label is the highest; without smoothing they are the labels themselves."""
    labels = np.array([2, 0])
    assert targets.targets({}, labels, 4) is labels
    smoothed = targets.targets({"label_smoothing": 0.2}, labels, 4)
    np.testing.assert_allclose(smoothed, [[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]])
    assert smoothed.dtype == np.float32
    assert targets.loss_of({}) != targets.loss_of({"label_smoothing": 0.2})
