"""What Keras leaves to its backends: a quick import, a clean process, equal results, the right compiler."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any, Literal

MEMORY_VARIABLE = "STUDIES_GPU_MEMORY_MIB"
"""How much of its GPU's memory a process may take, where others share it."""


_POSTPONED = "keras.wrappers"
"""Where scikit-learn is installed, these bring all of it: a quarter of what importing Keras takes."""


def quicken_import() -> None:
    """Have this process import Keras, and its backend with it, quickly. To be called before."""
    sys.meta_path.insert(0, _Finder("keras", _POSTPONED))


class _Finder:
    """Finds two modules as ever: one is executed without looking for garbage meanwhile, the other when
    something of it is first asked for."""

    def __init__(self, uncollected: str, postponed: str) -> None:
        self._uncollected = uncollected
        self._postponed = postponed

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in (self._uncollected, self._postponed):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            late = name == self._postponed
            spec.loader = LazyLoader(spec.loader) if late else _Uncollected(spec.loader)
        return spec


class _Uncollected(Loader):
    """Executes a module, and all that it imports, while nothing is collected, nor looked at ever again:
    modules stay. To look at the million objects of TensorFlow's took a quarter of its import, and half a
    second of each training's start."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Whoever asks a module for its loader wants one that knows its source.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        collected = gc.isenabled()
        gc.disable()
        try:
            self._loader.exec_module(module)
            # First what it left: tracebacks, whose frames would keep all that their functions ever hold.
            gc.collect()
            gc.freeze()
        finally:
            if collected:
                gc.enable()


def start_afresh(seed: int) -> None:
    """Make what follows independent of what this process trained before, and free that."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    keras.backend.clear_session(free_memory=False)
    if _is_tensorflow():
        _forget_gradients()
    gc.collect()
    keras.utils.set_random_seed(seed)
    compute_exactly()


def compute_exactly() -> None:
    """Make equal sums equal from one time to the next, and float32 as exact on GPUs as elsewhere:
    by default those round its factors to ten bits (TF32). Whoever wants speed asks for
    mixed_bfloat16."""
    _fix_defaults()
    # Keras has no switch for these. They cost nothing measurable on CPUs.
    if _is_tensorflow():
        import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

        _limit_memory(tensorflow.config)
        tensorflow.config.experimental.enable_op_determinism()
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    elif is_jax():
        import jax

        jax.config.update("jax_default_matmul_precision", "float32")  # type: ignore[no-untyped-call]  # JAX has none here


@contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Layers built within take this policy and keep it."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def jit_compile() -> bool | Literal["auto"]:
    """What to ask of `Model.compile`.

    XLA costs TensorFlow ten seconds a model and halves its speed on CPUs; JAX lives by it.
    """
    return False if _is_tensorflow() else "auto"


def is_jax() -> bool:
    """Whether it is JAX that trains."""
    import keras

    return bool(keras.backend.backend() == "jax")


def _fix_defaults() -> None:
    """Nothing that a keras.json or the environment of one machine says, or that the code of a training
    before has changed, bears on a result."""
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def _limit_memory(config: Any) -> None:
    """Leave others their part of a shared GPU: for JAX a variable of its own says so."""
    limit = os.environ.get(MEMORY_VARIABLE)
    for gpu in config.list_physical_devices("GPU") if limit else ():
        if config.get_logical_device_configuration(gpu) is None:  # once a process
            logical = config.LogicalDeviceConfiguration(memory_limit=int(limit or 0))
            config.set_logical_device_configuration(gpu, [logical])


@dataclass(frozen=True)
class Sight:
    """What Keras's backend sees where it runs: the GPUs, and the CUDA it was built for, empty where
    for none."""

    backend: str
    gpus: int
    cuda: str


def look() -> Sight:
    """Tells what the backend sees; raises what it raises."""
    import keras

    name = str(keras.backend.backend())
    if _is_tensorflow():
        import tensorflow

        cuda = tensorflow.sysconfig.get_build_info().get("cuda_version", "")
        return Sight(name, len(tensorflow.config.list_physical_devices("GPU")), str(cuda))
    if name == "jax":
        import jax

        return Sight(name, sum(device.platform == "gpu" for device in jax.devices()), "")
    return Sight(name, 0, "")


def _is_tensorflow() -> bool:
    import keras

    return bool(keras.backend.backend() == "tensorflow")


def _forget_gradients() -> None:
    """Drop the gradient functions that TensorFlow registers for each traced training step.

    Keras's optimizer calls `all_reduce`, whose custom gradient goes into a global registry and
    keeps the graph of every model ever trained: 7 MiB a training. Nothing differentiates those
    graphs again. The registry is TensorFlow's own; a test notices if it moves.
    """
    from tensorflow.python.framework import ops  # type: ignore[import-untyped]  # no types

    registry = ops.gradient_registry._registry
    for name in [name for name in registry if name.startswith("CustomGradient-")]:
        del registry[name]
