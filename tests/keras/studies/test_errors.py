"""What a backend raises is the machine's fault or the definition's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from studies.errors import Fault, fault_of
from tests.support.marks import slow

# Squared it is as many floats as no machine holds.
ENOUGH = 1 << 22

UNALLOCATED = f"""
import keras, numpy as np, tensorflow as tf
from studies.errors import fault_of
class Large(keras.layers.Layer):
    def call(self, x):
        return x + keras.ops.sum(keras.random.normal(({ENOUGH}, {ENOUGH}), seed=1))
def fit():
    model = keras.Sequential([keras.Input((2,)), Large(), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)
def exhaust():
    raise MemoryError
for act in (
    lambda: tf.zeros([{ENOUGH}, {ENOUGH}]),
    lambda: Large()(np.ones((1, 2))),
    fit,
    lambda: tf.py_function(exhaust, [], tf.float32),
):
    try:
        act()
    except tf.errors.ResourceExhaustedError as error:
        print(fault_of(error), end=";")
"""
IN_JAX = f"""
import jax, jax.numpy as jnp
from studies.errors import fault_of
def wrong(x): raise KeyError("a definition's")
def called(x): return jax.pure_callback(wrong, jax.ShapeDtypeStruct((), jnp.float32), x)
for act in (
    lambda: jnp.ones(({ENOUGH}, {ENOUGH})).block_until_ready(),
    lambda: jax.jit(called)(1.0).block_until_ready(),
    lambda: jnp.ones(3) + jnp.ones(4),
):
    try:
        act()
    except Exception as error:
        print(type(error).__name__, fault_of(error), end=";")
"""


def _raised(act: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:
        act()
    return caught.value


def _of_names(module: str, *names: str) -> type[Exception]:
    """The last of a line of classes with these names, the first of which is an Exception."""
    made: type[Exception] = Exception
    for name in names:
        made = type(name, (made,), {"__module__": module})
    return made


def _wrong() -> None:
    raise KeyError("a definition's")


def _in_numpy() -> None:
    np.ones((ENOUGH, ENOUGH))


def _while_fitting() -> None:
    import keras  # type: ignore[import-untyped]  # Keras ships no types
    import tensorflow as tf  # type: ignore[import-untyped]  # TensorFlow ships no types

    class Calling(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def call(self, x: Any) -> Any:
            return x + tf.reshape(tf.py_function(_wrong, [], tf.float32), (1, 1))

    model = keras.Sequential([keras.Input((2,)), Calling(), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=False)
    model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)


def _in_a_file() -> None:
    import tensorflow as tf

    next(iter(tf.data.TFRecordDataset(__file__)))


def test_what_numpy_cannot_allocate() -> None:
    """Its error is one of Python's."""
    assert fault_of(_raised(_in_numpy)) is Fault.MEMORY


@slow("imports TensorFlow in processes of its own")
def test_what_tensorflow_cannot_allocate(run_python: Callable[..., str]) -> None:
    """At once, in a layer, where Keras says it anew, in a graph, in a Python function."""
    # With oneDNN it would try again and again for ten seconds each.
    assert run_python(UNALLOCATED, TF_ENABLE_ONEDNN_OPTS="0") == "memory;" * 4


def test_data_that_is_damaged() -> None:
    """TensorFlow calls it a loss of data."""
    assert fault_of(_raised(_in_a_file)) is Fault.DEVICE


def test_what_python_raised_for_tensorflow_is_the_definition_s() -> None:
    """Though it says UnknownError and means a KeyError."""
    import tensorflow as tf

    for act in (lambda: tf.py_function(_wrong, [], tf.float32), _while_fitting):
        error = _raised(act)
        assert type(error).__name__ == "UnknownError"
        assert fault_of(error) is None


def test_what_a_definition_does_wrong() -> None:
    """Shapes that do not fit, an index out of range, a file that is missing, and no such layer."""
    import keras
    import tensorflow as tf

    for act in (
        lambda: tf.ones(2) + tf.ones(3),
        lambda: tf.gather(tf.ones(3), 7),
        lambda: tf.io.read_file("/none"),
        lambda: keras.layers.Dense(2)(np.ones((1, 2, 0)), 1),
        lambda: keras.layers.Dense(0),
        _wrong,
    ):
        assert fault_of(_raised(act)) is None


def test_jax_says_it_in_words(run_python: Callable[..., str]) -> None:
    """What cannot be allocated, what a Python function raised, shapes that do not fit."""
    said = run_python(IN_JAX, JAX_PLATFORMS="cpu")
    assert said == "JaxRuntimeError memory;JaxRuntimeError None;TypeError None;"


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (MemoryError(), Fault.MEMORY),
        (_of_names("torch", "OutOfMemoryError")("CUDA out of memory."), Fault.MEMORY),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), Fault.MEMORY),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), Fault.DEVICE),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), Fault.DEVICE),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"), Fault.MEMORY),
        (RuntimeError("no such layer"), None),
        (ValueError("CUDA error: what a definition says of itself"), None),
        (OSError("INTERNAL: no backend's"), None),
    ],
)
def test_what_others_raise(error: Exception, fault: Fault | None) -> None:
    """PyTorch and CUDA's libraries are known by what they say."""
    assert fault_of(error) is fault


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("RESOURCE_EXHAUSTED", Fault.MEMORY),
        ("ABORTED", Fault.DEVICE),
        ("DATA_LOSS", Fault.DEVICE),
        ("INTERNAL", Fault.DEVICE),
        ("UNAVAILABLE", Fault.DEVICE),
        ("UNKNOWN", Fault.DEVICE),
        ("FAILED_PRECONDITION", None),
        ("INVALID_ARGUMENT", None),
        ("UNIMPLEMENTED", None),
    ],
)
def test_tensorflow_and_jax_share_their_statuses(status: str, fault: Fault | None) -> None:
    """In the name of a class, in the first word; a class may be derived from theirs, and one of
    another package is not theirs."""
    import tensorflow as tf

    name = f"{status.title().replace('_', '')}Error"
    assert fault_of(getattr(tf.errors, name)(None, None, "broken")) is fault
    assert fault_of(_of_names("mine", name)("broken")) is None
    for module, known in (("jaxlib._jax", "XlaRuntimeError"), ("jax.errors", "JaxRuntimeError")):
        assert fault_of(_of_names(module, known)(f"{status}: broken")) is fault
        assert fault_of(_of_names(module, known, "Derived")(f"{status}: broken")) is fault
    assert fault_of(_of_names("mine", "XlaRuntimeError")(f"{status}: broken")) is None


def test_cuda_behind_another_status() -> None:
    """TensorFlow and JAX find a device's library missing in many ways."""
    import tensorflow as tf

    said = "DNN library initialization failed."
    assert fault_of(tf.errors.FailedPreconditionError(None, None, said)) is Fault.DEVICE
    jax = _of_names("jax.errors", "JaxRuntimeError")
    assert fault_of(jax(f"FAILED_PRECONDITION: {said}")) is Fault.DEVICE
    assert fault_of(jax("INTERNAL: CUDA_ERROR_OUT_OF_MEMORY: out of memory")) is Fault.MEMORY


def test_what_led_to_an_error_counts() -> None:
    """Its cause, its context, also a hidden one, and theirs; a ring of causes has an end."""

    def chained(how: str) -> None:
        try:
            _in_numpy()
        except MemoryError as error:
            if how == "cause":
                raise ValueError(how) from error
            if how == "hidden":
                raise ValueError(how) from None
            try:
                raise KeyError(how)
            except KeyError:
                raise ValueError(how)  # noqa: B904 - a context is what is tried

    for how in ("cause", "hidden", "context"):
        assert fault_of(_raised(lambda how=how: chained(how))) is Fault.MEMORY  # type: ignore[misc]
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert fault_of(one) is None
