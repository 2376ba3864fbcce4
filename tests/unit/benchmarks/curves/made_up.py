"""Curves as made up for tests."""

from collections.abc import Sequence

from benchmarks.curves.recordings import Curve
from studies.space import Params


def curve(
    configuration: int = 1,
    repeat: int = 0,
    *,
    accuracy: float = 0.5,
    epochs: int = 20,
    seconds: float = 1.0,
    params: Params | None = None,
) -> Curve:
    """One that rises evenly to an accuracy, and answers the holdout as well."""
    rising = [accuracy * (epoch + 1) / epochs for epoch in range(epochs)]
    return Curve(
        configuration=configuration,
        repeat=repeat,
        seed=1,
        params=dict(params or {"size": configuration}),
        loss=tuple(1 - value for value in rising),
        val_loss=tuple(1 - value for value in rising),
        val_accuracy=tuple(rising),
        cpu_seconds=(seconds,) * epochs,
        wall_seconds=(seconds,) * epochs,
        holdout_loss=1 - accuracy,
        holdout_accuracy=accuracy,
    )


def curves(accuracies: Sequence[float]) -> list[Curve]:
    """One for each configuration, from 1."""
    return [curve(number, accuracy=accuracy) for number, accuracy in enumerate(accuracies, start=1)]
