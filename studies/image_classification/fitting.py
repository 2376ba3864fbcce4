"""A training by Keras's own `fit`, for a definition that asks for what ours does not have: class weights,
callbacks, losses with weights, ..."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from studies import keras_backend
from studies.checkpoint import Checkpoint
from studies.data.image_data import TrainingImages
from studies.image_classification.evaluation import evaluate
from studies.image_classification.training import KerasClassifier, Trainer
from studies.space import Params
from studies.training_outcomes import Epoch, Outcome, Report, Stopped, Trained

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    from studies.image_classification.study import ImageClassification

Compile = Callable[["keras.Model", Params, TrainingImages], Mapping[str, Any]]
"""(what build_model gave, params, images) -> what `fit` is given beside the images, when the model has been
compiled."""


def by_fit(compile_model: Compile) -> Trainer:
    """The `trainer` of a definition whose models are compiled by that, and trained by `fit` for its epochs.

    What callbacks find as `val_loss` and `val_accuracy` is the cross-entropy and the accuracy on validation.
    Such a training goes on from no checkpoint, for what its callbacks know is in none: a trial that falls
    behind at a rung is ended there. A callback may end one early; its score is that of its model then.
    """

    def train(
        study: ImageClassification,
        params: Params,
        images: TrainingImages,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,  # noqa: ARG001 - it gives no state to go on from
    ) -> Outcome:
        import keras

        keras_backend.start_afresh(seed)
        with keras_backend.dtype_policy(study.policy):
            model = study.build_model(params, images.x_train.shape[1:], images.n_classes)
            how = dict(compile_model(model, params, images))
        classifier = KerasClassifier(model)
        ended, stopped = [time.perf_counter()], list[int]()

        def judge() -> dict[str, float]:
            found = evaluate(classifier, images.x_validation, images.y_validation, images.n_classes)
            return {"val_loss": found.loss, "val_accuracy": found.accuracy}

        def end_epoch(number: int, logs: dict[str, Any]) -> None:
            logs.update(judge())  # for the callbacks behind this one, too
            ended.append(time.perf_counter())
            if not report(Epoch(number + 1, dict(logs), ended[-1] - ended[-2])):
                stopped.append(number + 1)
                model.stop_training = True

        reporting = keras.callbacks.LambdaCallback(on_epoch_end=end_epoch)
        how["callbacks"] = [reporting, *how.get("callbacks", ())]
        model.fit(images.x_train, images.y_train, epochs=study.epochs, verbose=0, **how)
        return Stopped(*stopped) if stopped else Trained(judge(), classifier)

    return train
