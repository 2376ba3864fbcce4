"""`hpo verify --retrain`: a training is repeated exactly where device and versions are the same,
and within the stated tolerance elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpo.bundle import retraining, verifier
from hpo.bundle.exporter import Export
from hpo.definition_loader import Definition
from hpo.errors import BadBundle
from hpo.settings import Settings
from studies.data.prepared_data import PreparedData
from tests.support.bundles import Bundle

Retrain = Callable[..., retraining.Retrained]


@pytest.fixture
def retrain(toy_export: Export, toy: Definition, toy_data: PreparedData, tmp_path: Path) -> Retrain:
    """Retrains the toy's bundle, in which some values of its training were changed. The toy's
    trainer says of itself what it scored, so that no evidence gives a changed score away."""

    def change_and_train(**values: Any) -> retraining.Retrained:
        bundle = Bundle(tmp_path / "toy")
        toy_export.write(bundle.folder)
        bundle.alter({f"training.{name}": value for name, value in values.items()})
        settings = Settings(cpu_slots=2, cache_dir=toy_data.folder.parent)
        return verifier.retrain(bundle.folder, settings, lambda *_: None, toy.reference)

    return change_and_train


def test_the_same_machine_gives_the_same_numbers(retrain: Retrain, toy_export: Export) -> None:
    """Score and loss, to the last digit."""
    done = retrain()
    assert (done.score, done.loss) == (toy_export.best.training.score, done.best.training.loss)
    assert done.differences == []
    assert "exactly as exported" in str(done)


def test_the_same_machine_has_no_tolerance(retrain: Retrain, toy_export: Export) -> None:
    """A score that is off by the least is not what was exported, however wide the tolerance."""
    score = toy_export.best.training.score + 1e-9
    with pytest.raises(BadBundle, match="so they should not differ at all") as refused:
        retrain(score=score, tolerance=0.5)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 1


@pytest.mark.parametrize("share", [0.9, -0.9])
def test_another_device_may_differ_by_the_tolerance(
    retrain: Retrain, toy_export: Export, share: float
) -> None:
    """In either direction; the device is named."""
    training = toy_export.best.training
    provenance = training.provenance.model_dump() | {"device": "an abacus"}
    score = training.score + share * 0.02
    done = retrain(score=score, tolerance=0.02, provenance=provenance)
    assert done.is_within_tolerance and not done.is_same
    assert "within the tolerance of 0.0200" in str(done)
    assert "was an abacus" in str(done)


@pytest.mark.parametrize("tolerance", [0.02, None])
def test_another_device_may_not_differ_by_more(
    retrain: Retrain, toy_export: Export, tolerance: float | None
) -> None:
    """Nor at all where no tolerance is known."""
    training = toy_export.best.training
    provenance = training.provenance.model_dump() | {"device": "an abacus"}
    with pytest.raises(BadBundle, match=r"beyond the tolerance|no tolerance is known"):
        retrain(score=training.score + 0.021, tolerance=tolerance, provenance=provenance)


def test_another_version_counts_as_other_circumstances(
    retrain: Retrain, toy_export: Export
) -> None:
    """It is named with both versions; the commit says nothing of numbers."""
    training = toy_export.best.training
    provenance = training.provenance.model_dump()
    versions = {**provenance["versions"], "keras": "1.0"}
    done = retrain(score=training.score + 1e-6, provenance={**provenance, "versions": versions})
    assert "was 1.0" in str(done)
    with pytest.raises(BadBundle, match="should not differ at all"):
        retrain(score=training.score + 1e-6, provenance={**provenance, "git_commit": "other"})
