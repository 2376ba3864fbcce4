"""Which pictures a report shows."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from hpo.report import sample_images
from hpo.result.scores import Answers
from studies.data.image_data import Images


def test_the_ordinary_and_the_worst() -> None:
    """Of each class the right answer of the median loss, and of the wrong ones that with the highest;
    each with its own pixels and the probability that follows from its loss."""
    labels = np.array([0, 0, 0, 0, 1, 1], np.uint8)
    predicted = np.array([[0, 0, 0, 1, 0, 0]], np.uint8)
    losses = np.array([[0.3, 0.1, 0.2, 2.0, 1.0, 3.0]], np.float32)
    x = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1) * np.ones((1, 2, 2, 3), np.uint8)
    answers = Answers(seeds=(1,), labels=labels, predictions=predicted, losses=losses)
    chosen = sample_images.choose(Images(x, labels.astype(np.int64)), answers, ("cat", "dog"))
    told = [(one.label, one.predicted, one.is_right, round(one.probability, 3)) for one in chosen]
    assert told == [
        ("cat", "cat", True, 0.819),
        ("cat", "dog", False, 0.135),
        ("dog", "cat", False, 0.05),
    ]
    assert [_pixel(one.picture) for one in chosen] == [2, 3, 5]


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 13])
def test_pictures_of_any_number_of_channels(channels: int) -> None:
    """Grey ones, with transparency or without, and of satellites: no report fails for them."""
    answers = Answers((1,), np.zeros(1, np.uint8), np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.float32))  # fmt: skip
    images = Images(np.full((1, 2, 2, channels), 9, np.uint8), np.zeros(1, np.int64))
    (sample,) = sample_images.choose(images, answers, ("only",))
    assert _pixel(sample.picture) == 9


def _pixel(uri: str) -> int:
    head, _, content = uri.partition(",")
    assert head == "data:image/png;base64"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    return int(pixels.flat[0])
