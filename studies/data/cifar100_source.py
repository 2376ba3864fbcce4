"""CIFAR-100 as a source of images, for us and for a script that stands alone."""

from __future__ import annotations

import inspect
import textwrap
from pathlib import Path
from string import Template
from typing import ClassVar

import numpy as np

from studies.data import cifar100_files
from studies.data.image_source import ImageSource, Pixels, Pools, ScriptLoader
from studies.data.splits import PerClass, hash_order

CLASS_NAMES = tuple(
    """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus
    butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch
    crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo
    keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain
    mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain
    plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone
    television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split()  # noqa: SIM905 - a hundred names read better as text
)


class Cifar100(ImageSource):
    """500 training and 100 test images of 32 x 32 in colour for each of 100 classes.

    Of each class 200 training images train, 40 test images validate, and the 300 training images
    left over are held out.
    """

    per_class: ClassVar = PerClass(train=200, validation=40)
    checksums: ClassVar = cifar100_files.OFFICIAL.members
    class_names: ClassVar = CLASS_NAMES

    def read(self, data_dir: Path | None, cache_folder: Path) -> Pools:
        """Read the official files; `cifar100_files.read` says where they are sought."""
        files = cifar100_files.read(data_dir, cache_folder / "downloads")
        train, test = files["train"], files["test"]
        return Pools(
            _images(train[b"data"]),
            np.array(train[b"fine_labels"], dtype=np.int64),
            _images(test[b"data"]),
            np.array(test[b"fine_labels"], dtype=np.int64),
        )

    def script_loader(self) -> ScriptLoader:
        """The script reads the official files, and has Keras download them if need be."""
        labels = [CLASS_NAMES.index(name) for name in self.classes]
        source = Template(_SCRIPT).substitute(
            classes=textwrap.indent(textwrap.fill(", ".join(self.classes), 98), "# "),
            labels=textwrap.fill(repr(labels), 90, subsequent_indent="    "),
            split_seed=self.split_seed,
            n_train=self.per_class.train,
            n_validation=self.per_class.validation,
            train_md5=self.checksums["train"],
            test_md5=self.checksums["test"],
            url=cifar100_files.OFFICIAL.url,
            archive_md5=cifar100_files.OFFICIAL.md5,
            folder=cifar100_files.FOLDER,
            hash_order=inspect.getsource(hash_order),
        )
        return ScriptLoader(
            argument=cifar100_files.FOLDER,
            optional=True,
            explanation="the folder of the official files; without it Keras downloads them",
            source=source,
        )


def _images(rows: Pixels) -> Pixels:
    """Rows of 3072 bytes, all red before all green before all blue, as (n, 32, 32, 3)."""
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


_SCRIPT = '''\
import hashlib
import pickle
import sys
from pathlib import Path

# The labels of these classes in the official files; ours is the place in the list.
$classes
LABELS = $labels
SPLIT_SEED = $split_seed
MD5 = {"train": "$train_md5", "test": "$test_md5"}


def load_images(folder):
    """x_train, y_train, x_validation, y_validation. What is held out is not among them."""
    if folder is None:
        import keras

        url = "$url"
        known = {"file_hash": "$archive_md5", "extract": True}
        folder = keras.utils.get_file("$folder-target", url, **known) + "/$folder"
    train, validation = Path(folder, "train"), Path(folder, "test")
    return *choose(train, $n_train), *choose(validation, $n_validation)


def choose(file, n):
    """The first n images of each class in the order drawn by hashing, and their labels."""
    content = file.read_bytes()
    # Unpickling can run code, so nothing is unpickled but the very file that is known.
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != MD5[file.name]:
        sys.exit(f"{file} is damaged or not CIFAR-100's (wrong MD5): give the official files")
    pool = pickle.loads(content, encoding="bytes")
    images = pool[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    labels = np.array(pool[b"fine_labels"])
    chosen = [hash_order(labels, label, SPLIT_SEED, file.name)[:n] for label in LABELS]
    return images[np.concatenate(chosen)], np.repeat(np.arange(len(LABELS)), n)


$hash_order'''
