"""The diagram of a model: its layers, as its `.keras` file has them. Nothing in it is executed."""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import h5py

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
# Of what a layer is configured with, what tells it from another of its kind.
TOLD = {
    "filters": "{} filters",
    "kernel_size": "{}",
    "units": "{} units",
    "pool_size": "{}",
    "activation": "{}",
    "rate": "rate {}",
}


@dataclass(frozen=True)
class Layer:
    """One layer: its class, how it is set up, the shape it takes where known, and how many weights it has."""

    kind: str
    details: tuple[str, ...]
    input_shape: tuple[int, ...] | None
    weights: int


def read(content: bytes) -> tuple[Layer, ...]:
    """The layers of a model in their order; none where the file is not Keras's."""
    import h5py

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            layers = json.loads(archive.read(CONFIG))["config"]["layers"]
            with h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as weights:
                return tuple(_layers(layers, weights))
    # A definition may save whatever it likes under that name.
    except (zipfile.BadZipFile, AttributeError, KeyError, TypeError, ValueError, OSError):
        return ()


def _layers(configured: list[Mapping[str, Any]], weights: "h5py.File") -> Iterator[Layer]:
    seen: Counter[str] = Counter()
    for layer in configured:
        kind, config = str(layer["class_name"]), layer["config"]
        # So the file names layers, whatever they are called in the model: conv2d, conv2d_1, ...
        stem = _snake(kind)
        name = f"{stem}_{seen[stem]}" if seen[stem] else stem
        seen[stem] += 1
        shape = config.get("batch_shape") or (layer.get("build_config") or {}).get("input_shape")
        yield Layer(
            kind=kind,
            details=tuple(
                told.format(_words(config[key]))
                for key, told in TOLD.items()
                if config.get(key) not in (None, "linear")
            ),
            input_shape=tuple(shape[1:]) if shape else None,
            weights=_count(weights, f"layers/{name}/vars"),
        )


def _count(weights: "h5py.File", group: str) -> int:
    if group not in weights:
        return 0
    return sum(int(np.prod(variable.shape)) for variable in weights[group].values())


def _words(value: Any) -> str:
    return " by ".join(map(str, value)) if isinstance(value, list) else str(value)


def _snake(name: str) -> str:
    """As Keras writes the names of classes."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
