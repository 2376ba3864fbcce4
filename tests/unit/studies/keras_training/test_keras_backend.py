"""What Keras leaves to its backends, where no machine of a test has what it is for."""

import gc
import importlib
import inspect
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest

from studies.keras_training import keras_backend


class Config:
    """TensorFlow's, on a machine with two GPUs."""

    LogicalDeviceConfiguration = SimpleNamespace

    def __init__(self) -> None:
        self.limits: dict[str, list[int]] = {}

    def list_physical_devices(self, kind: str) -> list[str]:
        assert kind == "GPU"
        return ["one", "two"]

    def get_logical_device_configuration(self, gpu: str) -> list[int] | None:
        return self.limits.get(gpu)

    def set_logical_device_configuration(self, gpu: str, parts: list[SimpleNamespace]) -> None:
        assert gpu not in self.limits, "TensorFlow refuses it once it has begun"
        self.limits[gpu] = [part.memory_limit for part in parts]


def test_a_shared_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process takes no more of its memory than the variable says, which is said once."""
    monkeypatch.setenv(keras_backend.MEMORY_VARIABLE, "24576")
    config = Config()
    keras_backend._limit_memory(config)
    keras_backend._limit_memory(config)
    assert config.limits == {"one": [24576], "two": [24576]}


def test_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable nothing is limited."""
    monkeypatch.delenv(keras_backend.MEMORY_VARIABLE, raising=False)
    config = Config()
    keras_backend._limit_memory(config)
    assert config.limits == {}


def test_a_module_that_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there at once, executed with the first that is asked of it, and no other is touched."""
    monkeypatch.setattr(sys, "meta_path", [keras_backend._Finder("keras", "this"), *sys.meta_path])
    for name in ("this", "antigravity"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    said: list[str] = []
    monkeypatch.setattr("builtins.print", lambda text: said.append(text))
    late = importlib.import_module("this")
    assert sys.modules["this"] is late and not said
    assert "Beautiful" in late.s.translate({}) or late.s
    assert len(said) == 1


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of a module that is imported without collecting."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [keras_backend._Finder("large", "this"), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "large", raising=False)
    return tmp_path / "large.py"


def test_nothing_is_collected_while_it_is_executed(large: Path) -> None:
    """And it is as any other afterwards: its source is found."""
    large.write_text("import gc\ncollected = gc.isenabled()\n")
    module = importlib.import_module("large")
    assert module.collected is False
    assert gc.isenabled()
    assert inspect.getsource(module) == large.read_text()


@pytest.mark.parametrize("collected", [True, False])
def test_collecting_is_afterwards_as_it_was(large: Path, collected: bool) -> None:
    """Though the import fails."""
    large.write_text("raise ValueError('broken')\n")
    if not collected:
        gc.disable()
    try:
        with pytest.raises(ValueError, match="broken"):
            importlib.import_module("large")
        assert gc.isenabled() is collected
    finally:
        gc.enable()


def test_what_an_import_leaves_behind_holds_nothing(large: Path) -> None:
    """A traceback that holds itself would hold whoever imported, and all that it ever has."""
    large.write_text(
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    error.itself = error\n"
    )

    class Model:
        """Made by a training whose first act is the import."""

    def train() -> weakref.ref[Model]:
        importlib.import_module("large")
        model = Model()
        return weakref.ref(model)

    model = train()
    gc.collect()
    assert model() is None
