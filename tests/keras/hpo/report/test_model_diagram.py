"""The layers of a model, read from its file without Keras."""

import io
import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from hpo.report import model_diagram
from hpo.report.model_diagram import Layer
from tests.support.bundles import MODEL, Finished
from tests.support.marks import slow


@slow("trains networks for a bundle")
def test_layers_of_a_real_model(finished: Finished) -> None:
    """Its weights are all counted, once; each layer says what it is."""
    content = (finished.bundle.folder / MODEL).read_bytes()
    layers = model_diagram.read(content)
    assert layers[0].kind == "InputLayer"
    assert layers[0].input_shape == (8, 8, 1)
    assert layers[-1].details == ("6 units", "softmax")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        h5py.File(io.BytesIO(archive.read(model_diagram.WEIGHTS)), "r") as weights,
    ):
        sizes: list[int] = []
        weights["layers"].visititems(
            lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None
        )
    assert sum(layer.weights for layer in layers) == sum(sizes) > 0


NORMALISED = {"class_name": "BatchNormalization", "config": {"name": "mine"}}


def _model(layers: object, weighted: str = "layers/batch_normalization_1/vars/0") -> bytes:
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file[weighted] = np.zeros((2, 3))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(model_diagram.CONFIG, json.dumps({"config": {"layers": layers}}))
        archive.writestr(model_diagram.WEIGHTS, weights.getvalue())
    return content.getvalue()


def test_layers_of_a_kind_are_told_apart() -> None:
    """Their weights lie under the class's name and their number, whatever they are called."""
    assert model_diagram.read(_model([NORMALISED, NORMALISED])) == (
        Layer("BatchNormalization", (), None, 0, ()),
        Layer("BatchNormalization", (), None, 6, (1,)),
    )


def test_what_a_layer_takes_is_told() -> None:
    """By number, of several layers or of one that is not the one before; a chain needs no numbers."""

    def layer(name: str, *sources: str) -> dict[str, object]:
        histories = [{"config": {"keras_history": [source, 0, 0]}} for source in sources]
        nodes = [{"args": [histories], "kwargs": {}}] if sources else []
        config = {"name": name}
        return {"class_name": "Layer", "name": name, "config": config, "inbound_nodes": nodes}

    model = _model([layer("a"), layer("b", "a"), layer("c", "a"), layer("d", "c", "b")])
    layers = model_diagram.read(model)
    assert [each.sources for each in layers] == [(), (1,), (1,), (2, 3)]
    assert not model_diagram.is_chain(layers)
    assert model_diagram.is_chain(model_diagram.read(_model([layer("a"), layer("b", "a")])))


def test_layers_of_a_model_within_a_model_are_shown() -> None:
    """In its place, with their weights, and without an input of its own; what comes behind takes from its last."""
    inner = {"layers": [{"class_name": "InputLayer", "config": {}}, NORMALISED, NORMALISED]}
    layers = [NORMALISED, {"class_name": "Sequential", "config": inner}, NORMALISED]
    found = model_diagram.read(
        _model(layers, "layers/sequential/layers/batch_normalization_1/vars/0")
    )
    assert [(each.weights, each.sources) for each in found] == [
        (0, ()), (0, (1,)), (6, (2,)), (0, (3,)),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"no zip", _model(7), _model([{"class_name": "Dense"}])])
def test_what_is_no_model_has_no_layers(content: bytes, tmp_path: Path) -> None:
    """A definition may save whatever it likes."""
    assert model_diagram.read(content) == ()


def test_a_layer_of_several_has_the_shape_of_one() -> None:
    """Such as a sum; and numbers are as long as they are read."""
    shapes = {"input_shape": [[None, 4, 4, 2], [None, 4, 4, 2]]}
    added = {"class_name": "Add", "config": {"rate": 0.21849984}, "build_config": shapes}
    (layer,) = model_diagram.read(_model([added]))
    assert (layer.input_shape, layer.details) == ((4, 4, 2), ("rate 0.218",))
