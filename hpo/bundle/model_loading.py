"""The model of a bundle, rebuilt by our own code in a child of its own. Of the bundle nothing is
executed: its weights are numbers."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpo.bundle import best_json, manifest
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.manifest import Manifest
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.errors import BadBundle, UsageError
from hpo.settings import Settings
from hpo.training import one_off_work, protocol
from studies.image_classification import training
from studies.image_classification.study import ImageClassification


@dataclass(frozen=True)
class OpenedBundle:
    """A bundle as whole as its manifest says, with its definition as this machine has it."""

    folder: Path
    manifest: Manifest
    best: BestConfiguration
    definition: Definition

    def classify(self, images_file: Path, settings: Settings) -> NDArray[np.float32]:
        """Class probabilities (n, k) that its Keras model gives, on this machine's first device, for
        the images in a file that `load_holdout` reads.

        Raises:
            UsageError, BadBundle: it has no such model, or this machine no such device.
            WorkFailed: the model or the images cannot be used here; the reason is one line.
        """
        _refuse_no_model(self)
        self.definition.refuse_without_keras()
        n_classes = len(self.best.class_names["search"])
        question = protocol.Question(
            definition=self.definition.reference,
            definition_hash=self.definition.hash,
            settings=dict(self.best.settings),
            params=dict(self.best.winner.params),
            n_classes=n_classes,
            model_file=str(self.folder / manifest.MODEL),
            images_file=str(images_file),
        )
        device = discovery.find_for(settings)[0]
        answer = one_off_work.run(device, question, stall_seconds=settings.stall_seconds)
        assert isinstance(answer, protocol.Classified), f"out of turn: {answer}"
        return np.frombuffer(answer.probabilities, "<f4").reshape(-1, n_classes)


def open_bundle(folder: Path, settings: Settings, definition: str | None = None) -> OpenedBundle:
    """The bundle in `folder`, every file of which is as the manifest says.

    Raises:
        UsageError: there is no such folder, or its configuration is of another format.
        BadBundle: a file is missing or changed.
        DefinitionError: this machine has not the definition, or another version of it.
    """
    held = manifest.check(folder)
    best = best_json.read(folder / manifest.BEST)
    return OpenedBundle(folder, held, best, best.find_definition(definition, settings))


def has_own_trainer(definition: Definition) -> bool:
    """Whether it trains in a way of its own: only that knows what its scores, and its models' answers,
    are made of."""
    study = definition.study
    return not isinstance(study, ImageClassification) or study.trainer is not training.train


def name_of_model(content: bytes) -> str:
    """Under which name a model stands in a bundle; nothing of it is executed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_keras = "keras_version" in archive.read("metadata.json").decode()
    except Exception:  # whatever bytes of anybody's make zipfile trip over
        is_keras = False
    return manifest.MODEL if is_keras else manifest.OTHER_MODEL


def _refuse_no_model(bundle: OpenedBundle) -> None:
    if manifest.OTHER_MODEL in bundle.manifest.files:
        raise UsageError(
            f"{bundle.folder / manifest.OTHER_MODEL} is no Keras model, and nothing in a bundle is"
            " executed",
            f"load it with the code of '{bundle.best.definition}'",
        )
    if manifest.MODEL not in bundle.manifest.files:
        raise BadBundle(
            f"{bundle.folder} has no {manifest.MODEL}, the study kept none",
            f"`hpo train --config {bundle.folder / manifest.BEST} --out FILE` makes one",
        )
