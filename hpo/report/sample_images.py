"""Sample predictions: pictures of the holdout on which the model is right, and on which it is wrong."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hpo.result.scores import Answers
from studies.data.image_data import Images

MOST = 10
"""So many of either kind."""


@dataclass(frozen=True)
class Sample:
    """A picture as a data URI, its class, the one that the model gave, and how probable the model
    took the right one to be."""

    picture: str
    label: str
    predicted: str
    probability: float

    @property
    def is_right(self) -> bool:
        return self.label == self.predicted


def choose(images: Images, answers: Answers, names: tuple[str, ...]) -> tuple[Sample, ...]:
    """Of the first model's answers, for each class the right one that is the most ordinary (of the
    median loss), and the wrong one that is the furthest off; the right ones first."""
    losses, predicted = answers.losses[0], answers.predictions[0]
    right, wrong = [], []
    for label in range(len(names)):
        of_class = answers.labels == label
        hits = np.flatnonzero(of_class & (predicted == label))
        misses = np.flatnonzero(of_class & (predicted != label))
        if len(hits):
            right.append(hits[np.argsort(losses[hits], kind="stable")[len(hits) // 2]])
        if len(misses):
            wrong.append(misses[np.argmax(losses[misses])])
    return tuple(
        Sample(
            _uri(images.x[index]),
            names[answers.labels[index]],
            names[predicted[index]],
            float(np.exp(-float(losses[index]))),
        )
        for index in (*right[:MOST], *wrong[:MOST])
    )


def _uri(pixels: NDArray[np.uint8]) -> str:
    # Of images of more kinds of light than a picture has, three are shown.
    shown = pixels if pixels.shape[-1] <= _MOST_CHANNELS else pixels[..., :3]
    content = io.BytesIO()
    Image.fromarray(shown.squeeze(-1) if shown.shape[-1] == 1 else shown).save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


_MOST_CHANNELS = 4
