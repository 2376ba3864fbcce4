"""The toy definition with the trouble that TOY_TROUBLE names, in its third epoch. The baseline is
spared where TOY_SPARE_BASELINE is set, all others where TOY_SPARE_OTHERS is; trouble comes once where TOY_ONCE names a file to make."""

import asyncio
import ctypes
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.image_classification.study import ImageClassification
from studies.space import Params
from studies.training_outcomes import Diverged, Epoch, Outcome

from .toy import STUDY as TOY


def _raise(error: BaseException) -> None:
    raise error


def _babble(mib: float = math.inf) -> int:
    printed = 0
    while printed < mib:
        os.write(1, b"all work, no play" * (1 << 16))
        printed += 1
    os.write(2, b"\nthe last word")
    return 0


class XlaRuntimeError(RuntimeError):
    """What JAX raises, by its looks."""

    __module__ = "jaxlib._jax"


class Textless(Exception):
    """An error that cannot be printed."""

    def __str__(self) -> str:
        raise KeyError("text")


TROUBLES: Mapping[str, Callable[[], object]] = {
    "raise": lambda: _raise(ValueError("no such layer")),
    "end of file": lambda: _raise(EOFError("the file ended too soon")),
    "broken pipe": lambda: _raise(BrokenPipeError("some other pipe")),
    "unprintable": lambda: _raise(ValueError("a \0 and a \udcff in the text")),
    "textless": lambda: _raise(Textless()),
    "sys.exit": lambda: sys.exit("no such file: data.csv"),
    "interrupt": lambda: _raise(KeyboardInterrupt()),
    "cancel": lambda: _raise(asyncio.CancelledError()),
    "exit": lambda: os._exit(3),
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda: ctypes.string_at(0),
    "babble": lambda: _babble(64),
    "babble and die": lambda: _babble(64) or os._exit(3),
    "babble without end": _babble,
    "hang": threading.Event().wait,
    "out of memory": lambda: _raise(MemoryError("no room for another layer")),
    "device": lambda: _raise(XlaRuntimeError("INTERNAL: the device fell off the bus")),
}


def train(
    study: ImageClassification,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Callable[[Epoch], bool],
    resume: Checkpoint | None = None,
) -> Outcome:
    """The toy's training, up to the trouble."""
    trouble = os.environ.get("TOY_TROUBLE")
    is_baseline = params == study.baseline
    spared = "TOY_SPARE_BASELINE" in os.environ and is_baseline
    spared |= "TOY_SPARE_OTHERS" in os.environ and not is_baseline
    if spared or trouble is None or _has_been():
        return TOY.trainer(study, params, images, seed=seed, report=report, resume=resume)
    if trouble == "diverge":
        return Diverged(3, "the loss was nan")
    if trouble == "nothing":
        return None  # type: ignore[return-value]  # which is the trouble

    def troubled(epoch: Epoch) -> bool:
        if epoch.number == 3:
            os.write(1, f"here comes {trouble}\n".encode())
            if "nan" in trouble:
                epoch = replace(epoch, metrics={**epoch.metrics, "val_accuracy": math.nan})
            elif trouble == "endless":
                epoch = replace(epoch, seconds=math.inf)
            elif trouble in TROUBLES:
                TROUBLES[trouble]()
        swallowed = [BaseException] if "swallow" in trouble else []
        with suppress(*swallowed):
            return report(epoch)
        return True

    return TOY.trainer(study, params, images, seed=seed, report=troubled, resume=resume)


def _has_been() -> bool:
    once = os.environ.get("TOY_ONCE")
    if once is None:
        return False
    try:
        Path(once).touch(exist_ok=False)
    except FileExistsError:
        return True
    return False


STUDY = replace(TOY, name="trouble", trainer=train)
