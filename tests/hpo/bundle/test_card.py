"""The model card: what a person who is given the model should know."""

import re
from collections.abc import Iterator

import pytest

from hpo.bundle import card, layout
from hpo.bundle.best import BestConfiguration
from hpo.bundle.exporter import Export


@pytest.fixture
def best(toy_export: Export) -> BestConfiguration:
    """Of a toy study that was trained."""
    return toy_export.best


@pytest.fixture
def text(best: BestConfiguration) -> str:
    """Its card."""
    return card.write(best, has_model=True)


def _tables(text: str) -> Iterator[list[str]]:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        yield block.splitlines()


def test_the_exported_card_is_of_the_exported_configuration(toy_export: Export, text: str) -> None:
    """And nothing else."""
    assert toy_export.contents[layout.CARD].decode() == text


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
    """But itself, which whoever reads it has."""
    for name in layout.NAMES - {layout.CARD}:
        assert f"`{name}`" in text


def test_it_tells_how_to_use_and_check_it(text: str) -> None:
    """With the limits of both."""
    assert "$ hpo predict BUNDLE picture.png" in text
    assert "$ hpo verify BUNDLE --retrain" in text
    assert "they do not prove who wrote it" in text
    assert "on other pictures expect less" in text


def test_without_a_model_it_tells_how_to_train_it(best: BestConfiguration) -> None:
    """Nobody is sent to a command that cannot work."""
    text = card.write(best, has_model=False)
    assert "hpo predict" not in text
    assert "`hpo train --config best.json --out model.keras`" in text


def test_what_is_not_known_is_said(best: BestConfiguration) -> None:
    """A commit and a tolerance that nobody knows, and colours."""
    provenance = best.training.provenance.model_copy(update={"git_commit": None})
    training = best.training.model_copy(update={"tolerance": None, "provenance": provenance})
    changes = {"training": training, "image_shape": (32, 24, 3)}
    text = card.write(best.model_copy(update=changes), has_model=True)
    assert "(commit unknown)" in text
    assert "elsewhere it is not known what to expect" in text
    assert "32 x 24 pixels in colour" in text
