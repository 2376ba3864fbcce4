"""The standalone script: it trains the very same, where nothing but TensorFlow and NumPy is."""

import ast
import hashlib
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from hpo import creation, definitions, provenance
from hpo.answer import finish
from hpo.bundle import exporter
from hpo.bundle.best import BestConfiguration
from hpo.bundle.script import standalone
from hpo.definitions import Definition
from hpo.errors import UsageError
from hpo.machine import devices, errand, messages
from hpo.machine.devices import Device
from storage.database import Database
from studies import cifar_files, digits, optimizers
from studies.dataset import PreparedData, prepare
from studies.errors import DataError
from studies.space import Params
from tests.databases import SqliteDatabases
from tests.hpo.finished import BUDGET, carry_out
from tests.studies.conftest import data_dir

Export = Callable[..., BestConfiguration]

SECONDS = 240
SEED = 2**31 - 1

ASK = """
import keras, numpy
with numpy.load({images!r}) as arrays:
    x, y = arrays["x_validation"], arrays["y_validation"]
answers = keras.saving.load_model({model!r}).predict(x, verbose=0)
print(float((answers.argmax(axis=1) == y).mean()))
"""

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


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python in whose environment are TensorFlow, NumPy and what these need, as here."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    wanted = [f"{name}=={version(name)}" for name in ("tensorflow", "keras", "numpy")]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, folder], check=True)
    subprocess.run([*uv, "pip", "install", "-q", "--python", python, *wanted], check=True)
    return python


@pytest.fixture(scope="module")
def exported(sqlite_databases: SqliteDatabases, toy: Definition, toy_data: PreparedData) -> Export:
    """What was exported of a study of a definition, as (definition, parameters other than the
    baseline's, fields of the training)."""
    url = sqlite_databases.ready()
    db = Database.open(url)
    carry_out(db, creation.create(db, "toy", toy, BUDGET))
    of_toy = exporter.describe(db, toy, toy_data, finish.read(db, "toy"))
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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where data is prepared."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def digits_data(cache: Path) -> PreparedData:
    """The digits study's data."""
    return prepare(digits.STUDY.data, cache)


@pytest.fixture(scope="module")
def flowers() -> Definition:
    """CIFAR-100 with other classes and another split than the ordinary."""
    chosen = {"classes": "tulip,rose,orchid", "new_classes": "cup,can", "split_seed": 3}
    return definitions.load("cifar100").with_settings(chosen | {"epochs": 1})


@pytest.fixture(scope="module")
def flowers_trained(flowers: Definition, cache: Path, exported: Export) -> BestConfiguration:
    """Trained by a worker's child, on one thread."""
    try:
        data = prepare(flowers.study.data, cache, data_dir())
    except DataError as error:
        pytest.fail(f"these tests need the real files: {error}")
    sgd: Params = {"optimizer": "sgd", "conv_layers": 2, "filters": 16}
    return _trained_here(exported(flowers, sgd), flowers, data, devices.find(os.cpu_count())[0])


@pytest.fixture(scope="module")
def official(
    flowers_trained: BestConfiguration, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the official files that the script reads."""
    place = cifar_files._find(data_dir(), cache / "downloads", cifar_files.OFFICIAL)
    assert place is not None
    folder = tmp_path_factory.mktemp("official") / cifar_files.FOLDER
    folder.mkdir()
    for name, content in cifar_files._contents(place, ("train", "test")):
        (folder / name).write_bytes(content)
    return folder


def _definition(folder: Path, build: str) -> Definition:
    file = folder / "own.py"
    file.write_text(OWN.replace("{BUILD}", build), encoding="utf-8")
    return definitions.load(str(file))


def _trained_here(
    best: BestConfiguration, definition: Definition, data: PreparedData, device: Device
) -> BestConfiguration:
    """The same with the score and loss that a worker's child comes to."""
    work = messages.Work(
        definition=definition.reference,
        definition_hash=definition.hash,
        settings=dict(best.settings),
        params=dict(best.winner.params),
        seed=best.training.seed,
        training_file=str(data.training_path("search")),
    )
    said = errand.run(device, work)
    assert isinstance(said, messages.Trained)
    came_to = best.training.model_copy(update={"score": said.score, "loss": said.loss})
    return best.model_copy(update={"training": came_to})


def _run(
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


def _last_line(best: BestConfiguration) -> str:
    score, loss = best.training.score, best.training.loss
    return f"val_accuracy {score!r} val_loss {loss!r} (exported: {score!r} {loss!r})"


def test_it_comes_to_the_very_score_and_saves_the_model(
    python: Path, digits_data: PreparedData, exported: Export, tmp_path: Path
) -> None:
    """Without hpo, on the prepared images: each epoch is told, then score and loss, equal in every
    digit to a worker's, and the model that is saved answers as that score says."""
    definition = definitions.load("digits").with_settings({"epochs": 3})
    device = devices.find(1)[0]
    best = _trained_here(exported(definition, {}), definition, digits_data, device)
    prepared, model = digits_data.training_path("search"), tmp_path / "model.keras"
    threads = device.environment["OMP_NUM_THREADS"]
    script = standalone(definition, best)
    done = _run(python, script, tmp_path, prepared, "--threads", threads, "--out", model)
    assert done.returncode == 0, done.stderr
    *epochs, last = done.stdout.splitlines()
    assert [line.split()[:2] for line in epochs] == [["epoch", str(number)] for number in (1, 2, 3)]
    assert f"val_accuracy {best.training.score:.4f}" in epochs[-1]
    assert last == _last_line(best)
    saved = ASK.format(model=str(model), images=str(prepared))
    assert _run(python, saved, tmp_path).stdout.strip() == repr(best.training.score)
    assert _run(python, "import hpo", tmp_path).returncode == 1


def test_so_does_a_definition_of_ones_own_in_another_precision(
    python: Path, digits_data: PreparedData, exported: Export, tmp_path: Path
) -> None:
    """However its build_model is written, as long as all it needs stands in it."""
    definition = _definition(tmp_path, "make")
    definition = definition.with_settings({"epochs": 2, "precision": "mixed_bfloat16"})
    device = devices.find(os.cpu_count())[0]
    best = exported(definition, {"optimizer": "rmsprop"})
    best = _trained_here(best, definition, digits_data, device)
    script = standalone(definition, best)
    done = _run(python, script, tmp_path, digits_data.training_path("search"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == _last_line(best)


def test_of_cifar100_it_finds_the_images_in_the_official_files(
    python: Path,
    flowers: Definition,
    flowers_trained: BestConfiguration,
    official: Path,
    tmp_path: Path,
) -> None:
    """Those of the classes and the split of the study, in their order: the score is the same."""
    done = _run(python, standalone(flowers, flowers_trained), tmp_path, official)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == _last_line(flowers_trained)


def test_of_cifar100_it_has_the_files_downloaded(
    python: Path,
    flowers: Definition,
    flowers_trained: BestConfiguration,
    official: Path,
    tmp_path: Path,
) -> None:
    """Without an argument Keras fetches the archive: here one of the same files, from nearby."""
    archive = tmp_path / "archive.tar"
    with tarfile.open(archive, "w") as packed:
        packed.add(official, cifar_files.FOLDER)
    with archive.open("rb") as file:
        md5 = hashlib.file_digest(file, "md5").hexdigest()
    script = standalone(flowers, flowers_trained)
    assert cifar_files.OFFICIAL.url in script and cifar_files.OFFICIAL.md5 in script
    script = script.replace(cifar_files.OFFICIAL.url, archive.as_uri())
    script = script.replace(cifar_files.OFFICIAL.md5, md5)
    done = _run(python, script, tmp_path, KERAS_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == _last_line(flowers_trained)


def test_files_that_are_not_the_official_ones_are_not_unpickled(
    python: Path, exported: Export, tmp_path: Path
) -> None:
    """A pickle can run any code."""
    bomb = b"cbuiltins\nprint\n(S'boom'\ntR."
    for name in ("train", "test"):
        (tmp_path / name).write_bytes(bomb)
    definition = definitions.load("cifar100")
    done = _run(python, standalone(definition, exported(definition, {})), tmp_path, tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{tmp_path / 'train'} is damaged or not CIFAR-100's")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: search.npz"),
        (["search.npz", "--out", "model.h5"], "the name of --out must end in .keras"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_training(
    python: Path, exported: Export, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """As command lines do, with the usage."""
    definition = definitions.load("digits")
    script = standalone(definition, exported(definition, {}))
    done = _run(python, script, tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("optimizer", optimizers.NAMES)
@pytest.mark.parametrize("name", definitions.BUILT_IN)
def test_a_person_can_read_it(name: str, optimizer: str, exported: Export, tmp_path: Path) -> None:
    """It is short, has no long line, nothing unused or undefined, and one optimizer only."""
    definition = definitions.load(name)
    script = standalone(definition, exported(definition, {"optimizer": optimizer}))
    lines = script.splitlines()
    assert len([line for line in lines if line]) <= 140
    assert max(map(len, lines)) <= 100
    assert script.count("return keras.optimizers.") == 1
    assert "case" not in script
    (tmp_path / "train.py").write_text(script, encoding="utf-8")
    select = "E7,E9,F,I,W"
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", select, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_its_head_says_where_it_comes_from(exported: Export) -> None:
    """Whatever was written there, it remains the script's docstring."""
    definition = definitions.load("digits")
    device = provenance.of_device('a """quick"""\nC:\\new')
    best = exported(definition, {}, provenance=device).model_copy(update={"study": 'of "him"'})
    docstring = ast.get_docstring(ast.parse(standalone(definition, best)))
    assert docstring is not None
    words = " ".join(docstring.split())
    for part in (
        "the study 'of \"him\"'",
        best.verdict,
        "a '''quick''' C:\\new",
        f"sha256 {definition.hash}",
        f"sha256 {best.data_sha256}",
        f"tensorflow=={version('tensorflow')} keras=={version('keras')}",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("named", "uses UNITS, np from outside of it"),
        ("outer()", "uses units from outside of it"),
        ("defaulted", "uses UNITS from outside of it"),
        ("Model().build", "is no function that stands by itself"),
        ("lambda params, image_shape, n_classes: None", "is no function that stands by itself"),
        ("print", "is no function that stands by itself"),
    ],
)
def test_a_model_that_needs_more_than_its_function_is_refused(
    exported: Export, tmp_path: Path, build: str, message: str
) -> None:
    """The names are told, in one line: what stands elsewhere is not gathered."""
    definition = _definition(tmp_path, build)
    with pytest.raises(UsageError, match=f"'own' without hpo, for its build_model {message}: "):
        standalone(definition, exported(definition, {}))


def test_a_trainer_of_its_own_is_refused(toy: Definition, exported: Export) -> None:
    """The script knows but the one way to train."""
    with pytest.raises(UsageError, match="'toy' without hpo, for it brings a trainer of its own"):
        standalone(toy, exported(toy, {}))
