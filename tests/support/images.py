"""What the tests of studies share: the real files, and prepared data."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studies import cifar100, digits
from studies.data.image_data import TrainingImages, load_training
from studies.data.image_source import Pools
from studies.data.prepared_data import PreparedData
from studies.errors import DataError
from studies.space import Params

# One thread for each of the processes a test starts: they run side by side.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
CHECKOUT = Path(__file__).resolve().parents[2]
AS_A_CHILD = "from studies.keras_training import keras_backend; keras_backend.quicken_import()\n"
# All that hpo's own training does beside the ordinary.
RECIPE: Params = {
    "block": "residual", "batch_norm": True, "head": "pooling", "optimizer": "sgd", "momentum": 0.8,
    "base_learning_rate": 1e-3, "schedule": "one_cycle", "warmup": 0.3, "weight_decay": 0.01,
    "averaging": 1, "flip": True, "shift": 1, "erase": 2, "label_smoothing": 0.1,
}  # fmt: skip
# XLA compiles by a third faster what then runs for a moment.
QUICKLY_COMPILED = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


def data_dir() -> Path | None:
    """The folder that a user of the system may name, too."""
    named = os.environ.get("HPO_DATA_DIR")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that starts empty."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def cifar_pools(cache_folder: Path) -> Pools:
    """All of CIFAR-100, from the official files."""
    try:
        return cifar100.STUDY.data.read(data_dir(), cache_folder)
    except DataError as error:
        pytest.fail(f"these tests need the real files: {error}")


@pytest.fixture(scope="session")
def cifar(cache_folder: Path, cifar_pools: Pools) -> PreparedData:
    """The default study's data."""
    return cifar100.STUDY.prepare(cache_folder, data_dir())


@pytest.fixture(scope="session")
def digits_data(cache_folder: Path) -> PreparedData:
    """The digits study's data."""
    return digits.STUDY.prepare(cache_folder)


@pytest.fixture(scope="session")
def digits_images(digits_data: PreparedData) -> TrainingImages:
    """What a training of the digits study sees."""
    return load_training(digits_data.training_path("search"))


@pytest.fixture(scope="session")
def run_python() -> Callable[..., str]:
    """Run code in a fresh interpreter, as (code, NAME=value, ...); gives its standard output."""

    def run(code: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", f"{AS_A_CHILD}{code}"],
            env=os.environ | environment,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
