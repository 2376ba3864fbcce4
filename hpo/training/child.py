"""The child in a slot: trains one job after another, and knows only the pipe to its supervisor.

It has no database and no credentials. It is the only process here that imports TensorFlow.
"""

import ctypes
import faulthandler
import io
import os
import shutil
import signal
import sys
import traceback
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, Never

import numpy as np
from numpy.typing import NDArray

from hpo import definition_loader
from hpo.errors import DefinitionError
from hpo.training import protocol
from hpo.training.child_process import SHOW_WHERE, die_with_parent
from hpo.training.reporter import (
    NotFinite,
    Reporter,
    Saver,
    SupervisorGone,
    ToldToLeave,
    ToldToPause,
    finite,
)
from studies import checkpoint, training_outcomes
from studies.checkpoint import Checkpoint
from studies.code import code_loader
from studies.data import image_data
from studies.errors import (
    CheckpointError,
    InvalidOutput,
    StudyError,
    Unreadable,
    fault_of,
    keeps_from_writing,
    lacks_keras,
)
from studies.image_classification import saved_model
from studies.image_classification.study import ImageClassification
from studies.keras_training import checked_training, keras_backend, keras_selftest
from studies.objective import Functions, Objective
from studies.study import Study

MOST_METRICS = 20
"""That are kept beside the score and the loss."""
_functions: dict[tuple[str, str], Functions] = {}


def main() -> Never:
    """Serves the pipe whose file descriptor is the first argument until it closes."""
    # Where it crashes is printed, and so told with its loss; where it hangs has a file.
    faulthandler.enable()
    faulthandler.register(SHOW_WHERE, file=int(sys.argv[3]))
    die_with_parent(int(sys.argv[2]), signal.SIGKILL)
    keras_backend.quicken_import()
    _stdout().reconfigure(line_buffering=True)  # what it printed is not lost with it
    pipe: Connection[Any, Any] = Connection(int(sys.argv[1]))
    protocol.send(pipe, protocol.Ready())
    try:
        while True:
            match protocol.receive_in_child(pipe):
                case protocol.Work() as work:
                    _tell(pipe, train(work, pipe))
                case protocol.Call() as asked:
                    _tell(pipe, call(asked, pipe))
                case protocol.Question() as question:
                    protocol.send(pipe, classify(question))
                case protocol.Prove():
                    protocol.send(pipe, prove())
                case protocol.Measure():
                    protocol.send(pipe, measure())
                case protocol.Answer() | protocol.Suggested() | protocol.Refused():
                    raise AssertionError("an answer to nothing")
    except (EOFError, OSError, SupervisorGone):
        # Without a supervisor there is nobody to train for. Skips TensorFlow's slow farewell.
        os._exit(0)


def train(
    work: protocol.Work, pipe: "Connection[Any, Any]"
) -> protocol.Outcome | protocol.Left | protocol.Paused | protocol.Unfit | protocol.Faulty:
    """Trains one job, reporting each epoch; whatever the definition raises is an outcome, and so is
    what it does instead of training."""
    try:
        study = _study(work)
        assert isinstance(study, Study), "an objective is called"
        holdout_file = None if work.holdout_file is None else Path(work.holdout_file)
        data = study.load(Path(work.training_file), holdout_file)
    except (DefinitionError, StudyError) as error:
        return protocol.Unfit(reason=str(error))
    except MemoryError as error:
        return _raised(error)
    report = Reporter(pipe, study, Saver(work, study.epochs))

    def train_from(start: Checkpoint | None) -> training_outcomes.Outcome:
        report.resumed_from = start.epoch if start is not None else 0
        return study.train(work.params, data, seed=work.seed, report=report, resume=start)

    try:
        try:
            start = work.checkpoint_file and checkpoint.read(Path(work.checkpoint_file))
            outcome = train_from(start or None)
        except Unreadable as error:
            return protocol.Unfit(reason=str(error))
        except CheckpointError as error:
            report.not_resumed = str(error)
            outcome = train_from(None)
        if (ended := report.interruption) is not None:
            raise RuntimeError(f"the trainer went on though {ended}: let BaseException pass")
        match outcome:
            case training_outcomes.Trained():
                return _finish(work, study, data, outcome)
            case training_outcomes.Stopped(epoch=epoch):
                return protocol.Pruned(epoch=epoch, hopeless=report.hopeless)
            case training_outcomes.Diverged(epoch=epoch, reason=reason):
                return protocol.Diverged(epoch=epoch, reason=reason)
        raise TypeError(
            f"the trainer returned {type(outcome).__name__}: return Trained, Stopped or Diverged"
        )
    except SupervisorGone:
        raise
    except ToldToLeave as left:
        return protocol.Left(epoch=left.epoch)
    except ToldToPause as paused:
        return protocol.Paused(epoch=paused.epoch)
    except NotFinite as error:
        return protocol.Diverged(epoch=error.epoch, reason=str(error))
    except BaseException as error:
        # sys.exit too: it would look like the machine's fault, and cost a worker its devices.
        return _raised(error)


def call(
    asked: protocol.Call, pipe: "Connection[Any, Any]"
) -> protocol.Outcome | protocol.Left | protocol.Unfit | protocol.Faulty:
    """Calls an objective, or what its file judges with; whatever is raised is an outcome."""
    try:
        study = _study(asked)
    except (DefinitionError, StudyError) as error:
        return protocol.Unfit(reason=str(error))
    assert isinstance(study, Objective), "a declared study is trained"
    # It brings Optuna, which no other training needs.
    from hpo.training import called_objective

    key = asked.definition, asked.definition_hash
    try:
        if key not in _functions:  # what its file reads, it reads once, as when Python runs it
            _functions[key] = study.load()
        functions = _functions[key]
    except BaseException as error:
        # Another machine may have what it imports and reads.
        return protocol.Unfit(reason=f"{asked.definition} does not load here ({_cause(error)})")
    try:
        if asked.judged is not None:
            assert functions.judge is not None, "its file has one"
            return called_objective.judge(functions.judge, asked.judged, asked.seed)
        return called_objective.call(functions.call, asked, pipe)
    except SupervisorGone:
        raise
    except ToldToLeave as left:
        return protocol.Left(epoch=left.epoch)
    except BaseException as error:
        return _raised(error)


def classify(
    question: protocol.Question,
) -> protocol.Classified | protocol.Raised | protocol.Faulty | protocol.Unfit:
    """Answers with a model whose weights are read into what the definition's code builds."""
    try:
        study = _study(question)
        assert isinstance(study, ImageClassification), "pictures are shown to classifiers"
        images = image_data.load_holdout(Path(question.images_file))
        shape, file = images.x.shape[1:], Path(question.model_file)
        model = saved_model.restore(study, question.params, shape, question.n_classes, file)
        probabilities = model.predict(images.x)
    except (DefinitionError, StudyError) as error:
        return protocol.Unfit(reason=str(error))
    except BaseException as error:
        return _raised(error)
    return protocol.Classified(probabilities=_encode(probabilities, "<f4"))


def prove() -> protocol.Proven | protocol.Unfit | protocol.Faulty:
    """Shows that Keras can train here. Nothing of it is a definition's: all that may be wrong is this
    machine's, or its device's."""
    try:
        keras_selftest.train_a_little()
    except BaseException as error:
        told = _raised(error)
        if isinstance(told, protocol.Raised):
            return protocol.Unfit(reason=f"Keras cannot train on this machine ({told.error})")
        return told
    return protocol.Proven()


def measure() -> protocol.Measured:
    """Trains a little in either precision; one that cannot be trained in is no error."""
    return protocol.Measured(float32=_probe("float32"), mixed_bfloat16=_probe("mixed_bfloat16"))


def _probe(precision: str) -> protocol.Probed:
    try:
        trained = keras_selftest.train_in(precision)
        return protocol.Probed(seconds=trained.seconds, losses=trained.losses)
    except Exception as error:  # also of a loss that is no number
        return protocol.Probed(error=" ".join(_cause(error).split()))


def _tell(pipe: "Connection[Any, Any]", outcome: protocol.FromChild) -> None:
    """Says how work came out, behind all that it printed."""
    with suppress(OSError, ValueError):  # a definition may have closed it
        _stdout().flush()
    ctypes.CDLL(None).fflush(None)  # what libraries print that are not Python's
    protocol.send(pipe, outcome)


def _stdout() -> io.TextIOWrapper:
    """Our own, whatever a definition has put in its place."""
    assert isinstance(sys.__stdout__, io.TextIOWrapper), "it is one that processes begin with"
    return sys.__stdout__


def _study(asked: protocol.OfDefinition) -> Study | Objective:
    definition = definition_loader.load(asked.definition)
    if definition.hash != asked.definition_hash:
        raise DefinitionError(f"the definition {asked.definition} was changed meanwhile")
    return definition.searched.with_settings(asked.settings)


def _raised(error: BaseException) -> protocol.Raised | protocol.Faulty | protocol.Unfit:
    cause, where = _cause(error), traceback.format_exc()
    with suppress(OSError, ValueError):
        print(where, file=sys.__stderr__)
    try:
        is_of_keras, fault = lacks_keras(error), fault_of(error)
    except BaseException:  # of the error's own __str__, which may want to exit
        is_of_keras, fault = False, None
    if is_of_keras:
        return protocol.Unfit(reason=f"this machine has no Keras that works ({cause})")
    if fault is not None:
        return protocol.Faulty(fault=fault, error=cause, traceback=where)
    return protocol.Raised(error=cause, traceback=where)


def _cause(error: BaseException) -> str:
    name = type(error).__name__
    try:
        return f"{name}: {code_loader.as_written(str(error))}".removesuffix(": ")
    except BaseException as unprintable:  # of the error's own __str__, which may want to exit
        return f"{name}, whose text raises {type(unprintable).__name__}"


def _finish(
    work: protocol.Work,
    study: Study,
    data: Any,
    trained: training_outcomes.Trained,
) -> protocol.Trained | protocol.Unfit:
    evaluated: list[protocol.Evaluated] = []
    if work.holdout_file is not None:
        judged = study.judge(trained.model, data)
        _check_evidence(study, judged)
        for split, evidence in judged.items():
            labels = predictions = b""
            match evidence:
                case training_outcomes.ClassEvidence(losses=values):
                    labels = _encode(evidence.labels, "u1")
                    predictions = _encode(evidence.predictions, "u1")
                case training_outcomes.ValueEvidence(values=values):
                    pass
            finite(study.epochs, f"{split} loss", float(values.mean()))
            told = _encode(values, "<f4")
            evaluated.append(
                protocol.Evaluated(split=split, labels=labels, predictions=predictions, losses=told)
            )
    model_file, not_kept = work.model_file, None
    if model_file is not None:
        try:
            _save(trained.model, Path(model_file))
        except Exception as error:
            if isinstance(error, OSError) and keeps_from_writing(error):
                return protocol.Unfit(reason=f"{model_file} cannot be written ({error})")
            if not evaluated:
                raise
            # What it answered is there, and is worth more than the model.
            model_file, not_kept = None, _cause(error)
    metrics = dict(trained.metrics)
    for name in metrics:
        checked_training.check_name(name)
    constraints = study.constraints(metrics)
    return protocol.Trained(
        score=finite(study.epochs, study.score_key, metrics.pop(study.score_key)),
        loss=finite(study.epochs, "val_loss", metrics.pop("val_loss")),
        metrics=dict(islice(metrics.items(), MOST_METRICS)),
        constraints=constraints,
        evaluations=tuple(evaluated),
        model_file=model_file,
        not_kept=not_kept,
    )


def _check_evidence(study: Study, judged: Mapping[str, training_outcomes.Evidence]) -> None:
    """It is by its settings that a study is known to be judged by classes, or by values.

    Raises:
        InvalidOutput: it was judged otherwise.
    """
    for evidence in judged.values():
        if isinstance(evidence, training_outcomes.ClassEvidence) != study.names_classes:
            raise InvalidOutput(
                f"judge gives {type(evidence).__name__}",
                "give ClassEvidence where a setting names the `classes`, else ValueEvidence",
            )


def _save(model: training_outcomes.Model, file: Path) -> None:
    """Raises what the definition's code raises, and TypeError where that leaves no file."""
    model.save(file)
    if file.is_dir():
        shutil.rmtree(file)
        raise TypeError("the model's save left a folder: write one file, such as an archive of it")
    if not file.exists():
        raise TypeError("the model's save left no file: write one of the name that it is given")


def _encode(values: NDArray[np.generic], dtype: str) -> bytes:
    return b64encode(values.astype(dtype).tobytes())


def _leave_sigterm_to_the_supervisor() -> None:
    """Slurm, and others that end a job, send it to every process there is; what trains is to reach its next
    checkpoint. Those that the training forks are ended by it, as ever: whoever forked them may count on that."""
    own = os.getpid()

    def pass_over(number: int, _frame: FrameType | None) -> None:
        if os.getpid() != own:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, pass_over)


if __name__ == "__main__":
    # Ctrl-C in a terminal reaches the whole group; only the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _leave_sigterm_to_the_supervisor()
    main()
