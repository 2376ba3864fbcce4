"""The verifier: whether a bundle is whole, its verdict follows from its evidence, and its model
does what it says. It needs no database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hpo.answer.evidence import Answers, Comparison, contrast
from hpo.bundle import best as best_file
from hpo.bundle import layout, predictions, replay, restored
from hpo.bundle.best import BestConfiguration
from hpo.bundle.restored import RestoredModel
from hpo.errors import BadBundle
from hpo.machine.errand import Tell
from hpo.settings import Settings
from studies import dataset, evaluation, training
from studies.study import Precision

# How far probabilities and losses may lie apart where another device computes the same sums in
# another order; bfloat16 has three significant digits.
ROUNDING: dict[Precision, float] = {"float32": 1e-3, "mixed_bfloat16": 3e-2}


def verify(folder: Path, settings: Settings, definition: str | None = None) -> Iterator[str]:
    """Checks one thing after another, and says of each in a sentence what holds. The holdout is
    opened for it, which no database notes.

    Raises:
        BadBundle: something does not hold.
        UsageError, DefinitionError, DataError, WorkFailed: it cannot be checked here.
    """
    device = settings.find_devices()[0]
    model = restored.restore(folder, device, definition)
    best = model.best
    yield f"{len(model.manifest.files)} files are what the manifest says"
    answers = _check_evidence(folder, best)
    yield f"the stored predictions give the stated scores, and the verdict: {best.verdict}"
    _check_training(model)
    data = replay.find_data(best, model.definition, settings)
    if (folder / layout.SPLITS).read_bytes() != data.splits_path.read_bytes():
        raise BadBundle(f"{layout.SPLITS} does not say how the data is split")
    yield "the definition and the data here are those it was made with"
    yield "the holdout is opened for this, outside any database: no study will count it"
    yield _check_model(model, answers, data.holdout_path("search"))


def retrain(
    folder: Path, settings: Settings, tell: Tell, definition: str | None = None
) -> replay.Replayed:
    """Trains the exported configuration again from its seed.

    Raises:
        BadBundle: the score is not what the bundle says it must be.
        UsageError, DefinitionError, DataError, WorkFailed: it cannot be trained here.
    """
    done = replay.train(folder / layout.BEST, settings, tell=tell, definition=definition)
    if not done.is_within_tolerance:
        raise BadBundle(f"trained again: {'; '.join(str(done).splitlines())}")
    return done


def _check_evidence(folder: Path, best: BestConfiguration) -> Answers:
    """The winner's answers on the holdout, once all that is stated was found to follow."""
    answers = {}
    for name, winner, baseline in predictions.unpack(folder / layout.PREDICTIONS):
        stated = getattr(best, name)
        if stated is None or not _follows(stated, winner, baseline):
            raise BadBundle(f"the scores on {name} do not follow from {layout.PREDICTIONS}")
        answers[name] = winner
    for name in predictions.COMPARISONS:
        if name not in answers and getattr(best, name) is not None:
            raise BadBundle(f"{layout.PREDICTIONS} holds no answers on {name}")
    if not _agree(best.training.tolerance, best_file.tolerance(best.validation)):
        raise BadBundle("the tolerance does not follow from the scores on validation")
    _check_conclusions(folder / layout.BEST, best)
    holdout = answers["holdout"]
    if best.training.seed not in holdout.seeds:
        raise BadBundle(f"{layout.PREDICTIONS} holds no answers of seed {best.training.seed}")
    return holdout


def _check_training(model: RestoredModel) -> None:
    """The score that a retraining is to come to is one of those that were found to follow."""
    if model.definition.study.trainer is not training.train:
        return  # what another trainer calls its score only a retraining tells
    stated, scores = model.best.training, model.best.validation.winner
    index = scores.seeds.index(stated.seed) if stated.seed in scores.seeds else None
    # Losses are kept as float32.
    if index is None or not np.allclose(
        (stated.score, stated.loss), (scores.accuracies[index], scores.losses[index]), 1e-5
    ):
        raise BadBundle("the score of the exported training does not follow from its predictions")


def _follows(stated: Comparison, winner: Answers, baseline: Answers) -> bool:
    try:
        found = contrast(winner, baseline)
    except ValueError:  # they were not judged on the same images
        return False
    return _agree(stated.model_dump(), found.model_dump())


def _check_conclusions(file: Path, best: BestConfiguration) -> None:
    """What the file concludes, as its verdict, is not read but computed again."""
    written, meant = json.loads(file.read_bytes()), json.loads(best.model_dump_json())
    for name in {**meant, **written}:
        if name not in written or name not in meant or not _agree(written[name], meant[name]):
            raise BadBundle(f"{file}: {name!a} is not what follows from the rest")


def _agree(stated: Any, found: Any) -> bool:
    """Whether two results are equal, but for rounding in the last digits."""
    match stated, found:
        case dict(), dict():
            return stated.keys() == found.keys() and all(
                _agree(stated[key], found[key]) for key in stated
            )
        case tuple() | list(), tuple() | list():
            return len(stated) == len(found) and all(map(_agree, stated, found))
        case float(), float():
            return bool(np.isclose(stated, found, rtol=1e-9, atol=1e-12, equal_nan=True))
        case _:
            return bool(stated == found)


def _check_model(model: RestoredModel, answers: Answers, holdout_file: Path) -> str:
    images = dataset.load_holdout(holdout_file)
    if images.x.shape[1:] != model.best.image_shape:
        raise BadBundle(f"{layout.BEST} states another shape of images than the data has")
    if not np.array_equal(answers.labels, images.y):
        raise BadBundle(f"the labels in {layout.PREDICTIONS} are not those of the holdout")
    probabilities = model.classify(holdout_file)
    found = evaluation.judge(probabilities, images.y)
    index = answers.seeds.index(model.best.training.seed)
    stored, losses = answers.predictions[index], answers.losses[index]
    tolerance = ROUNDING[model.definition.study.precision]
    # Between two classes that are as probable as each other rounding may decide.
    first, second = np.sort(probabilities, axis=1)[:, :-3:-1].T
    # So put that what is no number is a change.
    changed = (found.predictions != stored) & ~(first - second <= tolerance)
    apart = ~(np.abs(found.losses - losses) <= tolerance * (1 + losses))
    if changed.any() or apart.any():
        raise BadBundle(
            f"{model.file} does not give the stored predictions: {int(changed.sum())} of"
            f" {len(stored)} classes differ, {int(apart.sum())} losses do"
        )
    same = int((found.predictions == stored).sum())
    furthest = float(np.abs(found.losses - losses).max())
    how = "exactly" if furthest == 0 else f"to within {furthest:.1g} nats"
    return (
        f"the model gives {same:,} of {len(stored):,} stored predictions on the holdout, and their"
        f" losses {how}"
    )
