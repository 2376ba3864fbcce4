"""Predicting: what a bundle's model sees in a person's own pictures, or a clear refusal."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hpo.bundle import predictor
from hpo.bundle.exporter import Export
from hpo.bundle.model_loading import OpenedBundle
from hpo.definition_loader import Definition
from hpo.errors import BadBundle
from hpo.settings import Settings
from studies import digits
from studies.data import image_data
from studies.image_classification import evaluation
from tests.support.bundles import MODEL, Bundle, Finished, Reader
from tests.support.marks import slow

pytestmark = slow("trains networks for a bundle")


@pytest.fixture
def pictures(finished: Finished, tmp_path: Path) -> list[Path]:
    """The first three images of each class of the holdout, as PNG files."""
    images = _holdout(finished)
    chosen = np.concatenate([np.flatnonzero(images.y == label)[:3] for label in range(6)])
    files = [tmp_path / f"{index}.png" for index in chosen]
    for index, file in zip(chosen, files, strict=True):
        Image.fromarray(images.x[index, ..., 0]).save(file)
    return files


def _holdout(finished: Finished) -> image_data.Images:
    data = digits.STUDY.prepare(finished.cache)
    return image_data.load_holdout(data.holdout_path("search"))


def _predicted(out: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out)
    return found


def test_a_picture_of_the_training_size_gives_what_the_model_gives_that_image(
    reader: Reader, finished: Finished, pictures: list[Path]
) -> None:
    """The very predictions and losses that were stored when the study finished; three classes of
    the searched ones, likeliest first, whose probabilities do not exceed one."""
    found = _predicted(reader.succeed("predict", finished.bundle.folder, *pictures, "--json"))
    assert [each["file"] for each in found] == [str(file) for file in pictures]
    images = _holdout(finished)
    stored = finished.bundle.array("holdout.winner.predictions")[0]
    losses = finished.bundle.array("holdout.winner.losses")[0]
    names = json.loads((finished.bundle.folder / "best.json").read_bytes())["class_names"]["search"]
    in_top = 0
    for file, each in zip(pictures, found, strict=True):
        index, shares = int(file.stem), list(each["top"].values())
        assert len(shares) == 3
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1 + 1e-6
        assert next(iter(each["top"])) == names[stored[index]]
        truth = names[images.y[index]]
        if truth in each["top"]:
            in_top += 1
            probabilities = np.full((1, 6), 0.0, np.float32)
            probabilities[0, images.y[index]] = each["top"][truth]
            judged = evaluation.judge(probabilities, images.y[index : index + 1])
            assert judged.losses[0] == pytest.approx(losses[index], abs=1e-6)
    assert in_top > 3


def test_people_read_a_line_for_each_picture(
    reader: Reader, finished: Finished, pictures: list[Path]
) -> None:
    """Of any size and colour: the file, then three classes with per cent."""
    large = pictures[0].with_name("large.jpg")
    Image.new("RGB", (640, 480), "red").save(large)
    out = reader.succeed("predict", finished.bundle.folder, large, pictures[0])
    lines = out.splitlines()
    assert len(lines) == 2
    for line, file in zip(lines, (large, pictures[0]), strict=True):
        name, _, shares = line.partition(": ")
        assert name == str(file)
        parts = shares.split("  ")
        assert len(parts) == 3
        assert all(part.endswith("%") for part in parts)
    assert lines[1] != lines[0]


def test_a_picture_that_is_none_is_refused(
    reader: Reader, finished: Finished, tmp_path: Path
) -> None:
    """Text, nothing at all, a folder, a file that is not there: exit 2, and which it was."""
    text, empty = tmp_path / "text.png", tmp_path / "empty.png"
    text.write_text("no picture")
    empty.touch()
    for file, said in (
        (text, "is no PNG, JPEG"),
        (empty, "is empty"),
        (tmp_path, "cannot be read (Is a directory)"),
        (tmp_path / "none.png", "cannot be read (No such file"),
    ):
        line = reader.fail("predict", finished.bundle.folder, file, code=2)
        assert f"{file} " in line
        assert said in line


def test_a_picture_20_000_pixels_wide_is_refused(
    reader: Reader, finished: Finished, tmp_path: Path
) -> None:
    """It is told how wide it may be."""
    file = tmp_path / "wide.png"
    Image.new("1", (20_000, 1)).save(file)
    line = reader.fail("predict", finished.bundle.folder, file, code=2)
    assert "is 20,000 pixels wide, at most 10,000" in line


def test_one_bad_picture_among_good_ones_ends_it(
    reader: Reader, finished: Finished, pictures: list[Path], tmp_path: Path
) -> None:
    """Nothing is printed of the good ones, which a program might take for all."""
    bad = tmp_path / "bad.png"
    bad.write_bytes(pictures[0].read_bytes()[:60])
    line = reader.fail("predict", finished.bundle.folder, pictures[0], bad, pictures[1], code=2)
    assert str(bad) in line


def test_no_picture_at_all_is_wrongly_asked(reader: Reader, finished: Finished) -> None:
    """The command needs one."""
    done = reader.shell.run("predict", str(finished.bundle.folder))
    assert done.returncode == 2
    assert "Missing argument 'PICTURES...'" in done.stderr


def test_a_bundle_without_a_model_says_how_to_make_one(
    reader: Reader, bundle: Bundle, pictures: list[Path]
) -> None:
    """The study kept none: exit 1."""
    bundle.unlist(MODEL)
    (bundle.folder / MODEL).unlink()
    line = reader.fail("predict", bundle.folder, pictures[0], code=1)
    assert f"has no {MODEL}, the study kept none: `hpo train" in line


def test_a_folder_that_is_no_bundle_is_refused(reader: Reader, pictures: list[Path]) -> None:
    """One that is not there: exit 2; one without a manifest: exit 1."""
    folder = pictures[0].parent
    assert "there is no folder" in reader.fail("predict", folder / "no", pictures[0], code=2)
    assert "has no manifest.json" in reader.fail("predict", folder, pictures[0], code=1)


def test_a_definition_that_builds_no_keras_model_is_refused(
    reader: Reader, toy_export: Export, toy: Definition, pictures: list[Path], tmp_path: Path
) -> None:
    """The toy saves what it likes."""
    toy_export.write(tmp_path / "toy")
    line = reader.fail("predict", tmp_path / "toy", pictures[0], "--study", toy.reference, code=2)
    assert "model.bin is no Keras model, and nothing in a bundle is executed: load it" in line


def test_of_two_classes_both_are_told_and_of_equals_the_first(
    toy_export: Export,
    toy: Definition,
    pictures: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fewer than three is no reason to fail."""
    toy_export.write(tmp_path / "toy")
    shares = np.array([[0.25, 0.75], [0.5, 0.5]], np.float32)
    seen: list[NDArray[np.uint8]] = []

    def classify(model: OpenedBundle, images_file: Path, _: Settings) -> NDArray[np.float32]:
        seen.append(image_data.load_holdout(images_file).x)
        return shares

    monkeypatch.setattr(OpenedBundle, "classify", classify)
    settings = Settings(cpu_slots=1)
    first, second = predictor.predict(tmp_path / "toy", pictures[:2], settings, toy.reference)
    assert first.top == (("b", 0.75), ("a", 0.25))
    assert second.top == (("a", 0.5), ("b", 0.5))
    assert [images.shape for images in seen] == [(2, 2, 2, 1)]
    with pytest.raises(BadBundle):
        predictor.predict(tmp_path, pictures[:2], settings, toy.reference)
