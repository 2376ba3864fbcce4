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
                return tuple(_layers(layers, weights, "layers"))
    # A definition may save whatever it likes under that name.
    except (zipfile.BadZipFile, AttributeError, LookupError, TypeError, ValueError, OSError):
        return ()


def _layers(
    configured: list[Mapping[str, Any]],
    weights: "h5py.File",
    group: str,
    before: int = 0,
    taken: tuple[int, ...] = (),
) -> Iterator[Layer]:
    """Those of a model, or of one within another, behind whose first `before` layers it stands; its first takes
    from these, `taken`."""
    seen: Counter[str] = Counter()
    numbers: dict[str, tuple[int, ...]] = {}
    last = taken
    for layer in configured:
        kind, config = str(layer["class_name"]), layer["config"]
        # So the file names layers, whatever they are called in the model: conv2d, conv2d_1, ...
        stem = _snake(kind)
        place = f"{group}/{stem}_{seen[stem]}" if seen[stem] else f"{group}/{stem}"
        seen[stem] += 1
        sources = _sources(layer, numbers, taken) if "inbound_nodes" in layer else last
        if "layers" in config:
            within = _layers(config["layers"], weights, f"{place}/layers", before, sources)
            for each in within:
                before += 1
                yield each
            last = (before,)
        elif taken and kind == "InputLayer":  # it has nothing to say within another model
            last = taken
        else:
            before += 1
            yield _layer(kind, layer, _count(weights, f"{place}/vars"), sources)
            last = (before,)
        numbers[str(layer.get("name"))] = last


def _layer(kind: str, layer: Mapping[str, Any], n_weights: int, sources: tuple[int, ...]) -> Layer:
    config = layer["config"]
    shape = config.get("batch_shape") or (layer.get("build_config") or {}).get("input_shape")
    if shape and isinstance(shape[0], list):  # one for each layer that it takes from
        shape = shape[0]
    return Layer(
        kind=kind,
        details=tuple(
            told.format(_words(config[key]))
            for key, told in TOLD.items()
            if config.get(key) not in (None, "linear")
        ),
        input_shape=tuple(shape[1:]) if shape else None,
        weights=n_weights,
        sources=sources,
    )


def _sources(
    layer: Mapping[str, Any], numbers: Mapping[str, tuple[int, ...]], taken: tuple[int, ...]
) -> tuple[int, ...]:
    """As a model of Keras's functional kind says; one that takes from no other takes what the model does."""
    names = [history[0] for history in _find("keras_history", layer["inbound_nodes"])]
    return tuple(sorted({each for name in names for each in numbers.get(name, ())})) or taken


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
