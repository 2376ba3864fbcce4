"""The child in a slot: trains one job after another, and knows only the pipe to its supervisor.

It has no database and no credentials. It is the only process here that imports TensorFlow.
"""

import math
import os
import signal
import sys
import traceback
from base64 import b64encode
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Never

from hpo import definitions
from hpo.errors import DefinitionError
from hpo.machine import messages
from hpo.machine.parent import die_with_parent
from studies import dataset, evaluation, training
from studies.errors import DataError
from studies.study import Study


class SupervisorGone(BaseException):
    """Nobody is left to train for. Passes any `except Exception` of a definition."""


class NotFinite(BaseException):
    """A metric that is no number, in an epoch. Passes any `except Exception` of a definition."""

    def __init__(self, epoch: int, metric: str, value: float) -> None:
        super().__init__(f"{metric} was {value} after epoch {epoch}")
        self.epoch = epoch


def main() -> Never:
    """Serves the pipe whose file descriptor is the first argument until it closes."""
    die_with_parent(int(sys.argv[2]), signal.SIGKILL)
    pipe: Connection[Any, Any] = Connection(int(sys.argv[1]))
    messages.send(pipe, messages.Ready())
    try:
        while True:
            work = messages.receive_in_child(pipe)
            assert isinstance(work, messages.Work), f"out of turn: {work}"
            messages.send(pipe, do(work, pipe))
    except (EOFError, OSError, SupervisorGone):
        # Without a supervisor there is nobody to train for. Skips TensorFlow's slow farewell.
        os._exit(0)


def do(work: messages.Work, pipe: "Connection[Any, Any]") -> messages.Outcome | messages.Unfit:
    """Trains one job, reporting each epoch; whatever the definition raises is an outcome."""
    try:
        definition = definitions.load(work.definition)
        images = dataset.load_training(Path(work.training_file))
        holdout = work.holdout_file and dataset.load_holdout(Path(work.holdout_file))
    except (DefinitionError, DataError) as error:
        return messages.Unfit(reason=str(error))
    if definition.hash != work.definition_hash:
        return messages.Unfit(reason=f"the definition {work.definition} was changed meanwhile")
    study = definition.study.with_settings(work.settings)

    def report(epoch: training.Epoch) -> bool:
        score = _finite(epoch.number, study.score_key, epoch.metrics[study.score_key])
        done = messages.Report(epoch=epoch.number, score=score, seconds=epoch.seconds)
        try:
            messages.send(pipe, done)
            answer = messages.receive_in_child(pipe)
        except (EOFError, OSError) as error:
            raise SupervisorGone from error
        assert isinstance(answer, messages.Answer), f"out of turn: {answer}"
        return answer.go_on

    try:
        outcome = study.trainer(study, work.params, images, seed=work.seed, report=report)
        match outcome:
            case training.Trained():
                return _finish(work, study, images, holdout or None, outcome)
            case training.Stopped(epoch=epoch):
                return messages.Pruned(epoch=epoch)
            case training.Diverged(epoch=epoch, reason=reason):
                return messages.Diverged(epoch=epoch, reason=reason)
    except NotFinite as error:
        return messages.Diverged(epoch=error.epoch, reason=str(error))
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
        return messages.Raised(error=cause, traceback=traceback.format_exc())


def _finish(
    work: messages.Work,
    study: Study,
    images: dataset.TrainingImages,
    holdout: dataset.Images | None,
    trained: training.Trained,
) -> messages.Trained:
    evaluated: list[messages.Evaluated] = []
    if holdout is not None:
        for split, x, y in (
            ("validation", images.x_validation, images.y_validation),
            ("holdout", holdout.x, holdout.y),
        ):
            result = evaluation.evaluate(trained.model, x, y)
            evaluated.append(
                messages.Evaluated(
                    split=split,
                    accuracy=result.accuracy,
                    loss=_finite(study.epochs, f"{split} loss", result.loss),
                    labels=b64encode(y.astype("uint8").tobytes()),
                    predictions=b64encode(result.predictions.astype("uint8").tobytes()),
                )
            )
    if work.model_file is not None:
        trained.model.save(Path(work.model_file))
    return messages.Trained(
        score=_finite(study.epochs, study.score_key, trained.metrics[study.score_key]),
        loss=_finite(study.epochs, "val_loss", trained.metrics["val_loss"]),
        evaluations=tuple(evaluated),
        model_file=work.model_file,
    )


def _finite(epoch: int, metric: str, value: float) -> float:
    if not math.isfinite(value):
        raise NotFinite(epoch, metric, value)
    return value


if __name__ == "__main__":
    # Ctrl-C in a terminal reaches the whole group; only the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
