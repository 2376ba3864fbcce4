"""Prepared data: the right images, written whole, once, and read only by who may."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from studies import cifar100, digits
from studies.code import code_loader, raw_files
from studies.code.code_hash import Code
from studies.data import cifar100_files, cifar100_source
from studies.data.image_data import load_holdout, load_training, prepare
from studies.data.image_source import ImageSource, Pools
from studies.data.prepared_data import DataSet, PreparedData
from studies.data.splits import PerClass
from studies.errors import DataError, SettingsError
from tests.support.images import data_dir
from tests.support.marks import slow

Made = Callable[..., ImageSource]
SQUARES = """
from typing import ClassVar
import numpy as np
from studies.data.image_source import ImageSource, Pools
from studies.data.splits import PerClass
from lamp import LIGHT

class Squares(ImageSource):
    per_class: ClassVar = PerClass(train=1, validation=1)
    checksums: ClassVar = {"squares": "1"}
    class_names: ClassVar = ("a", "b", "c", "d")

    def read(self, data_dir, cache_folder):
        images = np.tile(np.array([[[LIGHT], [100]]], np.uint8), (8, 2, 1, 1))
        labels = np.repeat(np.arange(4), 2)
        return Pools(images, labels, images, labels)

SOURCE = Squares(classes=("a", "b"), new_classes=("c", "d"))
"""
DATA_SETS: tuple[DataSet, ...] = ("search", "new")
CLASSES: dict[DataSet, tuple[str, ...]] = {"search": cifar100.CLASSES, "new": cifar100.NEW_CLASSES}


def _identities(pool: NDArray[np.uint8]) -> dict[bytes, set[int]]:
    """Where in the pool each picture stands; CIFAR-100 holds a few pictures twice."""
    found: dict[bytes, set[int]] = {}
    for index, image in enumerate(pool):
        found.setdefault(image.tobytes(), set()).add(index)
    return found


@slow("wants the official files of CIFAR-100")
def test_counts_of_the_real_files(cifar: PreparedData) -> None:
    """2,000 images train, 400 validate and 3,000 are held out, in both sets of ten classes."""
    for data_set in DATA_SETS:
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        assert training.x_train.shape == (2000, 32, 32, 3)
        assert training.x_validation.shape == (400, 32, 32, 3)
        assert holdout.x.shape == (3000, 32, 32, 3)
        assert training.n_classes == 10
        for labels, per_class in (
            (training.y_train, 200),
            (training.y_validation, 40),
            (holdout.y, 300),
        ):
            assert np.bincount(labels).tolist() == [per_class] * 10
        for images in (training.x_train, training.x_validation, holdout.x):
            assert images.dtype == np.uint8
            assert images.max() == 255
    shapes = {name: facts.shapes for name, facts in cifar.manifest.files.items()}
    image = (32, 32, 3)
    of_training = {
        "x_train": (2000, *image), "y_train": (2000,),
        "x_validation": (400, *image), "y_validation": (400,),
    }  # fmt: skip
    of_holdout = {"x": (3000, *image), "y": (3000,)}
    assert shapes == {
        "search.npz": of_training,
        "search-holdout.npz": of_holdout,
        "new.npz": of_training,
        "new-holdout.npz": of_holdout,
    }


def test_every_image_is_of_its_class_and_serves_once(
    cifar: PreparedData, cifar_pools: Pools
) -> None:
    """Looked up in the official files, each image has the class it is said to have, training
    and holdout exhaust the class's 500 training images, and validation comes from the tests."""
    train_pool = _identities(cifar_pools.x_train)
    x_test, y_test = cifar_pools.of("test")
    test_pool = _identities(x_test)
    for data_set in DATA_SETS:
        names = CLASSES[data_set]
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        seen: list[bytes] = []
        for pool, labels, images, ours in (
            (train_pool, cifar_pools.y_train, training.x_train, training.y_train),
            (train_pool, cifar_pools.y_train, holdout.x, holdout.y),
            (test_pool, y_test, training.x_validation, training.y_validation),
        ):
            for image, label in zip(images, ours, strict=True):
                official = {cifar100_source.CLASS_NAMES[labels[i]] for i in pool[image.tobytes()]}
                assert names[label] in official
            if pool is train_pool:
                seen += [image.tobytes() for image in images]
        of_classes = [cifar100_source.CLASS_NAMES[label] in names for label in cifar_pools.y_train]
        expected = [image.tobytes() for image in cifar_pools.x_train[of_classes]]
        assert sorted(seen) == sorted(expected)


def test_the_class_names_are_those_of_the_data(tmp_path: Path) -> None:
    """What is known without reading the data is what its `meta` file says."""
    meta = cifar100_files.read(data_dir(), tmp_path)["meta"]
    assert tuple(name.decode() for name in meta[b"fine_label_names"]) == cifar100_source.CLASS_NAMES


@slow("wants the official files of CIFAR-100")
def test_searched_and_new_classes_differ(cifar: PreparedData) -> None:
    """The sets have the default classes, in their order, and none in common."""
    said = json.loads(cifar.splits_path.read_text(encoding="utf-8"))
    assert {name: tuple(said[name]["classes"]) for name in DATA_SETS} == CLASSES
    assert not set(cifar100.CLASSES) & set(cifar100.NEW_CLASSES)


def test_the_splits_file_says_which_image_of_the_raw_data_serves_for_what(
    cifar: PreparedData, cifar_pools: Pools
) -> None:
    """Looked up in the official files, its indices give the very images of the prepared files."""
    splits = json.loads(cifar.splits_path.read_text(encoding="utf-8"))
    assert set(splits) == set(DATA_SETS)
    for data_set in DATA_SETS:
        said = splits[data_set]
        assert tuple(said["classes"]) == CLASSES[data_set]
        training = load_training(cifar.training_path(data_set))
        holdout = load_holdout(cifar.holdout_path(data_set))
        for part, x, y in (
            ("train", training.x_train, training.y_train),
            ("validation", training.x_validation, training.y_validation),
            ("holdout", holdout.x, holdout.y),
        ):
            pixels, labels = cifar_pools.of(said[part]["pool"])
            indices = said[part]["indices"]
            assert np.array_equal(pixels[indices], x)
            classes = [cifar100_source.CLASS_NAMES[label] for label in labels[indices]]
            assert classes == [said["classes"][label] for label in y]


def test_preparing_again_reads_nothing(
    digits_data: PreparedData, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the files there, neither raw data nor any prepared image is opened."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("an image file was read")

    monkeypatch.setattr(digits.Digits, "read", refuse)
    monkeypatch.setattr(np, "load", refuse)
    for data_set in DATA_SETS:
        digits_data.training_path(data_set).chmod(0)
        digits_data.holdout_path(data_set).chmod(0)
    try:
        assert prepare(digits.STUDY.data, cache_folder) == digits_data
    finally:
        for data_set in DATA_SETS:
            digits_data.training_path(data_set).chmod(0o644)
            digits_data.holdout_path(data_set).chmod(0o644)


def test_sources_that_differ_share_no_files() -> None:
    """Another split by class, or other names for the labels, is other prepared data."""
    ours = digits.STUDY.data

    def key(**changes: object) -> str:
        other = type("Digits", (digits.Digits,), {"__module__": digits.__name__, **changes})
        return str(other(classes=ours.classes, new_classes=ours.new_classes).key())

    assert key() == ours.key()
    names = tuple(reversed(digits.Digits.class_names))
    assert key(per_class=PerClass(train=70, validation=30)) != ours.key()
    assert key(class_names=names) != ours.key()


SHORT = """
import numpy as np
from studies.data.image_source import ImageSource, Pools

class Squares(ImageSource):
    class_names = ("a", "b", "c", "d")

    def read(self, data_dir, cache_folder):
        return Pools(np.arange(20 * 4).reshape(20, 2, 2).astype(np.uint8), np.arange(20) % 4)

SOURCE = Squares()
"""


def test_what_is_not_said_need_not_be(made: Made, tmp_path: Path) -> None:
    """All classes are searched on, by shares of one pool, and none is new."""
    source = made("short", SHORT)
    assert source.model_dump() == {"classes": tuple("abcd"), "new_classes": (), "split_seed": 0}
    data = prepare(source, tmp_path / "cache")
    assert sorted(data.manifest.files) == ["search-holdout.npz", "search.npz"]
    assert not list(data.folder.glob("new*"))
    assert set(json.loads(data.splits_path.read_text())) == {"search"}
    assert np.bincount(load_training(data.training_path("search")).y_train).tolist() == [3] * 4
    assert np.bincount(load_holdout(data.holdout_path("search")).y).tolist() == [1] * 4


def test_the_classes_that_are_not_named_are_all_others(made: Made) -> None:
    """Whatever is named as new, then or later; and none by naming nothing."""
    source = made("short", SHORT).with_settings({"new_classes": "b, d"})
    assert (source.classes, source.new_classes) == (("a", "c"), ("b", "d"))
    assert source.with_settings({"new_classes": ""}).classes == tuple("abcd")
    named = digits.STUDY.data.with_settings({"new_classes": ""})
    assert (named.classes, named.new_classes) == (digits.STUDY.data.classes, ())
    with pytest.raises(SettingsError, match="setting classes cannot be 'a' alone"):
        source.with_settings({"new_classes": "b,c,d"})


def test_a_source_that_knows_no_classes_is_incomplete(made: Made) -> None:
    """It can be defined, and nothing can be prepared of it."""
    text = SHORT.replace('    class_names = ("a", "b", "c", "d")\n', "")
    with pytest.raises(SettingsError, match="Squares has no classes: say which data it is"):
        made("none", text)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The source that a file of this name defines, with grey images as light as a sibling says."""
    cache = tmp_path / "cache"

    def make(name: str, text: str = SQUARES, light: str = "LIGHT = 1\n") -> ImageSource:
        file = tmp_path / name / "mine.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.with_name("lamp.py").write_text(light)
        source = code_loader.run(Code.read(file)).SOURCE
        assert isinstance(source, ImageSource)
        assert prepare(source, cache).folder.parent == cache
        return source

    return make


def test_an_edit_of_a_source_is_other_data(made: Made, tmp_path: Path) -> None:
    """Whoever changes `read`, or what it calls beside it, trains on what it gives now; so does who
    has another source of the same name in another file. A comment prepares nothing again."""

    def light(source: ImageSource) -> int:
        images = load_training(prepare(source, tmp_path / "cache").training_path("search"))
        return int(images.x_train.min())

    first = made("here")
    assert light(first) == 1
    assert light(made("here", light="LIGHT = 2\n")) == 2
    assert light(made("here", SQUARES.replace("[LIGHT]", "[3 * LIGHT]"))) == 3
    assert light(made("there", light="LIGHT = 4\n")) == 4
    assert light(first) == 1
    assert len(list((tmp_path / "cache").iterdir())) == 4
    same = made("elsewhere", f"# grey\n{SQUARES}", "LIGHT = 1  # one\n")
    assert same.key() == first.key()


FILES = """
from typing import ClassVar
import numpy as np
from studies.data.image_source import ImageSource, Pools
from studies.data.splits import PerClass

class Files(ImageSource):
    per_class: ClassVar = PerClass(train=1, validation=1)
    checksums: ClassVar = {}
    class_names: ClassVar = ("a", "b", "c", "d")

    def read(self, data_dir, cache_folder):
        files = sorted((data_dir / "images").glob("*.npy"))
        images = np.concatenate([np.load(file) for file in files])
        labels = np.arange(len(images)) % 4
        return Pools(images, labels, images, labels)

SOURCE = Files(classes=("a", "b"), new_classes=("c", "d"))
"""


def _grey(light: int) -> NDArray[np.uint8]:
    """Eight images, of which the darker half of each is so light."""
    return np.tile(np.array([[[light], [100]]], np.uint8), (8, 2, 1, 1))


def _light(source: ImageSource, cache: Path, data_dir: Path | None) -> int:
    images = load_training(prepare(source, cache, data_dir).training_path("search"))
    return int(images.x_train.min())


def test_a_file_that_was_read_and_has_changed_is_read_again(tmp_path: Path) -> None:
    """No checksum has to say so: another file of that name, here or in another folder of data, or one
    more. What is only copied is the same; where it is gone, what was made of it is still right."""
    definition, cache = tmp_path / "files.py", tmp_path / "cache"
    definition.write_text(FILES)
    source = code_loader.run(Code.read(definition)).SOURCE

    def write(name: str, light: int, file: str = "1") -> Path:
        folder = tmp_path / name / "images"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / file, _grey(light))
        return folder.parent

    here = write("here", 1)
    made = prepare(source, cache, here)
    assert prepare(source, cache, here) == made
    os.utime(here / "images" / "1.npy")
    assert source.key() in made.folder.name
    assert prepare(source, cache, here) == made
    write("here", 2)
    assert _light(source, cache, here) == 2
    before = prepare(source, cache, here)
    write("here", 3, "2")
    assert prepare(source, cache, here).sha256 != before.sha256
    assert _light(source, cache, write("there", 4)) == 4
    shutil.rmtree(tmp_path / "there")
    assert _light(source, cache, tmp_path / "there") == 4
    assert _light(source, cache, None) == 4


IN_THREADS = FILES.replace(
    "[np.load(file) for file in files]", "list(ThreadPoolExecutor().map(np.load, files))"
).replace("import numpy", "from concurrent.futures import ThreadPoolExecutor\nimport numpy")
AT_ONCE = FILES.replace(
    "[np.load(file) for file in files]", "[WHOLE]"
).replace(
    "class Files", "WHOLE = np.load(Path(__file__).parent / 'images' / '1.npy')\nclass Files"
).replace("import numpy", "from pathlib import Path\nimport numpy")  # fmt: skip


@pytest.mark.parametrize("text", [IN_THREADS, AT_ONCE], ids=["threads", "module"])
def test_however_it_was_read(text: str, tmp_path: Path) -> None:
    """By threads that `read` starts, or when the definition was loaded."""
    definition = tmp_path / "files.py"
    definition.write_text(text)
    (tmp_path / "images").mkdir()
    for light in (1, 2):
        np.save(tmp_path / "images" / "1.npy", _grey(light))
        source = code_loader.run(Code.read(definition)).SOURCE
        assert _light(source, tmp_path / "cache", tmp_path) == light


def test_what_other_threads_read_is_not_its_data(tmp_path: Path) -> None:
    """They have other work."""
    (tmp_path / "mine").write_text("")
    (tmp_path / "theirs").write_text("")
    go, done = Event(), Event()

    def work() -> None:
        go.wait()
        (tmp_path / "theirs").read_text()
        done.set()

    other = Thread(target=work)
    other.start()
    with raw_files.watched() as read:
        (tmp_path / "mine").read_text()
        go.set()
        done.wait()
    other.join()
    assert read == {tmp_path / "mine"}


def test_nothing_but_data_is_watched(digits_data: PreparedData) -> None:
    """What a library brings changes with its version, and code is known by its hash."""
    assert not digits_data.manifest.raw.files


def test_a_source_that_stands_in_no_file_is_refused(tmp_path: Path) -> None:
    """Nobody could tell whether it is still the same."""

    class Mine(digits.Digits):
        __module__ = "builtins"

    source = Mine.model_validate(digits.STUDY.data.model_dump())
    with pytest.raises(DataError, match=r"code of Mine cannot be read .* define it in a file"):
        prepare(source, tmp_path)


def test_the_training_file_holds_no_held_out_image(digits_data: PreparedData) -> None:
    """Who has only the training file cannot see the holdout."""
    training = load_training(digits_data.training_path("search"))
    held_out = {image.tobytes() for image in load_holdout(digits_data.holdout_path("search")).x}
    with np.load(digits_data.training_path("search")) as arrays:
        assert set(arrays) == {"x_train", "y_train", "x_validation", "y_validation"}
    assert not held_out & {image.tobytes() for image in training.x_train}


def test_unknown_classes_are_named() -> None:
    """A class that the data does not have is refused without reading the data."""
    with pytest.raises(SettingsError, match="unknown class ten: the data has zero, one"):
        digits.STUDY.data.with_settings({"classes": "one,ten"})


def test_a_changed_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits that are not the known ones are not taken for them."""
    monkeypatch.setattr(digits, "_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"digits\.csv\.gz"):
        prepare(digits.STUDY.data, tmp_path)
