"""Bundles made to do harm: of what they hold nothing runs, and nothing outside is read."""

import base64
import io
import json
import marshal
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hpo.bundle import manifest
from tests.support.bundles import MODEL, Bundle, Finished, Reader
from tests.support.marks import slow

pytestmark = slow("trains networks for a bundle")


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._marker,)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that must never come to be."""
    return tmp_path / "marker"


def test_predictions_that_hold_a_pickle_are_refused(
    reader: Reader, bundle: Bundle, marker: Path
) -> None:
    """Unpickling runs whatever its maker wants. It would have, here."""
    file = bundle.folder / manifest.PREDICTIONS
    with np.load(file) as held:
        arrays = dict(held)
    arrays["holdout.winner.losses"] = np.array([Trap(marker)], dtype=object)
    np.savez(file, **arrays)
    with np.load(file, allow_pickle=True) as armed:
        assert armed["holdout.winner.losses"] is not None
    assert marker.exists()
    marker.unlink()
    bundle.sign()
    line = reader.refute(bundle.folder)
    assert "predictions.npz does not hold the predictions of a bundle" in line
    assert not marker.exists()


def test_a_pickle_in_the_place_of_predictions_is_refused(
    reader: Reader, bundle: Bundle, marker: Path
) -> None:
    """A file that is nothing but an array of objects, as NumPy saves it."""
    content = io.BytesIO()
    np.save(content, np.array([Trap(marker)], dtype=object))
    bundle.write(manifest.PREDICTIONS, content.getvalue())
    assert "does not hold the predictions" in reader.refute(bundle.folder)
    assert not marker.exists()


def test_code_in_the_models_description_does_not_run(
    finished: Finished, bundle: Bundle, reader: Reader, tmp_path: Path, marker: Path
) -> None:
    """Layers from a module that could be imported, and a Lambda with its code. Both are ignored:
    the weights are those that were exported, and go into layers that our own code builds. In a
    process of its own, which finds that module."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "evil.py").write_text(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n")
    armed = {**os.environ, **reader.environment, "PYTHONPATH": str(modules)}
    subprocess.run([sys.executable, "-c", "import evil"], env=armed, check=True, timeout=60)
    assert marker.exists()
    marker.unlink()
    touch = compile(f"__import__('pathlib').Path({str(marker)!r}).touch()", "lambda", "exec")
    code = base64.b64encode(marshal.dumps(touch)).decode()
    known = {"registered_name": None, "build_config": {"input_shape": [None, 8, 8, 1]}}
    lambda_ = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    layers = [
        {"module": "evil", "class_name": "Layer", "config": {}, **known},
        {"module": "keras.layers", "class_name": "Lambda", "config": {"function": lambda_}},
    ]
    description = {"module": "evil", "class_name": "Model", "config": {"layers": layers}, **known}
    bundle.alter_model({"config.json": json.dumps(description).encode()})
    evil = {**reader.environment, "PYTHONPATH": str(modules)}
    done = reader.shell.run("verify", str(bundle.folder), **evil)
    assert done.returncode == 0, done.stderr
    assert "360 of 360 stored predictions" in done.stdout
    assert not marker.exists()


def test_a_description_that_is_garbage_bears_on_nothing(reader: Reader, bundle: Bundle) -> None:
    """It is not read."""
    bundle.alter_model({"config.json": b"\xff\x00 garbage"})
    assert "360 of 360" in reader.succeed("verify", bundle.folder)


def test_a_model_of_another_keras_is_refused(reader: Reader, bundle: Bundle) -> None:
    """Both versions are named, and what to install."""
    metadata = {"keras_version": "2.12.0", "date_saved": "2023-04-01"}
    bundle.alter_model({"metadata.json": json.dumps(metadata).encode()})
    picture = reader.shell.folder / "x.png"
    Image.new("L", (8, 8)).save(picture)
    lines = reader.refute(bundle.folder), reader.fail("predict", bundle.folder, picture, code=1)
    for line in lines:
        assert "saved by Keras 2.12.0, and this is 3." in line
        assert "install keras==2.12.0" in line


@pytest.mark.parametrize(
    ("member", "content", "said"),
    [
        ("metadata.json", b"{", "is no Keras model, or a damaged one"),
        ("metadata.json", b"[]", "is no Keras model, or a damaged one"),
        ("model.weights.h5", b"garbage", "does not hold the weights of this model"),
        ("model.weights.h5", b"", "does not hold the weights of this model"),
    ],
)
def test_a_damaged_model_is_refused(
    reader: Reader, bundle: Bundle, member: str, content: bytes, said: str
) -> None:
    """In one line that names it, though the hashes match."""
    bundle.alter_model({member: content})
    line = reader.refute(bundle.folder)
    assert said in line
    assert MODEL in line


def test_a_model_that_is_no_archive_is_refused(reader: Reader, bundle: Bundle) -> None:
    """As any other file that is not what its name says."""
    bundle.write(MODEL, b"garbage")
    assert "is no Keras model" in reader.refute(bundle.folder)


def test_weights_that_are_no_numbers_are_found(
    reader: Reader, bundle: Bundle, tmp_path: Path
) -> None:
    """A comparison with what is no number is always false, whichever way it is put."""
    import h5py

    with zipfile.ZipFile(bundle.folder / MODEL) as archive:
        weights = Path(archive.extract("model.weights.h5", tmp_path))

    def spoil(_name: str, held: Any) -> None:
        if isinstance(held, h5py.Dataset) and held.dtype == np.float32 and held.ndim:
            held[...] = np.nan

    with h5py.File(weights, "r+") as file:
        file.visititems(spoil)
    bundle.alter_model({"model.weights.h5": weights.read_bytes()})
    line = reader.refute(bundle.folder)
    assert "360 of 360 classes differ" in line or "360 losses do" in line
