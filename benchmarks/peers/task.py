"""What all are given: the images of ten classes of CIFAR-100, and the definition whose space it is."""

from dataclasses import dataclass

from hpo.definition_loader import Definition, load
from hpo.settings import Settings
from studies.data.prepared_data import PreparedData

CLASSES = (
    "cattle",
    "chair",
    "forest",
    "keyboard",
    "mushroom",
    "palm_tree",
    "plate",
    "rocket",
    "streetcar",
    "tiger",
)
"""None of those that the definition has by default, for the search or for the end."""


@dataclass(frozen=True)
class Task:
    """A definition with these classes, and its data on this machine. The training file is what the
    peers' scripts read as it is: x and y, `_train` and `_validation`, and nothing of the holdout."""

    classes: tuple[str, ...]
    definition: Definition
    data: PreparedData
    training_images: int


def prepare(classes: tuple[str, ...], settings: Settings) -> Task:
    """Prepares the data once, before anybody's time begins.

    Raises:
        SettingsError: there are no such classes.
        DataError: the data is not to be had here.
    """
    definition = load("cifar100").with_settings({"classes": classes})
    data = definition.study.prepare(settings.cache_folder, settings.data_dir)
    shapes = data.manifest.files[data.training_path("search").name].shapes
    return Task(classes, definition, data, shapes["x_train"][0])
