"""What a child that trains is started with."""

from pathlib import Path

import pytest

from hpo.devices.child_environment import environment_on
from hpo.devices.discovery import Device

CPU = Device("cpu:0", "", programs=Path("/kept/programs"))
GPU = Device("gpu:0", "", uuid="GPU-1", programs=Path("/kept/programs"))


@pytest.fixture
def with_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX trains, and nobody has said how."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.delenv("XLA_FLAGS", raising=False)


@pytest.mark.usefixtures("with_jax")
def test_what_jax_compiled_is_kept() -> None:
    """However short it took: a child compiles some hundred programs of milliseconds."""
    found = environment_on(CPU)
    assert found["JAX_COMPILATION_CACHE_DIR"] == "/kept/programs"
    assert found["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] == "0"
    assert "XLA_FLAGS" not in found


@pytest.mark.usefixtures("with_jax")
def test_another_folder_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person has set is left alone."""
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/mine")
    assert environment_on(CPU)["JAX_COMPILATION_CACHE_DIR"] == "/mine"


@pytest.mark.usefixtures("with_jax")
def test_kernels_on_gpus_are_no_matter_of_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside whatever flags a person has set."""
    assert environment_on(GPU)["XLA_FLAGS"] == "--xla_gpu_deterministic_ops=true"
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=/d")
    assert environment_on(GPU)["XLA_FLAGS"] == "--xla_dump_to=/d --xla_gpu_deterministic_ops=true"


def test_tensorflow_hears_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its programs are not kept, and its kernels are chosen in the child."""
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert not [name for name in environment_on(GPU) if name.startswith(("JAX_", "XLA_FLAGS"))]


@pytest.mark.parametrize(("said", "taken"), [(None, "1"), ("", "1"), ("0", "0")])
def test_the_kernels_of_tensorflow_are_those_of_onednn(
    monkeypatch: pytest.MonkeyPatch, said: str | None, taken: str
) -> None:
    """On every kind of CPU, unless a person has decided otherwise."""
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    if said is not None:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", said)
    assert environment_on(CPU)["TF_ENABLE_ONEDNN_OPTS"] == taken
