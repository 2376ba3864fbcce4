"""What can be wrong with a study, its settings or its data, each with its cause and its mend; and whether it is
the machine's fault that something was raised: in a training and not the definition's, in reading and not the
file's."""

from __future__ import annotations

import errno
import os
import re
import traceback
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Self


class StudyError(Exception):
    """A study cannot run as asked: the cause, and how to mend it where that is known; both in one
    line."""

    def __init__(self, cause: str, mend: str = "") -> None:
        super().__init__(cause, mend)
        self.cause = cause
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.cause}: {self.mend}" if self.mend else self.cause


class SettingsError(StudyError):
    """A setting, a parameter or a space that makes no sense."""


class DataError(StudyError):
    """A data file that is damaged, foreign or unreadable; the message names the file."""


class DataUnavailable(DataError):
    """Data found in no known place and not to be downloaded either."""


class Unreadable(DataError):
    """A file that the system does not let be read now, so that nothing is known of what it holds."""

    @classmethod
    def of(cls, path: Path | str, error: OSError) -> Self:
        """As the system says it."""
        return cls(
            f"{path} cannot be read ({error.strerror})", "mend this machine, or the rights to it"
        )


class InvalidOutput(StudyError):
    """What a definition's code gives that is not what was asked of it: a model, its answers, or what
    is reported of its training."""


class ModelError(StudyError):
    """A saved model that cannot be used here; the message names the file."""


class CheckpointError(StudyError):
    """A checkpoint from which this training cannot go on."""


class Fault(StrEnum):
    """What a machine may be at fault with."""

    MEMORY = "memory"
    """It has too little, on the device or beside it."""
    DEVICE = "device"
    """It failed at what it usually does."""


def nearest_first(name: str, known: Iterable[str], words: str) -> str:
    """The mend of a name that there is not: `words` say which there are, and the nearest of these is said
    first, if one is near."""
    near = get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'? {words}" if near else words


def fault_of(error: BaseException) -> Fault | None:
    """The machine's fault in `error`, or in what led to it; None for any other.

    Exceptions are known by the names of their classes, and no backend is imported.
    """
    return next(filter(None, map(_own_fault, _links(error))), None)


def lacks_keras(error: BaseException) -> bool:
    """Whether `error`, or what led to it, is that Keras or its backend cannot be imported here."""
    return any(map(_is_of_import, _links(error)))


def keeps_from_reading(error: OSError) -> bool:
    """Whether nothing is known of a file over this error; not where there is none, or a folder, nor
    where what it says of itself led to a place that cannot be in it."""
    return error.errno not in (None, 0, errno.ENOENT, errno.EISDIR, errno.EINVAL)


def keeps_from_writing(error: OSError) -> bool:
    """Whether it is the machine over which a file cannot be written: its disk, its rights, its limits."""
    return error.errno in _OF_DISK


def _links(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        yield link
        seen.add(id(link))
        # A context that `from None` hides counts too: so Keras raises again, in words of its own,
        # what a layer raised.
        link = link.__cause__ or link.__context__


def _is_of_import(error: BaseException) -> bool:
    """By the package that is missing, or by the one whose code did not find what it needs, such as a
    library of the system; not where a definition asks for what no version of them has."""
    if not isinstance(error, ImportError | ValueError):
        return False
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    of_keras = {"keras", backend, *(("jaxlib",) if backend == "jax" else ())}
    if isinstance(error, ModuleNotFoundError) and error.name in of_keras:
        return True
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    raised_in = str(frames[-1].f_globals.get("__name__", "")) if frames else ""
    if isinstance(error, ValueError):  # so Keras says that it does not know the backend's name
        return raised_in.startswith("keras.") and "Unable to import backend" in str(error)
    return raised_in.split(".")[0] in of_keras


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
_OF_DISK = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
    errno.EMFILE, errno.ENFILE,
}  # fmt: skip
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
