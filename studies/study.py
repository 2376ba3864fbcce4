"""A definition: everything that says what is optimised, and nothing about how it is run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, FiniteFloat, TypeAdapter, ValidationError

from studies.checkpoint import Checkpoint
from studies.data.prepared_data import PreparedData
from studies.errors import InvalidOutput, SettingsError, nearest_first
from studies.json_values import check_json, check_text, plain
from studies.space import Forbidden, Params, Space, as_params, as_space, forbidden_in
from studies.training_outcomes import Evidence, Model, Outcome, Report

# The steps of a trial are 32 bits in some databases.
_Epochs = Annotated[int, Field(gt=0, lt=2**31)]
_Rungs = Annotated[
    tuple[_Epochs, ...] | None,
    BeforeValidator(lambda given: _split(given) if isinstance(given, str) else given),
]
_BOUNDS = TypeAdapter(dict[str, FiniteFloat])
MOST_NAME = 255
"""What the database takes of a definition's name, in characters."""
Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True, kw_only=True)
class Searched(ABC):
    """What a search is for: a name, and by what trials are compared.

    What `settings` gives are *settings*: a run may override them. All that is accepted is held as it
    comes back from JSON; what could not be searched, stored or shown is refused with SettingsError.
    """

    own_settings: ClassVar[Mapping[str, TypeAdapter[Any]]] = {}
    """The fields that are settings, with what each may be."""

    name: str
    metric: str
    direction: Direction

    def __post_init__(self) -> None:
        self._hold(
            name=plain(self.name),
            **{
                key: _valid(adapter, key, getattr(self, key))
                for key, adapter in self.own_settings.items()
            },
        )
        check_text("the name of a definition", self.name, MOST_NAME)
        for key, setting in self.settings().items():
            check_json(f"setting {key}", setting)

    def _hold(self, **values: object) -> None:
        """As it is made; after that it is frozen."""
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def metric_words(self) -> str:
        """What a trial's score is, as a person says it."""
        return self.metric

    @property
    def all_directions(self) -> tuple[Direction, ...]:
        """Those of all values of a trial."""
        return (self.direction,)

    @property
    def names_classes(self) -> bool:
        """Whether it is judged by which class each example is taken for, as a study in a database is known to be by
        the same setting; else it is by values."""
        return "classes" in self.settings()

    def settings(self) -> dict[str, object]:
        """Every setting as JSON-able values; `with_settings` takes them back."""
        return {
            key: adapter.dump_python(getattr(self, key), mode="json")
            for key, adapter in self.own_settings.items()
        }

    def with_settings(self, settings: Mapping[str, object]) -> Self:
        """This study with some settings replaced.

        Values may be strings as a command line gives them; a tuple is then separated by commas.
        Raises SettingsError for an unknown key or a value that does not fit.
        """
        known = self.settings()
        if unknown := sorted(settings.keys() - known.keys()):
            raise SettingsError(
                f"unknown setting {', '.join(unknown)}",
                nearest_first(unknown[0], known, f"known are {', '.join(known)}"),
            )
        own = {
            key: _valid(adapter, key, settings[key])
            for key, adapter in self.own_settings.items()
            if key in settings
        }
        others = {key: value for key, value in settings.items() if key not in own}
        return replace(self, **own, **self._changed_parts(others))

    def _changed_parts(self, settings: Mapping[str, object]) -> Mapping[str, Any]:
        """The parts of a kind of study that have settings of their own, with these replaced."""
        assert not settings, "all that is known is a field"
        return {}

    def check_complete(self) -> None:  # noqa: B027 - most can always be made
        """Raise SettingsError where a setting that a study cannot be made without is not given."""

    @property
    def needs_keras(self) -> bool:
        """Whether Keras trains it, which a machine must then be able to."""
        return False

    @abstractmethod
    def find_data(self, cache_folder: Path) -> PreparedData | None:
        """Its data under `cache_folder`, if it was prepared there before; reads none of it.

        Raises:
            DataError: it cannot be told which data that is.
        """

    @abstractmethod
    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
        """Its data under `cache_folder`, made now unless it is there already; the raw data is
        sought in `data_dir` first.

        Raises:
            SettingsError: the data does not have what the settings ask for.
            DataError: the raw data is damaged, or the cache cannot be written.
            DataUnavailable: the raw data is found nowhere.
        """


@dataclass(frozen=True, kw_only=True)
class Study(Searched):
    """A declared study: a space, a baseline in it and, told by each kind of study, how a configuration is
    trained and how its model is judged."""

    own_settings: ClassVar[Mapping[str, TypeAdapter[Any]]] = {
        "epochs": TypeAdapter(_Epochs),
        "rungs": TypeAdapter(_Rungs),
    }

    space: Space
    baseline: Params
    forbidden: Forbidden = ()
    """Combinations of values of which no configuration has all, as in {"optimizer": "sgd", "batch_size": 16}."""
    at_most: Mapping[str, float] = field(default_factory=dict)
    """Bounds of metrics that a training tells of its last epoch: what is beyond one is never the best."""
    at_least: Mapping[str, float] = field(default_factory=dict)
    """The same from below."""
    epochs: int
    """What one training may take, and the most that is reported of it."""
    rungs: tuple[int, ...] | None = None
    """The epochs after which the trials of a search are compared, and only the best go on; what is slow
    to warm up needs a later first one. None for those that suit most."""

    def __post_init__(self) -> None:
        space = as_space(self.space, self.forbidden)
        # It is not forbidden, so something of the space is left.
        baseline = as_params(space, self.baseline)
        self._hold(space=space, forbidden=forbidden_in(space), baseline=baseline)
        super().__post_init__()
        for side in ("at_most", "at_least"):
            self._hold(**{side: _valid(_BOUNDS, side, dict(getattr(self, side)))})
        if self.rungs and not self._has_increasing_rungs:
            raise SettingsError(
                f"setting rungs cannot be {','.join(map(str, self.rungs))} of {self.epochs} epochs",
                "give epochs before the last, each later than the one before",
            )

    @property
    def _has_increasing_rungs(self) -> bool:
        later = (*(self.rungs or ()), self.epochs)[1:]
        return all(rung < next_ for rung, next_ in zip(self.rungs or (), later, strict=True))

    def _check_bounded(self, told: Collection[str]) -> None:
        """Raise SettingsError for bounds of what a training is known not to tell."""
        if unknown := sorted({*self.at_most, *self.at_least} - set(told)):
            raise SettingsError(
                f"{unknown[0]} is bounded, which no training tells",
                f"known are {', '.join(told)}; a trainer of your own may tell more",
            )

    def constraints(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """How far beyond each bound the last epoch's metrics are, by its words; what is not has zero or less.

        Raises:
            InvalidOutput: the training told nothing of what is bounded.
        """
        beyond = {}
        for sign, word, bounds in ((1, "at most", self.at_most), (-1, "at least", self.at_least)):
            for name, bound in bounds.items():
                if name not in metrics:
                    raise InvalidOutput(
                        f"the metrics are {', '.join(metrics)}", f"{name} is bounded, and missing"
                    )
                beyond[f"{name} {word} {bound:g}"] = sign * (metrics[name] - bound)
        return beyond

    @property
    def score_key(self) -> str:
        """The metric of an epoch whose value after the last epoch is a trial's score."""
        return f"val_{self.metric}"

    @property
    def metric_words(self) -> str:
        return f"validation {self.metric}"

    @abstractmethod
    def load(self, training_file: Path, holdout_file: Path | None = None) -> Any:
        """Reads what was prepared, for `train` and `judge`; nobody else looks into it.

        Raises:
            DataError: a file is damaged.
            Unreadable: nothing is known of one.
        """

    @abstractmethod
    def train(
        self,
        params: Params,
        data: Any,
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        """Trains a configuration from scratch, or goes on after `resume`, which holds what an epoch
        of a training with the same other arguments gave as its state.

        Equal arguments on equal machines give equal metrics, and so does a training that was
        resumed. Raises CheckpointError, before anything is trained, for one of something else.
        """

    @abstractmethod
    def judge(self, model: Model, data: Any) -> Mapping[str, Evidence]:
        """What a trained model answers on `validation` and, if there is one, on the `holdout`."""


def _split(given: str) -> object:
    """A tuple as a command line gives it."""
    return tuple(part.strip() for part in given.split(",")) if given.strip() else None


def _valid(adapter: TypeAdapter[Any], key: str, value: object) -> Any:
    try:
        return adapter.validate_python(plain(value))
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SettingsError(f"setting {key} cannot be {value!r}: {reason}") from None
