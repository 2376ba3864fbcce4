"""`hpo verify --retrain`, of a Keras model."""

import json

import pytest

from hpo.bundle import verifier
from tests.support.bundles import Bundle, Finished, Reader
from tests.support.marks import slow

pytestmark = slow("trains networks for a bundle")


def test_a_keras_model_is_retrained_without_any_database(
    reader: Reader, finished: Finished
) -> None:
    """After all else was verified; in a child that did other work before."""
    out = reader.succeed("verify", finished.bundle.folder, "--retrain")
    best = json.loads((finished.bundle.folder / "best.json").read_bytes())
    assert "360 of 360 stored predictions" in out
    assert f"trained again: score {best['training']['score']:.4f}" in out
    assert "exactly as exported" in out
    assert out.splitlines()[-1] == f"{finished.bundle.folder}: verified"
    assert not (reader.shell.folder / "hpo.db").exists()


def test_what_is_altered_is_not_retrained(
    reader: Reader, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the rest shows, a stated score that no prediction supports ends it: exit 1."""
    monkeypatch.setattr(verifier, "retrain", lambda *_: pytest.fail("it was trained"))
    bundle.alter({"training.score": 0.99})
    line = reader.refute(bundle.folder, "--retrain")
    assert "does not follow from its predictions" in line
