"""The standalone script: it trains the very same, where nothing but TensorFlow and NumPy is."""

import hashlib
import json
import os
import tarfile
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hpo import definition_loader
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.standalone_script import standalone
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.devices.discovery import Device
from hpo.training import one_off_work, protocol
from studies import digits
from studies.data import cifar100_files, image_data
from studies.data.prepared_data import PreparedData
from studies.errors import DataError
from studies.image_classification.study import ImageClassification
from studies.space import Params
from tests.support.images import RECIPE, data_dir
from tests.support.marks import slow
from tests.support.scripts import Export, own_definition, run_script

pytestmark = slow("trains by a script in processes of its own")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has TensorFlow, NumPy and what these need, as here, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for each in _with_what_they_need("tensorflow", "keras", "numpy"):
        for top in {file.parts[0] for file in each.files or ()} - {"..", "__pycache__"}:
            there = packages / top
            if not there.exists():
                there.symlink_to(Path(str(each.locate_file(top))))
    return folder / "bin" / "python"


def _with_what_they_need(*names: str) -> Iterable[Distribution]:
    found: dict[str, Distribution] = {}
    wanted = list(names)
    while wanted:
        name = canonicalize_name(wanted.pop())
        if name not in found:
            found[name] = distribution(name)
            needs = map(Requirement, found[name].requires or ())
            wanted += [
                each.name
                for each in needs
                if each.marker is None or each.marker.evaluate({"extra": ""})
            ]
    return found.values()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where data is prepared."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def digits_data(cache: Path) -> PreparedData:
    """The digits study's data."""
    return digits.STUDY.prepare(cache)


@pytest.fixture(scope="module")
def flowers() -> Definition:
    """CIFAR-100 with other classes and another split than the ordinary."""
    chosen = {"classes": "tulip,rose,orchid", "new_classes": "cup,can", "split_seed": 3}
    return definition_loader.load("cifar100").with_settings(chosen | {"epochs": 1})


@pytest.fixture(scope="module")
def flowers_trained(flowers: Definition, cache: Path, exported: Export) -> BestConfiguration:
    """Trained by a worker's child, on one thread."""
    try:
        data = flowers.study.prepare(cache, data_dir())
    except DataError as error:
        pytest.fail(f"these tests need the real files: {error}")
    sgd: Params = {"optimizer": "sgd", "conv_layers": 2, "filters": 16}
    return _trained_here(exported(flowers, sgd), flowers, data, discovery.find(os.cpu_count())[0])


@pytest.fixture(scope="module")
def official(
    flowers_trained: BestConfiguration, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the official files that the script reads."""
    place = cifar100_files._find(data_dir(), cache / "downloads", cifar100_files.OFFICIAL)
    assert place is not None
    folder = tmp_path_factory.mktemp("official") / cifar100_files.FOLDER
    folder.mkdir()
    for name, content in cifar100_files._contents(place, ("train", "test")):
        (folder / name).write_bytes(content)
    return folder


def _trained_here(
    best: BestConfiguration, definition: Definition, data: PreparedData, device: Device
) -> BestConfiguration:
    """The same with the score and loss that a worker's child comes to."""
    work = protocol.Work(
        definition=definition.reference,
        definition_hash=definition.hash,
        settings=dict(best.settings),
        params=dict(best.winner.params),
        seed=best.training.seed,
        training_file=str(data.training_path("search")),
    )
    said = one_off_work.run(device, work, stall_seconds=120)
    assert isinstance(said, protocol.Trained)
    came_to = best.training.model_copy(update={"score": said.score, "loss": said.loss})
    return best.model_copy(update={"training": came_to})


def _last_line(best: BestConfiguration) -> str:
    score, loss = best.training.score, best.training.loss
    return f"val_accuracy {score!r} val_loss {loss!r} (exported: {score!r} {loss!r})"


def test_it_comes_to_the_very_score_and_saves_the_model(
    python: Path, digits_data: PreparedData, exported: Export, tmp_path: Path
) -> None:
    """Without hpo, on the prepared images: each epoch is told, then score and loss, equal in every
    digit to a worker's, and the model that is saved answers as that score says; with all that a recipe
    may have."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    definition = definition_loader.load("digits").with_settings({"epochs": 3})
    device = discovery.find(1)[0]
    best = _trained_here(exported(definition, RECIPE), definition, digits_data, device)
    prepared, model = digits_data.training_path("search"), tmp_path / "model.keras"
    threads = device.environment["OMP_NUM_THREADS"]
    script = standalone(definition, best)
    done = run_script(python, script, tmp_path, prepared, "--threads", threads, "--out", model)
    assert done.returncode == 0, done.stderr
    *epochs, last = done.stdout.splitlines()
    assert [line.split()[:2] for line in epochs] == [["epoch", str(number)] for number in (1, 2, 3)]
    assert f"val_accuracy {best.training.score:.4f}" in epochs[-1]
    assert last == _last_line(best)
    images = image_data.load_training(prepared)
    answers = keras.saving.load_model(model).predict(images.x_validation, verbose=0)
    assert (answers.argmax(axis=1) == images.y_validation).mean() == best.training.score
    assert run_script(python, "import hpo", tmp_path).returncode == 1


def test_so_does_a_definition_of_ones_own_in_another_precision(
    python: Path, digits_data: PreparedData, exported: Export, tmp_path: Path
) -> None:
    """However its build_model is written, as long as all it needs stands in it."""
    definition = own_definition(tmp_path, "make")
    definition = definition.with_settings({"epochs": 2, "precision": "mixed_bfloat16"})
    device = discovery.find(os.cpu_count())[0]
    best = exported(definition, {"optimizer": "rmsprop"})
    best = _trained_here(best, definition, digits_data, device)
    script = standalone(definition, best)
    done = run_script(python, script, tmp_path, digits_data.training_path("search"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == _last_line(best)


def test_of_cifar100_it_finds_the_images_in_the_official_files(
    flowers: Definition, cache: Path, official: Path
) -> None:
    """Those of the classes and the split of the study, in their order: bit by bit what is prepared."""
    assert isinstance(flowers.study, ImageClassification)
    loader = flowers.study.data.script_loader()
    assert loader is not None
    defined: dict[str, Any] = {"np": np}
    code = f"from __future__ import annotations\n{loader.source}"
    exec(code, defined)  # noqa: S102 - our own, as the script runs it
    data = flowers.study.prepare(cache, data_dir())
    prepared = image_data.load_training(data.training_path("search"))
    wanted: tuple[NDArray[Any], ...] = (
        prepared.x_train,
        prepared.y_train,
        prepared.x_validation,
        prepared.y_validation,
    )
    for read, there in zip(defined["load_images"](str(official)), wanted, strict=True):
        assert read.dtype == there.dtype
        assert np.array_equal(read, there)


def test_of_cifar100_it_has_the_files_downloaded(
    python: Path,
    flowers: Definition,
    flowers_trained: BestConfiguration,
    official: Path,
    tmp_path: Path,
) -> None:
    """Without an argument Keras fetches the archive: here one of the same files, from nearby. What a
    keras.json says there changes nothing."""
    other = {"floatx": "float16", "epsilon": 0.01, "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(other | {"backend": "jax"}))
    archive = tmp_path / "archive.tar"
    with tarfile.open(archive, "w") as packed:
        packed.add(official, cifar100_files.FOLDER)
    with archive.open("rb") as file:
        md5 = hashlib.file_digest(file, "md5").hexdigest()
    script = standalone(flowers, flowers_trained)
    assert cifar100_files.OFFICIAL.url in script and cifar100_files.OFFICIAL.md5 in script
    script = script.replace(cifar100_files.OFFICIAL.url, archive.as_uri())
    script = script.replace(cifar100_files.OFFICIAL.md5, md5)
    done = run_script(python, script, tmp_path, KERAS_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == _last_line(flowers_trained)
