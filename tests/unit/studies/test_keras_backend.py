"""What Keras leaves to its backends, where no machine of a test has what it is for."""

from types import SimpleNamespace

import pytest

from studies import keras_backend


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
