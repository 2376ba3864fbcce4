"""Whose fault it is that something cannot be imported."""

import importlib
import sys
from pathlib import Path

import pytest

from studies.errors import lacks_keras


def _error_of(module: str) -> BaseException:
    with pytest.raises(Exception) as caught:
        importlib.import_module(module)
    return caught.value


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Keras, and a definition, that a test writes."""
    (tmp_path / "keras").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "keras"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


@pytest.mark.parametrize(
    ("keras", "definition", "is_missing"),
    [
        ("import torch_that_is_not_there", "import keras", True),
        ("raise ImportError('libcudart.so: no such file')", "import keras", True),
        ("", "from keras import Conv3DTransposed", False),
        ("", "import keras.layerz", False),
        ("", "import pandas_that_is_not_there", False),
        ("raise ValueError('1')", "import keras", False),
        ("import keras.src", "import keras", True),
    ],
)
def test_an_import_that_fails(
    installed: Path, monkeypatch: pytest.MonkeyPatch, keras: str, definition: str, is_missing: bool
) -> None:
    """It is the machine's where Keras or what that needs is not there; not where a definition asks for
    what no Keras has, or for something else. What it leads to does not hide it."""
    (installed / "keras" / "__init__.py").write_text(keras)
    (installed / "keras" / "src.py").write_text(
        "raise ValueError('Unable to import backend : nonsense')"
    )
    (installed / "mine.py").write_text(definition)
    (installed / "wrapped.py").write_text("try:\n    import mine\nexcept Exception:\n    1 / 0\n")
    for module in ("mine", "wrapped"):
        monkeypatch.delitem(sys.modules, "mine", raising=False)
        monkeypatch.delitem(sys.modules, "keras", raising=False)
        assert lacks_keras(_error_of(module)) is is_missing


@pytest.mark.parametrize(
    ("backend", "name", "is_missing"),
    [
        ("jax", "jax", True),
        ("tensorflow", "jax", False),
        ("tensorflow", "torch", False),
        ("torch", "torch", True),
        ("jax", "keras", True),
        ("jax", "cv2", False),
    ],
)
def test_a_package_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, backend: str, name: str, is_missing: bool
) -> None:
    """It is the machine's where Keras computes with it here; else the definition itself wants it."""
    monkeypatch.setenv("KERAS_BACKEND", backend)
    assert lacks_keras(ModuleNotFoundError(f"No module named '{name}'", name=name)) is is_missing
