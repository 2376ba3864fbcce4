"""What standalone scripts are written of."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo import definition_loader, provenance
from hpo.bundle import exporter
from hpo.bundle.best_json import BestConfiguration
from hpo.definition_loader import Definition
from hpo.result import finished_study
from hpo.study import creation
from storage.database import Database
from studies.data.prepared_data import PreparedData
from studies.space import Params
from tests.support.databases import SqliteDatabases
from tests.support.finished import BUDGET, carry_out

Export = Callable[..., BestConfiguration]
SEED = 2**31 - 1
SECONDS = 240
OWN = '''
"""A definition as a user may write one."""

from dataclasses import replace

import numpy as np

from studies import digits
from studies.space import Params

UNITS = 16
cells = 1


class Model:
    def build(self, params: Params, image_shape: tuple[int, int, int], n_classes: int):
        return None


def named(params: Params, image_shape: tuple[int, int, int], n_classes: int):
    """Needs what stands outside of it, also where Python looks late."""

    def shape():
        return [np.prod(image_shape) for _ in range(UNITS)]

    return shape()


def defaulted(params: Params, image_shape: tuple[int, ...], n_classes: int, units=UNITS):
    return units


def outer():
    units = 3

    def inner(params: Params, image_shape: tuple[int, ...], n_classes: int):
        return units

    return inner


def make(
    params: Params,
    image_shape: tuple[int, int, int],
    n_classes: int,  # classes
) -> "keras.Model":
    @staticmethod
    def units(share: float = 0.5) -> int:
        """Half of them,

        in two paragraphs.
        """
        return int(params["dense_units"] * share)

    def active() -> str:
        def name() -> str: return str(params["activation"])
        return name()

    import keras
    from keras import layers

    class Doubled(layers.Layer):
        """Twice its input."""

        def __init__(self, cells: Params | None = None, **options):
            super().__init__(**options)

        def call(self, x):
            return x * 2.0

    # An attribute may have the name of something outside.
    layers.cells = 1
    inputs = keras.Input(image_shape, dtype="uint8")
    x = Doubled()(layers.Rescaling(1 / 255)(inputs))
    x = layers.Dense(units(), activation=active())(layers.Flatten()(x))
    outputs = layers.Dense(n_classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs)


STUDY = replace(digits.STUDY, name="own", build_model={BUILD})
'''


def own_definition(folder: Path, build: str) -> Definition:
    """A definition of a user's own, whose model that builds."""
    file = folder / "own.py"
    file.write_text(OWN.replace("{BUILD}", build), encoding="utf-8")
    return definition_loader.load(str(file))


@pytest.fixture(scope="module")
def exported(sqlite_databases: SqliteDatabases, toy: Definition, toy_data: PreparedData) -> Export:
    """What was exported of a study of a definition, as (definition, parameters other than the
    baseline's, fields of the training)."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    of_toy = exporter.describe(db, toy, toy_data, finished_study.read(db, "toy"))
    db.close()
    sqlite_databases.drop(url)

    def export(definition: Definition, params: Params, **training: object) -> BestConfiguration:
        here = provenance.of_device("a processor, 2 threads")
        known: dict[str, object] = {"seed": SEED, "provenance": here}
        chosen = {**definition.study.baseline, **params}
        return of_toy.model_copy(
            update={
                "settings": definition.study.settings(),
                "winner": of_toy.winner.model_copy(update={"params": chosen}),
                "training": of_toy.training.model_copy(update=known | training),
            }
        )

    return export


def run_script(
    python: Path, script: str, folder: Path, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the script as a person would, on the CPU."""
    file = folder / "train.py"
    file.write_text(script, encoding="utf-8")
    return subprocess.run(
        [python, "-I", file, *arguments],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
