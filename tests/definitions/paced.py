"""The toy definition at the pace of a file that TOY_PACE names: seconds an epoch, read at each, so
that a test can slow a training down until it has done to it what it wants to do."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hpo import definitions
from studies.checkpoint import Checkpoint
from studies.dataset import TrainingImages
from studies.space import Params
from studies.study import Study
from studies.training import Epoch, Outcome

TOY = definitions.load(str(Path(__file__).with_name("toy.py"))).study


def train(
    study: Study,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Callable[[Epoch], bool],
    resume: Checkpoint | None = None,
) -> Outcome:
    """The toy's training, each epoch held up."""

    def paced(epoch: Epoch) -> bool:
        time.sleep(float(Path(os.environ["TOY_PACE"]).read_text()))
        return report(epoch)

    return TOY.trainer(study, params, images, seed=seed, report=paced, resume=resume)


STUDY = replace(TOY, name="paced", epochs=6, trainer=train)
