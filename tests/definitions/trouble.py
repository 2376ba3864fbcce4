"""The toy definition with the trouble that TOY_TROUBLE names, in its third epoch. The baseline is
spared where TOY_SPARE_BASELINE is set, all others where TOY_SPARE_OTHERS is; trouble comes once where TOY_ONCE names a file to make."""

import ctypes
import math
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hpo import definitions
from studies.checkpoint import Checkpoint
from studies.dataset import TrainingImages
from studies.space import Params
from studies.study import Study
from studies.training import Diverged, Epoch, Outcome

TOY = definitions.load(str(Path(__file__).with_name("toy.py"))).study


def _raise(error: Exception) -> None:
    raise error


class XlaRuntimeError(RuntimeError):
    """What JAX raises, by its looks."""

    __module__ = "jaxlib._jax"


TROUBLES: Mapping[str, Callable[[], object]] = {
    "raise": lambda: _raise(ValueError("no such layer")),
    "end of file": lambda: _raise(EOFError("the file ended too soon")),
    "broken pipe": lambda: _raise(BrokenPipeError("some other pipe")),
    "unprintable": lambda: _raise(ValueError("a \0 and a \udcff in the text")),
    "exit": lambda: os._exit(3),
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda: ctypes.string_at(0),
    "hang": threading.Event().wait,
    "out of memory": lambda: _raise(MemoryError("no room for another layer")),
    "device": lambda: _raise(XlaRuntimeError("INTERNAL: the device fell off the bus")),
}


def train(
    study: Study,
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

    def troubled(epoch: Epoch) -> bool:
        if epoch.number == 3:
            os.write(1, f"here comes {trouble}\n".encode())
            if trouble == "nan":
                epoch = replace(epoch, metrics={**epoch.metrics, "val_accuracy": math.nan})
            else:
                TROUBLES[trouble]()
        return report(epoch)

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
