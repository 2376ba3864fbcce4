"""A folder of pictures is a source of images, or is refused in one line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from studies import images
from studies.data.folder_source import Folder
from studies.data.image_data import load_holdout, load_training, prepare
from studies.data.prepared_data import PreparedData
from studies.errors import DataError, DataUnavailable, SettingsError, StudyError

RED, GREEN = (255, 0, 0), (0, 255, 0)


def _fill(
    folder: Path, colour: tuple[int, int, int] | int = RED, count: int = 5, suffix: str = "png"
) -> Path:
    """Puts so many pictures of one colour into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    mode = "L" if isinstance(colour, int) else "RGB"
    for number in range(count):
        Image.new(mode, (20 + number, 30), colour).save(folder / f"{number}.{suffix}")
    return folder


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Ten red cats and five green dogs, and what is none of them."""
    _fill(tmp_path / "pets" / "dog", GREEN)
    _fill(tmp_path / "pets" / "cat", RED, 10)
    _fill(tmp_path / "pets" / ".trash", RED, 1)
    (tmp_path / "pets" / "cat" / ".DS_Store").write_text("")
    (tmp_path / "pets" / "README.md").write_text("cats and dogs")
    return tmp_path / "pets"


def _prepare(folder: Path, data_dir: Path | None = None, **settings: object) -> PreparedData:
    source = Folder().with_settings({"data": str(folder), "size": "8", **settings})
    return prepare(source, folder.parent / "cache", data_dir)


def _all(data: PreparedData) -> list[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    training, holdout = (
        load_training(data.training_path("search")),
        load_holdout(data.holdout_path("search")),
    )
    validation = training.x_validation, training.y_validation
    return [(training.x_train, training.y_train), validation, (holdout.x, holdout.y)]


def test_each_class_is_shared_out(pets: Path) -> None:
    """By name, all of it, as it looks; every picture is made of one size."""
    source = images.STUDY.with_settings({"data": str(pets)}).data
    assert (source.classes, source.new_classes) == (("cat", "dog"), ())
    parts = _all(_prepare(pets))
    assert [np.bincount(y).tolist() for _, y in parts] == [[6, 3], [2, 1], [2, 1]]
    for x, y in parts:
        assert x.shape[1:] == (8, 8, 3)
        assert [tuple(image[0, 0]) for image in x] == [(RED, GREEN)[label] for label in y]


def test_a_test_folder_is_held_out(tmp_path: Path) -> None:
    """And the other trains and validates."""
    for name, colour in (("cat", RED), ("dog", GREEN)):
        _fill(tmp_path / "pets" / "train" / name, colour, 8)
        _fill(tmp_path / "pets" / "test" / name, colour, 3)
    parts = _all(_prepare(tmp_path / "pets"))
    assert [np.bincount(y).tolist() for _, y in parts] == [[6, 6], [2, 2], [3, 3]]


def test_grey_pictures_have_one_channel(tmp_path: Path) -> None:
    """Where all are grey, of whatever format; one in colour makes all so."""
    _fill(tmp_path / "scans" / "a", 50, suffix="jpg")
    _fill(tmp_path / "scans" / "b", 200, suffix="bmp")
    (x, _), *_ = _all(_prepare(tmp_path / "scans"))
    assert x.shape[1:] == (8, 8, 1)
    Image.new("RGB", (9, 9)).save(tmp_path / "scans" / "a" / "0.jpg")
    (x, _), *_ = _all(_prepare(tmp_path / "scans"))
    assert x.shape[1:] == (8, 8, 3)


def test_what_changes_in_the_folder_is_read_again(pets: Path) -> None:
    """One more picture, another in its place, one less; what only lies elsewhere is the same."""
    before = _prepare(pets)
    assert _prepare(pets) == before
    Image.new("RGB", (20, 30), (0, 0, 9)).save(pets / "dog" / "0.png")
    other = _prepare(pets)
    assert other.sha256 != before.sha256
    _fill(pets / "dog", GREEN, 6)
    assert len({each.sha256 for each in (before, other, _prepare(pets))}) == 3
    (pets / "dog" / "5.png").unlink()
    assert _prepare(pets).sha256 == before.sha256
    shutil.copytree(pets, pets.parent / "there" / "pets")
    shutil.rmtree(pets)
    copy = _prepare(pets.parent / "there" / "pets")
    assert copy.sha256 == before.sha256


def test_what_was_prepared_stays_for_whom_it_was_given(pets: Path) -> None:
    """A study that is under way trains on what it began with, and judges on no image of that."""
    before = _prepare(pets)
    held = _all(before)
    _fill(pets / "dog", GREEN, 9)
    assert _prepare(pets).sha256 != before.sha256
    assert not before.damaged()
    for (x, y), (x_then, y_then) in zip(_all(before), held, strict=True):
        assert np.array_equal(x, x_then) and np.array_equal(y, y_then)


def test_a_class_is_split_the_same_way_beside_any_other(tmp_path: Path) -> None:
    """So that what is held out stays so, whichever classes a study is of; and where another grows."""
    for number, name in enumerate(("ant", "bee", "cat")):
        for picture in range(12):
            folder = tmp_path / "pets" / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("L", (20, 20), 20 * picture + number).save(folder / f"{picture:02}.png")

    def held_out(**settings: Any) -> set[int]:
        data = _prepare(tmp_path / "pets", **settings)
        return set(load_holdout(data.holdout_path("search")).x[:, 0, 0, 0].tolist())

    of_all = held_out()
    assert held_out(classes="bee,cat") == {grey for grey in of_all if grey % 20 > 0}
    assert held_out(classes="cat,bee", new_classes="") == {grey for grey in of_all if grey % 20 > 0}
    Image.new("L", (20, 20), 250).save(tmp_path / "pets" / "ant" / "99.png")
    assert {grey for grey in held_out() if grey % 20 > 0} == {grey for grey in of_all if grey % 20 > 0}  # fmt: skip


def test_a_study_has_the_classes_it_was_made_with(pets: Path) -> None:
    """They are among its settings; whoever takes these looks for no folder, and none is added."""
    settings = images.STUDY.with_settings({"data": str(pets)}).settings()
    assert (settings["classes"], settings["data"]) == (["cat", "dog"], str(pets))
    before = _prepare(pets, classes=settings["classes"])
    _fill(pets / "bird")
    assert _prepare(pets, classes=settings["classes"]).sha256 == before.sha256
    there = pets.parent / "there"
    there.mkdir()
    shutil.move(pets, there)
    again = images.STUDY.with_settings(settings)
    assert again.settings() == settings
    cache = there / "cache"
    with pytest.raises(
        DataUnavailable, match=r"there is no \S+pets: .* bring it into HPO_DATA_DIR"
    ):
        prepare(again.data, cache)
    of_size = again.with_settings({"size": 8})
    assert prepare(of_size.data, cache, there).sha256 == before.sha256


def _spoil(pets: Path, how: str) -> None:
    match how:
        case "no folder":
            shutil.rmtree(pets)
        case "a file":
            shutil.rmtree(pets)
            pets.write_text("")
        case "one class":
            shutil.rmtree(pets / "cat")
        case "no class":
            shutil.rmtree(pets / "cat")
            shutil.rmtree(pets / "dog")
        case "few":
            shutil.rmtree(pets / "dog")
            _fill(pets / "dog", count=2)
        case "empty":
            (pets / "bird").mkdir()
        case "text":
            (pets / "cat" / "notes.txt").write_text("miaow")
        case "cut":
            content = (pets / "cat" / "0.png").read_bytes()
            (pets / "cat" / "0.png").write_bytes(content[:-40])
        case "small":
            Image.new("L", (7, 100)).save(pets / "cat" / "thin.png")
        case "large":
            Image.new("1", (10_001, 8)).save(pets / "cat" / "wide.png")
        case "nested":
            _fill(pets / "cat" / "tabby")
        case "three pools":
            for name in ("train", "validation", "test"):
                shutil.copytree(pets / "cat", pets / name / "cat")
        case "name":
            (pets / "cat").rename(pets / "ca\nt")


@pytest.mark.parametrize(
    ("how", "kind", "said"),
    [
        ("no folder", SettingsError, r"there is no \S+pets: name what is there"),
        ("a file", SettingsError, r"pets is no folder: put pictures into FOLDER/CLASS"),
        ("one class", SettingsError, r"pets holds one class alone, dog: name a FOLDER, in which"),
        ("no class", SettingsError, r"pets holds no class: name a FOLDER, in which a folder for"),
        ("few", DataError, r"class 'dog' has 2 images: it needs at least 1 to train, 1 to valid"),
        ("empty", DataError, r"class 'bird' has 0 images: it needs"),
        ("text", DataError, r"cat/notes.txt is no PNG, .* picture"),
        ("cut", DataError, r"cat/0.png is damaged or cut short"),
        ("small", DataError, r"cat/thin.png is 7 x 100 pixels, at least 8 are needed each way"),
        ("large", DataError, r"cat/wide.png is 10,001 pixels wide, at most 10,000"),
        ("nested", SettingsError, r"cat/tabby is a folder, in that of a class: put pictures into"),
        ("three pools", SettingsError, r"test/cat is a folder, in that of a class: put pictures"),
        ("name", SettingsError, r"a class of Folder is 'ca\\nt': no database takes all"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    pets: Path, how: str, kind: type[StudyError], said: str
) -> None:
    """In one line, with the mend, and nothing is prepared."""
    _spoil(pets, how)
    with pytest.raises(StudyError, match=said) as caught:
        _prepare(pets)
    assert isinstance(caught.value, kind) and caught.value.mend
    assert "\n" not in str(caught.value)
    assert not list(pets.parent.glob("cache/*/*"))


def test_more_classes_than_there_may_be(tmp_path: Path) -> None:
    """A label is stored as a byte."""
    for number in range(257):
        (tmp_path / str(number)).mkdir()
    with pytest.raises(SettingsError, match="classes has 257 classes"):
        Folder().with_settings({"data": str(tmp_path)})


def test_classes_that_the_folder_does_not_have(pets: Path) -> None:
    """They are named, with those that it has."""
    with pytest.raises(DataError, match="has no bird, bee: it has cat, dog"):
        _prepare(pets, classes="cat,bird,bee")


def test_a_definition_can_be_read_where_its_data_is_not() -> None:
    """As on a machine that has a bundle: what is named there is looked for when it is needed."""
    source = Folder(data="nowhere")
    assert source.classes == ()
    assert source.with_settings({"classes": "cat,dog"}).classes == ("cat", "dog")
    with pytest.raises(SettingsError, match="there is no"):
        source.with_settings({})


def test_without_a_folder_nothing_can_be_made(tmp_path: Path) -> None:
    """It is asked for, and no data is prepared."""
    for refuse in (images.STUDY.check_complete, lambda: images.STUDY.prepare(tmp_path)):
        with pytest.raises(SettingsError, match="where the images are: --set data=FOLDER"):
            refuse()
    assert not list(tmp_path.iterdir())
