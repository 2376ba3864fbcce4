"""The toy definition at the pace of a file that TOY_PACE names, read again and again, so that a test
can hold a training up until it has done to it what it wants to do: `hold 4` lets no training come
to the end of its fourth epoch, a number is the seconds that each epoch takes."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.image_classification.study import ImageClassification
from studies.space import Params
from studies.training_outcomes import Epoch, Outcome

from .toy import STUDY as TOY


def train(
    study: ImageClassification,
    params: Params,
    images: TrainingImages,
    *,
    seed: int,
    report: Callable[[Epoch], bool],
    resume: Checkpoint | None = None,
) -> Outcome:
    """The toy's training, each epoch held up."""

    def paced(epoch: Epoch) -> bool:
        while (seconds := _pace(epoch.number)) is None:
            time.sleep(0.02)
        time.sleep(seconds)
        return report(epoch)

    return TOY.trainer(study, params, images, seed=seed, report=paced, resume=resume)


def _pace(epoch: int) -> float | None:
    said = Path(os.environ["TOY_PACE"]).read_text().split()
    match said:
        case ["hold", held]:
            return None if epoch >= int(held) else 0.0
        case [seconds]:
            return float(seconds)
        case _:  # just being written
            return None


STUDY = replace(TOY, name="paced", epochs=6, trainer=train)
