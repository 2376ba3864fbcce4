"""The child in a slot: trains one job after another, and knows only the pipe to its supervisor.

It has no database and no credentials. It is the only process here that imports TensorFlow.
"""

import faulthandler
import math
import os
import signal
import sys
import traceback
from base64 import b64encode
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Never

import numpy as np
from numpy.typing import NDArray

from hpo import definitions
from hpo.errors import DefinitionError
from hpo.machine import messages
from hpo.machine.parent import die_with_parent
from hpo.machine.saver import Saver
from hpo.machine.slot import SHOW_WHERE
from studies import checkpoint, dataset, evaluation, training, weights
from studies.checkpoint import Checkpoint
from studies.errors import CheckpointError, DataError, ModelError
from studies.faults import fault_of
from studies.study import Study


class SupervisorGone(BaseException):
    """Nobody is left to train for. Passes any `except Exception` of a definition."""


class ToldToLeave(BaseException):
    """The worker leaves, and with it this child. Passes any `except Exception` of a definition."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"told to leave after epoch {epoch}")
        self.epoch = epoch


class NotFinite(BaseException):
    """A metric that is no number, in an epoch. Passes any `except Exception` of a definition."""

    def __init__(self, epoch: int, metric: str, value: float) -> None:
        super().__init__(f"{metric} was {value} after epoch {epoch}")
        self.epoch = epoch


def main() -> Never:
    """Serves the pipe whose file descriptor is the first argument until it closes."""
    # Where it hangs or crashes is printed, and so told with its loss.
    faulthandler.enable()
    faulthandler.register(SHOW_WHERE)
    die_with_parent(int(sys.argv[2]), signal.SIGKILL)
    pipe: Connection[Any, Any] = Connection(int(sys.argv[1]))
    messages.send(pipe, messages.Ready())
    try:
        while True:
            match messages.receive_in_child(pipe):
                case messages.Work() as work:
                    messages.send(pipe, train(work, pipe))
                case messages.Question() as question:
                    messages.send(pipe, classify(question))
                case messages.Answer():
                    raise AssertionError("an answer to nothing")
    except (EOFError, OSError, SupervisorGone):
        # Without a supervisor there is nobody to train for. Skips TensorFlow's slow farewell.
        os._exit(0)


def train(
    work: messages.Work, pipe: "Connection[Any, Any]"
) -> messages.Outcome | messages.Left | messages.Unfit | messages.Faulty:
    """Trains one job, reporting each epoch; whatever the definition raises is an outcome."""
    try:
        study = _study(work)
        images = dataset.load_training(Path(work.training_file))
        holdout = work.holdout_file and dataset.load_holdout(Path(work.holdout_file))
    except (DefinitionError, DataError) as error:
        return messages.Unfit(reason=str(error))
    except MemoryError as error:
        return _raised(error)
    saver = Saver(work, study.epochs)

    def train_from(start: Checkpoint | None, not_resumed: str | None = None) -> training.Outcome:
        resumed_from = start.epoch if start is not None else 0

        def report(epoch: training.Epoch) -> bool:
            score = _finite(epoch.number, study.score_key, epoch.metrics[study.score_key])
            done = messages.Report(
                epoch=epoch.number,
                score=score,
                seconds=epoch.seconds,
                resumed_from=resumed_from,
                not_resumed=not_resumed,
            )
            answer = _ask(pipe, done)
            if answer.go_on and saver.may_save(epoch) and (answer.leave or saver.is_due):
                _save(pipe, saver, epoch)
            # After the last epoch it is quicker to finish.
            if answer.leave and answer.go_on and epoch.number < study.epochs:
                raise ToldToLeave(epoch.number)
            return answer.go_on

        return study.trainer(
            study, work.params, images, seed=work.seed, report=report, resume=start
        )

    try:
        try:
            start = work.checkpoint_file and checkpoint.read(Path(work.checkpoint_file))
            outcome = train_from(start or None)
        except CheckpointError as error:
            outcome = train_from(None, not_resumed=str(error))
        match outcome:
            case training.Trained():
                return _finish(work, study, images, holdout or None, outcome)
            case training.Stopped(epoch=epoch):
                return messages.Pruned(epoch=epoch)
            case training.Diverged(epoch=epoch, reason=reason):
                return messages.Diverged(epoch=epoch, reason=reason)
    except ToldToLeave as left:
        return messages.Left(epoch=left.epoch)
    except NotFinite as error:
        return messages.Diverged(epoch=error.epoch, reason=str(error))
    except Exception as error:
        return _raised(error)


def classify(
    question: messages.Question,
) -> messages.Classified | messages.Raised | messages.Faulty | messages.Unfit:
    """Answers with a model whose weights are read into what the definition's code builds."""
    try:
        study = _study(question)
        images = dataset.load_holdout(Path(question.images_file))
        shape, file = images.x.shape[1:], Path(question.model_file)
        model = weights.restore(study, question.params, shape, question.n_classes, file)
        probabilities = model.predict(images.x)
    except (DefinitionError, DataError, ModelError) as error:
        return messages.Unfit(reason=str(error))
    except Exception as error:
        return _raised(error)
    return messages.Classified(probabilities=_encode(probabilities, "<f4"))


def _study(asked: messages.OfDefinition) -> Study:
    definition = definitions.load(asked.definition)
    if definition.hash != asked.definition_hash:
        raise DefinitionError(f"the definition {asked.definition} was changed meanwhile")
    return definition.study.with_settings(asked.settings)


def _save(pipe: "Connection[Any, Any]", saver: Saver, epoch: training.Epoch) -> None:
    try:
        kept = saver.save(epoch)
    except OSError as error:
        # The machine's fault, not the definition's: the training goes on from an older one at worst.
        print(f"no checkpoint after epoch {epoch.number}: {error}", flush=True)  # noqa: T201 - told if the child is lost
    else:
        _ask(pipe, kept)
    saver.settle()


def _ask(
    pipe: "Connection[Any, Any]", question: messages.Report | messages.Kept
) -> messages.Answer:
    try:
        messages.send(pipe, question)
        answer = messages.receive_in_child(pipe)
    except (EOFError, OSError) as error:
        raise SupervisorGone from error
    assert isinstance(answer, messages.Answer), f"out of turn: {answer}"
    return answer


def _raised(error: Exception) -> messages.Raised | messages.Faulty:
    cause = f"{type(error).__name__}: {error}"
    if (fault := fault_of(error)) is not None:
        return messages.Faulty(fault=fault, error=cause, traceback=traceback.format_exc())
    return messages.Raised(error=cause, traceback=traceback.format_exc())


def _finish(
    work: messages.Work,
    study: Study,
    images: dataset.TrainingImages,
    holdout: dataset.Images | None,
    trained: training.Trained,
) -> messages.Trained | messages.Unfit:
    evaluated: list[messages.Evaluated] = []
    if holdout is not None:
        for split, x, y in (
            ("validation", images.x_validation, images.y_validation),
            ("holdout", holdout.x, holdout.y),
        ):
            result = evaluation.evaluate(trained.model, x, y)
            _finite(study.epochs, f"{split} loss", result.loss)
            evaluated.append(
                messages.Evaluated(
                    split=split,
                    labels=_encode(y, "u1"),
                    predictions=_encode(result.predictions, "u1"),
                    losses=_encode(result.losses, "<f4"),
                )
            )
    if work.model_file is not None:
        try:
            trained.model.save(Path(work.model_file))
        except OSError as error:
            return messages.Unfit(reason=f"{work.model_file} cannot be written ({error})")
    return messages.Trained(
        score=_finite(study.epochs, study.score_key, trained.metrics[study.score_key]),
        loss=_finite(study.epochs, "val_loss", trained.metrics["val_loss"]),
        evaluations=tuple(evaluated),
        model_file=work.model_file,
    )


def _encode(values: NDArray[np.generic], dtype: str) -> bytes:
    return b64encode(values.astype(dtype).tobytes())


def _finite(epoch: int, metric: str, value: float) -> float:
    if not math.isfinite(value):
        raise NotFinite(epoch, metric, value)
    return value


if __name__ == "__main__":
    # Ctrl-C in a terminal reaches the whole group; only the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
