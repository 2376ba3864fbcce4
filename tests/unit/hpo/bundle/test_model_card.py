"""The model card: what a person who is given the model should know."""

import re
from collections.abc import Iterator

import pytest

from hpo.bundle import manifest, model_card
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.exporter import Export


@pytest.fixture
def best(toy_export: Export) -> BestConfiguration:
    """Of a toy study that was trained."""
    return toy_export.best


@pytest.fixture
def text(best: BestConfiguration) -> str:
    """Its card."""
    return model_card.write(best, manifest.OTHER_MODEL)


def _tables(text: str) -> Iterator[list[str]]:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        yield block.splitlines()


def test_the_exported_card_is_of_the_exported_configuration(toy_export: Export, text: str) -> None:
    """And nothing else."""
    assert toy_export.contents[manifest.CARD].decode() == text


def test_it_says_what_the_model_is_and_how_good(best: BestConfiguration, text: str) -> None:
    """The study, the images, the classes, the seed; the verdict, word for word; the device."""
    assert text.startswith("# toy: the best configuration of a study of toy\n")
    assert "images of 2 x 2 pixels in grey into 2 classes" in text
    assert "a, b." in text
    assert f"with seed {best.training.seed}" in text
    assert best.verdict in text
    assert best.training.provenance.device in text
    assert f"scores {best.training.score:.4f} on validation again" in text


def test_every_table_is_one_in_markdown(text: str) -> None:
    """Each row has as many cells as its head; no number of the program's own is left to read."""
    found = list(_tables(text))
    assert len(found) >= 3
    for head, line, *rows in found:
        assert set(line) <= set("|-: ")
        assert rows
        for row in (line, *rows):
            assert row.count("|") == head.count("|")
    assert not re.search(r"\{\w+\}|\bnan\b|\bNone\b", text)


def test_every_class_of_the_holdout_has_a_row(best: BestConfiguration, text: str) -> None:
    """With both accuracies."""
    section = text.partition("## Each class of the holdout")[2].partition("##")[0]
    ((_, _, *rows),) = _tables(section)
    names = [row.split("|")[1].strip() for row in rows]
    assert sorted(names) == sorted(best.class_names["search"])


def test_it_names_every_file_of_a_bundle(text: str) -> None:
    """But itself, which whoever reads it has, and a model of the other kind."""
    for name in manifest.NAMES - {manifest.CARD, manifest.MODEL}:
        assert f"`{name}`" in text
    assert manifest.MODEL not in text


def test_it_tells_how_to_use_and_check_it(best: BestConfiguration) -> None:
    """With the limits of both."""
    text = model_card.write(best, manifest.MODEL)
    assert "A Keras classifier of images" in text
    assert "| `model.keras` | the trained model |" in text
    assert "$ hpo predict BUNDLE picture.png" in text
    assert "$ hpo verify BUNDLE --retrain" in text
    assert "they do not prove who wrote it" in text
    assert "on other pictures expect less" in text


def test_of_a_model_that_is_not_keras_it_tells_what_cannot_be_done(text: str) -> None:
    """Nobody is sent to a command that cannot work, or told of a Keras that was not there."""
    assert "Keras" not in text.replace("no Keras model", "")
    assert "$ hpo predict" not in text
    assert "`model.bin` holds what the definition's own trainer saved" in text
    assert "neither `hpo predict` nor `hpo verify`\ncan." in text
    assert "$ hpo verify BUNDLE --retrain" in text


def test_without_a_model_it_tells_how_to_train_it(best: BestConfiguration) -> None:
    """Nobody is sent to a command that cannot work."""
    text = model_card.write(best, None)
    assert "hpo predict" not in text
    assert "`hpo train --config best.json --out FILE`" in text


def test_what_is_not_known_is_said(best: BestConfiguration) -> None:
    """A commit and a tolerance that nobody knows, and colours."""
    provenance = best.training.provenance.model_copy(update={"git_commit": None})
    training = best.training.model_copy(update={"tolerance": None, "provenance": provenance})
    changes = {"training": training, "image_shape": (32, 24, 3)}
    text = model_card.write(best.model_copy(update=changes), manifest.MODEL)
    assert "(commit unknown)" in text
    assert "elsewhere it is not known what to expect" in text
    assert "32 x 24 pixels in colour" in text


def test_a_name_is_no_markup(best: BestConfiguration) -> None:
    """Of a class, nor of a device, wherever it stands."""
    names = {**best.class_names, "search": ("<b>", "*x*")}
    provenance = best.training.provenance.model_copy(update={"device": "<b>"})
    training = best.training.model_copy(update={"provenance": provenance})
    changes = {"class_names": names, "training": training}
    text = model_card.write(best.model_copy(update=changes), manifest.MODEL)
    assert "\\<b>, \\*x\\*." in text
    assert not re.search(r"(?<!\\)(<b>|\*x)", text)
