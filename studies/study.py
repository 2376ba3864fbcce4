"""A definition: everything that says what is optimised, and nothing about how it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import PositiveInt, TypeAdapter, ValidationError

from studies import training
from studies.errors import SettingsError
from studies.source import ImageSource
from studies.space import Params, Space, check_params

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]  # Keras ships no types

Precision = Literal["float32", "mixed_bfloat16"]
# A score is maximised, and verdicts are about accuracy.
Metric = Literal["accuracy"]
BuildModel = Callable[[Params, tuple[int, int, int], int], "keras.Model"]
"""(params, image shape as height x width x channels, number of classes) -> uncompiled model
that takes raw uint8 images and gives float32 class probabilities."""

_OWN_SETTINGS: dict[str, TypeAdapter[Any]] = {
    "epochs": TypeAdapter(PositiveInt),
    "precision": TypeAdapter(Precision),
}
_METRIC: TypeAdapter[Metric] = TypeAdapter(Metric)


@dataclass(frozen=True)
class Study:
    """What a search searches: a space, a baseline in it, data, a model and its training.

    `epochs`, `precision` and every field of `data` are *settings*: a run may override them.
    """

    name: str
    space: Space
    baseline: Params
    epochs: int
    data: ImageSource
    build_model: BuildModel
    metric: Metric = "accuracy"
    precision: Precision = "float32"
    trainer: training.Trainer = field(default=training.train)

    def __post_init__(self) -> None:
        check_params(self.space, self.baseline)
        for key, adapter in _OWN_SETTINGS.items():
            _valid(adapter, key, getattr(self, key))
        _valid(_METRIC, "metric", self.metric)

    @property
    def score_key(self) -> str:
        """The metric of an epoch whose value after the last epoch is a trial's score."""
        return f"val_{self.metric}"

    def settings(self) -> dict[str, object]:
        """Every setting as JSON-able values; `with_settings` takes them back."""
        own = {key: getattr(self, key) for key in _OWN_SETTINGS}
        return own | self.data.model_dump(mode="json")

    def with_settings(self, settings: Mapping[str, object]) -> Study:
        """This study with some settings replaced.

        Values may be strings as a command line gives them; a tuple is then separated by commas.
        Raises SettingsError for an unknown key or a value that does not fit.
        """
        known = self.settings()
        if unknown := sorted(settings.keys() - known.keys()):
            names = ", ".join(known)
            raise SettingsError(f"unknown setting {', '.join(unknown)}; known are {names}")
        own = {
            key: _valid(adapter, key, settings[key])
            for key, adapter in _OWN_SETTINGS.items()
            if key in settings
        }
        ours = {key: value for key, value in settings.items() if key not in _OWN_SETTINGS}
        return replace(self, data=self.data.with_settings(ours), **own)


def _valid(adapter: TypeAdapter[Any], key: str, value: object) -> Any:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SettingsError(f"setting {key} cannot be {value!r}: {reason}") from None
