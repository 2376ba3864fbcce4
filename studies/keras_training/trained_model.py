"""A Keras model as the rest of the system sees it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

BATCH_SIZE = 400
"""A constant, because results may differ in the last digit between sizes."""


class KerasModel:
    """One that answers, and that is saved."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def predict(self, x: NDArray[Any]) -> NDArray[np.float32]:
        """Its answers (n, ...) for n >= 1 examples (n, ...)."""
        # Keras's `predict` makes a pipeline of its own each time: of 400 images, a third of its time.
        answers = [
            self._model.predict_on_batch(x[start : start + BATCH_SIZE])
            for start in range(0, len(x), BATCH_SIZE)
        ]
        return np.concatenate(answers).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the model, optimizer included, as a .keras file."""
        self._model.save(path)
