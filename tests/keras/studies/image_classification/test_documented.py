"""What docs/images.md shows is a definition as it stands there, and learns something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.code import code_loader
from studies.code.code_hash import Code
from studies.image_classification.study import ImageClassification
from studies.training_outcomes import Epoch, Trained
from tests.support import documents
from tests.support.images import CHECKOUT

EXAMPLES = documents.files(CHECKOUT / "docs" / "images.md")


@pytest.mark.parametrize("name", ["mine", "shapes", "own", "weighted"])
def test_it_can_be_trained(name: str, tmp_path: Path) -> None:
    """From its data to its score."""
    assert len(EXAMPLES) == 4
    (tmp_path / f"{name}.py").write_text(EXAMPLES[f"{name}.py"])
    y = np.arange(60) % 2
    x = (y[:, None, None] + np.random.default_rng(0).random((60, 9, 7))) / 2
    np.savez(tmp_path / "mine.npz", x=x, y=y)
    study = code_loader.run(Code.read(tmp_path / f"{name}.py")).STUDY.with_settings({"epochs": 4})
    assert isinstance(study, ImageClassification)
    data = study.load(study.prepare(tmp_path / "cache").training_path("search"))
    heard: list[Epoch] = []

    def report(epoch: Epoch) -> bool:
        heard.append(epoch)
        return True

    outcome = study.train(study.baseline, data, seed=0, report=report)
    assert isinstance(outcome, Trained)
    assert len(heard) == 4 and heard[-1].metrics["val_loss"] < heard[0].metrics["val_loss"]
