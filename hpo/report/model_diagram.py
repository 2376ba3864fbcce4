"""The diagram of a model: its layers, as its `.keras` file has them. Nothing in it is executed."""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    """One layer: its class, how it is set up, the shape it takes where known, how many weights it has, and
    the numbers, from 1, of the layers whose answers it takes."""

    kind: str
    details: tuple[str, ...]
    input_shape: tuple[int, ...] | None
    weights: int
    sources: tuple[int, ...]


def is_chain(layers: Sequence[Layer]) -> bool:
    """Whether each takes from the one before, and from no other."""
    return all(layer.sources == ((at,) if at else ()) for at, layer in enumerate(layers))


def read(content: bytes) -> tuple[Layer, ...]:
    """The layers of a model, each behind those it takes from; none where the file is not Keras's."""
    import h5py

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            layers = json.loads(archive.read(CONFIG))["config"]["layers"]
            with h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as weights:
                return tuple(_layers(layers, weights))
    # A definition may save whatever it likes under that name.
    except (zipfile.BadZipFile, AttributeError, LookupError, TypeError, ValueError, OSError):
        return ()


def _layers(configured: list[Mapping[str, Any]], weights: "h5py.File") -> Iterator[Layer]:
    seen: Counter[str] = Counter()
    numbers: dict[str, int] = {}
    for number, layer in enumerate(configured, start=1):
        kind, config = str(layer["class_name"]), layer["config"]
        # So the file names layers, whatever they are called in the model: conv2d, conv2d_1, ...
        stem = _snake(kind)
        name = f"{stem}_{seen[stem]}" if seen[stem] else stem
        seen[stem] += 1
        shape = config.get("batch_shape") or (layer.get("build_config") or {}).get("input_shape")
        if shape and isinstance(shape[0], list):  # one for each layer that it takes from
            shape = shape[0]
        yield Layer(
            kind=kind,
            details=tuple(
                told.format(_words(config[key]))
                for key, told in TOLD.items()
                if config.get(key) not in (None, "linear")
            ),
            input_shape=tuple(shape[1:]) if shape else None,
            weights=_count(weights, f"layers/{name}/vars"),
            sources=_sources(layer, numbers, number),
        )
        numbers[str(layer.get("name"))] = number


def _sources(layer: Mapping[str, Any], numbers: Mapping[str, int], number: int) -> tuple[int, ...]:
    """As a model of Keras's functional kind says; in a sequence it is the layer before."""
    if "inbound_nodes" not in layer:
        return (number - 1,) if number > 1 else ()
    names = (history[0] for history in _find("keras_history", layer["inbound_nodes"]))
    return tuple(sorted({numbers[name] for name in names if name in numbers}))


def _find(key: str, within: Any) -> Iterator[Any]:
    """Whatever has that key, however deep."""
    if isinstance(within, Mapping):
        if key in within:
            yield within[key]
        within = list(within.values())
    if isinstance(within, list):
        for each in within:
            yield from _find(key, each)


def _count(weights: "h5py.File", group: str) -> int:
    if group not in weights:
        return 0
    return sum(int(np.prod(variable.shape)) for variable in weights[group].values())


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return " by ".join(map(str, value)) if isinstance(value, list) else str(value)


def _snake(name: str) -> str:
    """As Keras writes the names of classes."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
