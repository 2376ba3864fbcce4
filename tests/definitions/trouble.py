"""The toy definition with the trouble that TOY_TROUBLE names, in its third epoch. The baseline is
spared where TOY_SPARE_BASELINE is set; trouble comes once where TOY_ONCE names a file to make."""

import math
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hpo import definitions
from studies.dataset import TrainingImages
from studies.space import Params
from studies.study import Study
from studies.training import Diverged, Epoch, Outcome

TOY = definitions.load(str(Path(__file__).with_name("toy.py"))).study


def _raise(error: Exception) -> None:
    raise error


TROUBLES: Mapping[str, Callable[[], object]] = {
    "raise": lambda: _raise(ValueError("no such layer")),
    "end of file": lambda: _raise(EOFError("the file ended too soon")),
    "broken pipe": lambda: _raise(BrokenPipeError("some other pipe")),
    "unprintable": lambda: _raise(ValueError("a \0 and a \udcff in the text")),
    "exit": lambda: os._exit(3),
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
}


def train(
    study: Study,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Callable[[Epoch], bool],
) -> Outcome:
    """The toy's training, up to the trouble."""
    trouble = os.environ.get("TOY_TROUBLE")
    spared = "TOY_SPARE_BASELINE" in os.environ and params == study.baseline
    if spared or trouble is None or _has_been():
        return TOY.trainer(study, params, images, seed=seed, report=report)
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

    return TOY.trainer(study, params, images, seed=seed, report=troubled)


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
