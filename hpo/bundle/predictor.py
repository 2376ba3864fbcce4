"""The predictor: what a bundle's model sees in a person's own pictures."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpo.bundle import model_loading
from hpo.errors import UsageError
from hpo.settings import Settings
from studies.data import pictures
from studies.errors import DataError

TOP = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prediction:
    """The most probable classes of a picture with their probabilities, likeliest first."""

    file: Path
    top: tuple[tuple[str, float], ...]


def predict(
    folder: Path, files: Sequence[Path], settings: Settings, definition: str | None = None
) -> list[Prediction]:
    """Classifies pictures with the model of the bundle in `folder`; all, or none of them.

    Raises:
        UsageError: there is no such bundle, or a file is no picture that can be read.
        BadBundle: a file of the bundle is missing or changed.
        DefinitionError: this machine has not the definition, or another version of it.
        WorkFailed: the model cannot be used here.
    """
    bundle = model_loading.open_bundle(folder, settings, definition)
    try:
        images = pictures.read(files, bundle.best.image_shape)
    except DataError as error:  # it was named on the command line
        raise UsageError(error.cause, error.mend) from error
    names = bundle.best.class_names["search"]
    with tempfile.TemporaryDirectory(prefix="hpo-predict-") as temporary:
        images_file = Path(temporary) / "pictures.npz"
        np.savez(images_file, x=images, y=np.zeros(len(images), np.int64))
        probabilities = bundle.classify(images_file, settings)
    if model_loading.has_own_trainer(bundle.definition):
        log.warning(
            "'%s' has a trainer of its own, and its build_model is taken for what that trained:"
            " `hpo verify` says whether it gives the stored predictions",
            bundle.best.definition,
        )
    return [
        Prediction(file, tuple((names[k], float(of_file[k])) for k in likeliest[:TOP]))
        for file, of_file in zip(files, probabilities, strict=True)
        # Of equals the lowest label first, as where accuracy is counted.
        for likeliest in [np.argsort(-of_file, kind="stable")]
    ]
