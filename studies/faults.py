"""Whether it is the machine's fault that a training raised something, and not the definition's."""

from __future__ import annotations

import re
from enum import StrEnum


class Fault(StrEnum):
    """What a machine may be at fault with."""

    MEMORY = "memory"
    """It has too little, on the device or beside it."""
    DEVICE = "device"
    """It failed at what it usually does."""


def fault_of(error: BaseException) -> Fault | None:
    """The machine's fault in `error`, or in what led to it; None for any other.

    Exceptions are known by the names of their classes, and no backend is imported.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        if fault := _own_fault(link):
            return fault
        seen.add(id(link))
        # A context that `from None` hides counts too: so Keras raises again, in words of its own,
        # what a layer raised.
        link = link.__cause__ or link.__context__
    return None


def _own_fault(error: BaseException) -> Fault | None:
    classes = [(kind.__module__.split(".")[0], kind.__name__) for kind in type(error).__mro__]
    if isinstance(error, MemoryError) or any(name == "OutOfMemoryError" for _, name in classes):
        return Fault.MEMORY
    of_backend = any(package in _BACKENDS for package, _ in classes)
    if not (of_backend or isinstance(error, RuntimeError)):
        return None
    text = str(error)
    fault = _of_cuda(text)
    for package, name in classes:
        if package == "tensorflow":
            fault = fault or _OF_TENSORFLOW.get(name)
        elif package in ("jax", "jaxlib") and name in ("JaxRuntimeError", "XlaRuntimeError"):
            fault = fault or _OF_XLA.get(text.partition(":")[0])
    # So backends tell what a Python function raised that they were given to call.
    if fault is Fault.DEVICE and "Traceback (most recent call last)" in text:
        return None
    return fault


def _of_cuda(text: str) -> Fault | None:
    """Whatever the class, CUDA's libraries are quoted."""
    if not _CUDA.search(text):
        return None
    return Fault.MEMORY if _EXHAUSTED.search(text) else Fault.DEVICE


_BACKENDS = ("tensorflow", "jax", "jaxlib", "torch")
_CUDA = re.compile(
    r"\b(CUDA error|CUDA out of memory|CUDA_ERROR_|cuDNN error|CUDNN_STATUS_|CUBLAS_STATUS_"
    r"|DNN library)"
)
_EXHAUSTED = re.compile(r"out.of.memory|ALLOC_FAILED", re.IGNORECASE)

_OF_XLA = {
    "RESOURCE_EXHAUSTED": Fault.MEMORY,
    "ABORTED": Fault.DEVICE,
    "DATA_LOSS": Fault.DEVICE,
    "INTERNAL": Fault.DEVICE,
    "UNAVAILABLE": Fault.DEVICE,
    "UNKNOWN": Fault.DEVICE,
}
_OF_TENSORFLOW = {
    "".join(word.capitalize() for word in status.split("_")) + "Error": fault
    for status, fault in _OF_XLA.items()
}
