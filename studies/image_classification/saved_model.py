"""Trained weights, read back into a model that the definition's own code builds."""

from __future__ import annotations

import json
import re
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from studies.errors import ModelError, Unreadable, keeps_from_reading
from studies.image_classification.evaluation import Classifier
from studies.keras_training import keras_backend
from studies.keras_training.trained_model import KerasModel
from studies.space import Params

if TYPE_CHECKING:
    from studies.image_classification.study import ImageClassification


def restore(
    study: ImageClassification,
    params: Params,
    image_shape: tuple[int, int, int],
    n_classes: int,
    file: Path,
) -> Classifier:
    """The model of `params` with the weights in `file`, a .keras file.

    Of the file nothing but numbers is used: neither its description of the layers, which may name
    code, nor a pickle.

    Raises:
        ModelError: the file is damaged, of another Keras version, or of another model.
        Unreadable: nothing is known of it.
    """
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    saved_by = _keras_version(file)
    if saved_by.split(".")[:2] != keras.__version__.split(".")[:2]:
        raise ModelError(
            f"{file} was saved by Keras {saved_by}, and this is {keras.__version__}",
            f"install keras=={saved_by}",
        )
    keras_backend.compute_exactly()
    with keras_backend.dtype_policy(study.policy):
        model = study.build_model(params, image_shape, n_classes)
    if not isinstance(model, keras.Model):
        raise ModelError(f"'{study.name}' builds no Keras model: its weights cannot be restored")
    try:
        with warnings.catch_warnings():
            # Where a layer is not in the file Keras warns, and leaves it as it was drawn.
            warnings.filterwarnings("error", "(?s).*retain their freshly-initialized weights")
            model.load_weights(file)
    except Exception as error:  # what the many layers of Keras and HDF5 may raise is not listed
        said = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{file} does not hold the weights of this model ({type(error).__name__}: {said})",
            "use the file that was exported",
        ) from error
    return KerasModel(model)


def _keras_version(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo("metadata.json").file_size > _MOST_METADATA_BYTES:
                raise ValueError("too large for metadata")
            version = str(json.loads(archive.read("metadata.json"))["keras_version"])
        if not _VERSION.fullmatch(version):
            raise ValueError("no version")
    # Some of it zipfile raises where bytes were changed: an unknown method, a broken stream.
    except (
        OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError,
    ) as error:  # fmt: skip
        if isinstance(error, OSError) and keeps_from_reading(error):
            raise Unreadable.of(file, error) from error
        raise ModelError(
            f"{file} is no Keras model, or a damaged one", "use the file that was exported"
        ) from error
    return version


_VERSION = re.compile(r"\d+(\.\w+)*")
_MOST_METADATA_BYTES = 1 << 16
