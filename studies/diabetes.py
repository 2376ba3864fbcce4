"""A study of another kind: how far diabetes goes within a year, told from ten measurements of a patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studies.data.table import Table
from studies.keras_training import optimizers
from studies.space import Choice, Params, Real, Whole
from studies.tabular_regression.study import TabularRegression

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types


class Diabetes(Table):
    """442 patients, bundled with scikit-learn (Efron et al. 2004, "Least angle regression")."""

    def read(self, data_dir: Path | None, cache_folder: Path) -> tuple[Any, Any]:  # noqa: ARG002 - bundled
        """Neither folder is looked into."""
        from sklearn.datasets import load_diabetes  # type: ignore[import-untyped]  # no types

        return load_diabetes(return_X_y=True)  # type: ignore[no-any-return]  # no types


def build(params: Params, n_columns: int) -> keras.Model:
    """`layers` dense layers of `units`, each followed by `dropout`."""
    import keras

    model = keras.Sequential([keras.Input((n_columns,))])
    for _ in range(params["layers"]):
        model.add(keras.layers.Dense(params["units"], params["activation"]))
        model.add(keras.layers.Dropout(params["dropout"]))
    model.add(keras.layers.Dense(1))
    return model


STUDY = TabularRegression(
    name="diabetes",
    space={
        "layers": Whole(1, 3),
        "units": Choice((8, 16, 32, 64)),
        "activation": Choice(("relu", "tanh", "swish")),
        "dropout": Real(0.0, 0.5),
        "optimizer": Choice(optimizers.OPTIMIZERS),
        "learning_rate": Real(1e-4, 1e-1, log=True),
        "batch_size": Choice((8, 16, 32, 64)),
    },
    baseline={
        "layers": 1,
        "units": 32,
        "activation": "relu",
        "dropout": 0.0,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "batch_size": 32,
    },
    epochs=40,
    data=Diabetes(),
    build_model=build,
)
