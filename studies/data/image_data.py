"""The images that a study trains and is judged on: chosen from their source, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studies.data import prepared_data, raw_images
from studies.data.image_source import ImageSource, Labels, Pixels, Pools
from studies.data.prepared_data import Arrays, DataSet, PreparedData, holdout_name, training_name
from studies.data.splits import Part, Split, hash_order, hash_order_within, split


@dataclass(frozen=True)
class TrainingImages:
    """What a training sees: uint8 NHWC images and int64 labels 0 .. n_classes - 1."""

    x_train: Pixels
    y_train: Labels
    x_validation: Pixels
    y_validation: Labels
    n_classes: int


@dataclass(frozen=True)
class Images:
    """Held-out images: x uint8 (n, height, width, channels), y int64 (n,)."""

    x: Pixels
    y: Labels


def prepare(source: ImageSource, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
    """The prepared data of `source` under `cache_folder`, made now unless it is there already, and made
    again where a file that was read for it has changed.

    Of a source without new classes there is no data set of these. By data set its splits say the class of each label (`classes`), and for `train`, `validation`
    and `holdout` the images as indices into a pool of the raw data (`pool`, `indices`), in the order
    in which they stand in the files.

    Cheap when it is there: no image is read, the holdout files are not opened. Several processes
    may prepare at once.
    Raises SettingsError for classes that the data does not have, DataError for bad raw data or a
    cache that cannot be written, Unreadable for one of which nothing is known.
    """
    source = source.with_settings({})  # which lists its classes
    source.check_complete()
    folder = cache_folder / source.key()
    if (there := prepared_data.find(folder, data_dir)) is not None:
        return there
    given, raw = source.read_watched(data_dir, cache_folder)
    pools = raw_images.checked(given, type(source).__name__, source.labelled)
    contents: dict[str, Arrays] = {}
    splits: dict[DataSet, dict[str, object]] = {}
    names: dict[DataSet, tuple[str, ...]] = {"search": source.classes, "new": source.new_classes}
    for data_set, classes in names.items():
        if not classes:
            continue
        wanted = {name: source.labelled.index(name) for name in classes}
        order = hash_order if source.class_names else hash_order_within
        chosen = split(
            pools.y_train, pools.y_test, wanted, source.split_seed, source.per_class, order
        )
        training, holdout = _arrays(pools, chosen, list(wanted.values()))
        contents[training_name(data_set)] = training
        contents[holdout_name(data_set)] = holdout
        splits[data_set] = {"classes": classes, **_parts(chosen)}
    return prepared_data.write(folder, contents, splits, raw)


def load_training(path: Path) -> TrainingImages:
    """Read a training file; DataError naming it if it is damaged, Unreadable if nothing is known."""
    with prepared_data.reading(path) as arrays:
        x_train, y_train = _pair(arrays, "x_train", "y_train")
        x_validation, y_validation = _pair(arrays, "x_validation", "y_validation")
        return TrainingImages(
            x_train, y_train, x_validation, y_validation, n_classes=int(y_train.max()) + 1
        )


def load_holdout(path: Path) -> Images:
    """Read a holdout file; DataError naming it if it is damaged, Unreadable if nothing is known."""
    with prepared_data.reading(path) as arrays:
        return Images(*_pair(arrays, "x", "y"))


def _arrays(pools: Pools, chosen: Split, wanted: Sequence[int]) -> tuple[Arrays, Arrays]:
    new_label = np.zeros(max(wanted) + 1, dtype=np.int64)
    new_label[wanted] = np.arange(len(wanted))

    def of(part: Part) -> tuple[Pixels, Labels]:
        x, y = pools.of(part.pool)
        return x[part.indices], new_label[y[part.indices]]

    x_train, y_train = of(chosen.train)
    x_validation, y_validation = of(chosen.validation)
    x, y = of(chosen.holdout)
    training: Arrays = {
        "x_train": x_train, "y_train": y_train,
        "x_validation": x_validation, "y_validation": y_validation,
    }  # fmt: skip
    return training, {"x": x, "y": y}


def _parts(chosen: Split) -> dict[str, object]:
    return {
        name: {"pool": part.pool, "indices": part.indices.tolist()}
        for name, part in vars(chosen).items()
    }


def _pair(arrays: Arrays, x: str, y: str) -> tuple[Pixels, Labels]:
    images, labels = arrays[x], arrays[y]
    if images.dtype != np.uint8 or labels.dtype != np.int64 or len(images) != len(labels):
        raise ValueError(f"{x} and {y} are not images with their labels")
    return images.astype(np.uint8, copy=False), labels.astype(np.int64, copy=False)
