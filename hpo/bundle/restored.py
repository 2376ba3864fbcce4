"""The model of a bundle, rebuilt by our own code in a child of its own. Of the bundle nothing is
executed: its weights are numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpo.bundle import best as best_file
from hpo.bundle import layout, manifest
from hpo.bundle.best import BestConfiguration
from hpo.bundle.manifest import Manifest
from hpo.definitions import Definition
from hpo.errors import BadBundle
from hpo.machine import errand, messages
from hpo.machine.devices import Device


@dataclass(frozen=True)
class RestoredModel:
    """What classifies as the exported model did, from a bundle as whole as `manifest` says."""

    manifest: Manifest
    best: BestConfiguration
    file: Path
    definition: Definition
    device: Device

    def classify(self, images_file: Path) -> NDArray[np.float32]:
        """Class probabilities (n, k) of the images in a file that `load_holdout` reads.

        Raises:
            WorkFailed: the model or the images cannot be used here; the reason is one line.
        """
        n_classes = len(self.best.class_names["search"])
        question = messages.Question(
            definition=self.definition.reference,
            definition_hash=self.definition.hash,
            settings=dict(self.best.settings),
            params=dict(self.best.winner.params),
            n_classes=n_classes,
            model_file=str(self.file),
            images_file=str(images_file),
        )
        answer = errand.run(self.device, question)
        assert isinstance(answer, messages.Classified), f"out of turn: {answer}"
        return np.frombuffer(answer.probabilities, "<f4").reshape(-1, n_classes)


def restore(folder: Path, device: Device, definition: str | None = None) -> RestoredModel:
    """The model of the bundle in `folder`, every file of which is as the manifest says.

    Raises:
        UsageError: there is no such folder, or its configuration is of another format.
        BadBundle: a file is missing or changed, or it has no model.
        DefinitionError: this machine has not the definition, or another version of it.
    """
    held = manifest.check(folder)
    best = best_file.read(folder / layout.BEST)
    if layout.MODEL not in held.files:
        raise BadBundle(
            f"{folder} has no {layout.MODEL}, the study kept none: `hpo train --config"
            f" {folder / layout.BEST} --out FILE` makes one"
        )
    found = best.find_definition(definition)
    return RestoredModel(held, best, folder / layout.MODEL, found, device)
