"""The verifier: whether a bundle is whole, its verdict follows from its evidence, and its model
does what it says. It needs no database."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hpo.bundle import best_json, manifest, model_loading, predictions_npz, retraining
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.model_loading import OpenedBundle
from hpo.errors import BadBundle, UsageError, WorkFailed
from hpo.result.look_results import look_back
from hpo.result.scores import Answers, Comparison, contrast
from hpo.settings import Settings
from hpo.statistics.interim_looks import CONFIDENCE, Look, plan
from hpo.training.one_off_work import Tell
from storage.states import DataSet
from studies.data import image_data
from studies.data.image_data import Images
from studies.image_classification import evaluation
from studies.image_classification.study import ImageClassification, Policy

# How far probabilities and losses may lie apart where another device computes the same sums in
# another order; bfloat16 has three significant digits.
ROUNDING: dict[Policy, float] = {"float32": 1e-3, "mixed_bfloat16": 3e-2}


def verify(folder: Path, settings: Settings, definition: str | None = None) -> Iterator[str]:
    """Checks one thing after another, and says of each in a sentence what holds, or that it could not
    be checked. The holdout is opened for it, which no database notes.

    Raises:
        BadBundle: something does not hold.
        UsageError, DefinitionError, DataError, WorkFailed: it cannot be checked here.
    """
    bundle = model_loading.open_bundle(folder, settings, definition)
    best = bundle.best
    yield f"{len(bundle.manifest.files)} files are what the manifest says"
    answers = _check_evidence(folder, best)
    yield f"the stored predictions give the stated scores, and the verdict: {best.verdict}"
    own_trainer = model_loading.has_own_trainer(bundle.definition)
    if not own_trainer:
        _check_training(best)
    data = retraining.find_data(best, bundle.definition, settings)
    if (folder / manifest.SPLITS).read_bytes() != data.splits_path.read_bytes():
        raise BadBundle(f"{manifest.SPLITS} does not say how the data is split")
    yield f"not checked: what {manifest.CARD} and {manifest.REPORT} say; {manifest.BEST} is what counts"
    yield "the definition and the data here are those it was made with"
    yield "the holdout is opened for this, outside any database: no study will count it"
    holdout_file = data.holdout_path("search")
    images = image_data.load_holdout(holdout_file)
    _check_images(best, answers, images)
    yield f"the stored predictions are of the {len(images.y):,} images of the holdout"
    if own_trainer:
        yield (
            f"not checked: the scores on validation that the trainer of '{best.definition}' told of"
            " itself, which only --retrain tells"
        )
    yield _check_model(bundle, answers, holdout_file, settings)


def retrain(
    folder: Path, settings: Settings, tell: Tell, definition: str | None = None
) -> retraining.Retrained:
    """Trains the exported configuration again from its seed.

    Raises:
        BadBundle: the score is not what the bundle says it must be.
        UsageError, DefinitionError, DataError, WorkFailed: it cannot be trained here.
    """
    done = retraining.train(folder / manifest.BEST, settings, tell=tell, definition=definition)
    if not done.is_within_tolerance:
        raise BadBundle(f"trained again: {'; '.join(str(done).splitlines())}")
    return done


def _check_evidence(folder: Path, best: BestConfiguration) -> Answers:
    """The winner's answers on the holdout, once all that is stated was found to follow."""
    answers = {}
    looks = _planned_looks(best)
    for name, winner, baseline in predictions_npz.unpack(folder / manifest.PREDICTIONS):
        stated = getattr(best, name)
        is_looked_at = predictions_npz.COMPARISONS[name][0] == DataSet.SEARCH
        confidence = looks[-1].confidence if is_looked_at else CONFIDENCE
        if stated is None or not _follows(stated, winner, baseline, confidence):
            raise BadBundle(f"the scores on {name} do not follow from {manifest.PREDICTIONS}")
        if name == "holdout" and not _are_those_taken(looks, best, winner, baseline):
            raise BadBundle(f"the looks at the holdout do not follow from {manifest.PREDICTIONS}")
        answers[name] = winner
    for name in predictions_npz.COMPARISONS:
        if name not in answers and getattr(best, name) is not None:
            raise BadBundle(f"{manifest.PREDICTIONS} holds no answers on {name}")
    if not _agree(best.training.tolerance, best_json.tolerance(best)):
        raise BadBundle("the tolerance does not follow from the scores on validation")
    _check_conclusions(folder / manifest.BEST, best)
    holdout = answers["holdout"]
    if best.training.seed not in holdout.seeds:
        raise BadBundle(f"{manifest.PREDICTIONS} holds no answers of seed {best.training.seed}")
    return holdout


def _planned_looks(best: BestConfiguration) -> tuple[Look, ...]:
    """As many of those that its seeds were planned with as it says were taken."""
    planned = plan(best.final_seeds)
    if not 0 < len(best.looks) <= len(planned):
        raise BadBundle(
            f"{len(best.looks)} looks at {best.final_seeds} seeds a side are none of ours"
        )
    return planned[: len(best.looks)]


def _are_those_taken(
    looks: Sequence[Look], best: BestConfiguration, winner: Answers, baseline: Answers | None
) -> bool:
    """Whether the stated looks say what the predictions do, none went on after one that had decided, or
    ended before, and the last saw all."""
    found = look_back(looks, winner, baseline, best.lost_trainings)
    *before, last = found
    all_models = len(winner.seeds), 0 if baseline is None else len(baseline.seeds)
    return (
        _agree([look.model_dump() for look in best.looks], [look.model_dump() for look in found])
        and (last.winner_models, last.baseline_models) == all_models
        and last.decides
        and not any(look.decides for look in before)
    )


def _check_training(best: BestConfiguration) -> None:
    """The score that a retraining is to come to, and those that say how far it may lie off, are those
    that were found to follow."""
    stated, scores = best.training, best.validation.winner
    index = scores.seeds.index(stated.seed) if stated.seed in scores.seeds else None
    # Losses are kept as float32.
    if (
        index is None
        or len(best.winner.final_scores) != len(scores.accuracies)
        or not np.allclose(best.winner.final_scores, scores.accuracies, 1e-5)
        or not np.allclose(
            (stated.score, stated.loss), (scores.accuracies[index], scores.losses[index]), 1e-5
        )
    ):
        raise BadBundle("the score of the exported training does not follow from its predictions")


def _follows(
    stated: Comparison, winner: Answers, baseline: Answers | None, confidence: float
) -> bool:
    try:
        found = contrast(winner, baseline, confidence)
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


def _check_images(best: BestConfiguration, answers: Answers, images: Images) -> None:
    if images.x.shape[1:] != best.image_shape:
        raise BadBundle(f"{manifest.BEST} states another shape of images than the data has")
    if not np.array_equal(answers.labels, images.y):
        raise BadBundle(f"the labels in {manifest.PREDICTIONS} are not those of the holdout")


def _check_model(
    bundle: OpenedBundle, answers: Answers, holdout_file: Path, settings: Settings
) -> str:
    """What the model gives; of one that only the definition's own code knows to use, no fault can be
    found here."""
    if not model_loading.has_own_trainer(bundle.definition):
        if manifest.OTHER_MODEL in bundle.manifest.files:
            raise BadBundle(f"{manifest.OTHER_MODEL} is no Keras model, as the definition trains")
        if manifest.MODEL in bundle.manifest.files:
            return _compare_model(bundle, answers, holdout_file, settings)
        return "not checked: the model, for the study kept none; --retrain trains it again"
    try:
        return _compare_model(bundle, answers, holdout_file, settings)
    except (UsageError, BadBundle, WorkFailed) as error:
        return (
            f"not checked: the model, of which '{bundle.best.definition}' alone knows how it answers"
            f" ({error.cause}); --retrain trains it again"
        )


def _compare_model(
    bundle: OpenedBundle, answers: Answers, holdout_file: Path, settings: Settings
) -> str:
    probabilities = bundle.classify(holdout_file, settings)
    found = evaluation.judge(probabilities, answers.labels.astype(np.int64))
    index = answers.seeds.index(bundle.best.training.seed)
    stored, losses = answers.predictions[index], answers.losses[index]
    study = bundle.definition.study
    assert isinstance(study, ImageClassification), "a bundle's model is a classifier of images"
    tolerance = ROUNDING[study.policy]
    # Between two classes that are as probable as each other rounding may decide.
    first, second = np.sort(probabilities, axis=1)[:, :-3:-1].T
    # So put that what is no number is a change.
    changed = (found.predictions != stored) & ~(first - second <= tolerance)
    apart = ~(np.abs(found.losses - losses) <= tolerance * (1 + losses))
    if changed.any() or apart.any():
        raise BadBundle(
            f"{bundle.folder / manifest.MODEL} does not give the stored predictions: {int(changed.sum())} of"
            f" {len(stored)} classes differ, {int(apart.sum())} losses do"
        )
    same = int((found.predictions == stored).sum())
    furthest = float(np.abs(found.losses - losses).max())
    how = "exactly" if furthest == 0 else f"to within {furthest:.1g} nats"
    return (
        f"the model gives {same:,} of {len(stored):,} stored predictions on the holdout, and their"
        f" losses {how}"
    )
