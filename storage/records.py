"""Rows as frozen records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import EnumType
from functools import cache
from typing import Any, Self, get_type_hints

from sqlalchemy import Row

from storage.states import (
    ArtifactKind,
    AttemptState,
    DataSet,
    Direction,
    JobState,
    Phase,
    Pruner,
    Sampler,
    Split,
)

Params = Mapping[str, Any]
"""Texts, truths, numbers and None by the names of parameters."""
CheckedParams = Mapping[str, str | bool | int | float | None]
"""The same, where they are read from a file that anybody may have written."""

BASELINE = 0
"""The configuration that all others are measured against: the first search job's."""


class FromRow:
    """Builds a record from the columns of the same names; further columns are ignored."""

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        columns = row._mapping
        return cls(**{name: read(columns[name]) for name, read in _readers(cls).items()})  # type: ignore[arg-type]  # a class is hashable; mypy does not see it of Self


@cache
def _readers(record: type[FromRow]) -> Mapping[str, Callable[[Any], Any]]:
    """How each column of a record is read: text as the enumeration it stands for, all else as it
    is."""
    kinds = get_type_hints(record)
    names = [field.name for field in fields(record)]  # type: ignore[arg-type]  # every record is a dataclass
    return {name: kinds[name] if isinstance(kinds[name], EnumType) else _as_is for name in names}


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class DatabaseRecord(FromRow):
    """Which database this is; `artifacts` says where its artifacts lie, None where nobody chose."""

    uuid: str
    artifacts: str | None


@dataclass(frozen=True)
class StudyRecord(FromRow):
    """A named run of a definition. Times are milliseconds of the database's clock."""

    id: int
    uuid: str
    name: str
    definition: str
    definition_hash: str
    settings: Mapping[str, Any]
    baseline: Params
    metric: str
    direction: Direction
    seed: int
    trials: int
    select_top: int
    select_seeds: int
    final_seeds: int
    priority: int
    timeout_ms: int | None
    target: float | None
    patience: int | None
    sampler: Sampler
    generation: int
    phase: Phase
    reason: str | None
    halted_ms: int | None
    created_ms: int
    started_ms: int | None
    ended_ms: int | None
    pruner: Pruner = Pruner.HALVING
    points: int | None = None
    """How many configurations its space has; None for more than any study trains."""
    precision: str | None = None
    """What the first worker chose, where the settings leave that to it; None before."""
    precision_reason: str | None = None
    source: str | None = None
    """The study of whose trials its search knows from the beginning."""
    fixed: Params = field(default_factory=dict)
    """What its search does not choose; its baseline may have other values."""
    total_timeout_ms: int | None = None
    """When it is to be over as a whole, counted as `timeout_ms` is."""
    fitting_seeds: int | None = None
    """How many final seeds that leaves time for; None for as many as were asked for."""

    @property
    def planned_seeds(self) -> int:
        """How many seeds its final phase has at most."""
        return self.fitting_seeds or self.final_seeds

    @property
    def epochs(self) -> int | None:
        """What one training may take; None where nobody knows, as of a function that is called."""
        known = self.settings.get("epochs")
        return None if known is None else int(known)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Of all values that a trial gives; more than one only where a function is called."""
        return tuple(map(Direction, self.settings.get("directions") or [self.direction]))

    @property
    def has_front(self) -> bool:
        """Whether none of its trials is the best: what is better by one value may be worse by another."""
        return len(self.directions) > 1

    @property
    def is_called(self) -> bool:
        """Whether its trials are calls of a function, of which nothing is known; else they are trainings."""
        return self.epochs is None

    @property
    def is_judged_by_values(self) -> bool:
        """Whether of what its final jobs give no more is known than which way is better; else it is which
        class each image is taken for."""
        return "classes" not in self.settings

    @property
    def final_data_sets(self) -> tuple[DataSet, ...]:
        """What winner and baseline are trained on in the end."""
        return tuple(DataSet) if self.settings.get("new_classes") else (DataSet.SEARCH,)

    @property
    def unit(self) -> str:
        """What its trainings report after."""
        return "step" if self.is_called else "epoch"

    @property
    def is_imported(self) -> bool:
        """Whether its trials were made elsewhere: it is history, and nothing defines what more would be."""
        return not self.definition_hash

    @property
    def has_baseline(self) -> bool:
        """Whether its first configuration is what all others are measured against."""
        return bool(self.baseline)

    def is_baseline(self, configuration: int) -> bool:
        """Whether it is that one."""
        return self.has_baseline and configuration == BASELINE

    @property
    def is_judged(self) -> bool:
        """Whether select and final follow its search; else it is done with that."""
        return self.final_seeds > 0

    @property
    def trained_settings(self) -> Mapping[str, Any]:
        """The settings that its trainings have: with what was chosen in place of what was left open."""
        chosen = {} if self.precision is None else {"precision": self.precision}
        return {**self.settings, **chosen}


@dataclass(frozen=True)
class NewStudy:
    """What is asked for when a study is created."""

    name: str
    definition: str
    definition_hash: str
    settings: Mapping[str, Any]
    baseline: Params
    metric: str
    direction: Direction
    seed: int
    trials: int
    select_top: int
    select_seeds: int
    final_seeds: int
    timeout_ms: int | None = None
    target: float | None = None
    patience: int | None = None
    sampler: Sampler = Sampler.TPE
    priority: int = 0
    points: int | None = None
    pruner: Pruner = Pruner.HALVING
    source: str | None = None
    fixed: Params = field(default_factory=dict)
    total_timeout_ms: int | None = None


@dataclass(frozen=True)
class NewJob:
    """One training to be done. A search job gets its parameters suggested and its trial created;
    any other job says which trial's parameters it trains again."""

    phase: Phase
    configuration: int
    seed: int
    data_set: DataSet = DataSet.SEARCH
    params: Params | None = None
    trial_number: int | None = None


@dataclass(frozen=True)
class JobRecord(FromRow):
    """One job as it stands. `score` is the metric on validation after the last epoch reported, which
    for a job that succeeded is its last; `loss` goes with it. Of several directions it is the first's, and
    `scores` are those of all."""

    id: int
    study_id: int
    generation: int
    phase: Phase
    configuration: int
    seed: int
    data_set: DataSet
    params: Params | None
    trial_id: int | None
    trial_number: int | None
    state: JobState
    worker_id: str | None
    attempts: int
    losses: int
    exhaustions: int
    epoch: int
    score: float | None
    loss: float | None
    reason: str | None
    resumed_across: str | None
    device_seconds: float
    energy_joules: float
    started_ms: int | None
    ended_ms: int | None
    epoch_seconds: float | None = None
    """What the last epoch reported took."""
    rung: int = 0
    rung_value: float | None = None
    rung_ms: int | None = None
    scores: list[float] | None = None
    is_feasible: bool = True
    """Whether it kept all constraints that it set."""

    @property
    def title(self) -> str:
        """What a person reads: the trial, and the phase that trains it again."""
        if self.phase == Phase.SEARCH:
            return f"trial {'?' if self.trial_number is None else self.trial_number}"
        name = "baseline" if self.configuration == BASELINE else f"trial {self.trial_number}"
        return f"{self.phase} of {name}{', new classes' if self.data_set == DataSet.NEW else ''}"


@dataclass(frozen=True)
class EarlierTrial(FromRow):
    """What a trial of the study that another was created from had come to by then: its last score, on
    validation, after so many epochs; `is_complete` if these were all, and it violates no constraint. `configuration` is BASELINE for that
    of the study it is of. Where there are several scores, `scores` are all, and `score` is the first."""

    configuration: int
    params: Params
    is_complete: bool
    epoch: int
    score: float
    scores: list[float] | None = None


@dataclass(frozen=True)
class Lease:
    """The right to write for a job; the token fences everybody else's writes off."""

    job_id: int
    token: str


@dataclass(frozen=True)
class AttemptRecord(FromRow):
    """One claim of a job: by whom, on which device, from the checkpoint of which epoch (0 without
    one), and how it ended."""

    job_id: int
    worker_id: str
    device: str
    state: AttemptState
    reason: str | None
    began_epoch: int
    began_ms: int
    ended_ms: int | None


@dataclass(frozen=True)
class WorkerRecord(FromRow):
    """A supervisor on one machine; `machine` is equal for all that run under one kernel, and `usage`
    what its devices did when last measured (hpo.devices.metering), if ever."""

    id: str
    host: str
    pid: int
    slots: list[str]
    provenance: Mapping[str, Any]
    machine: str | None
    usage: Any
    started_ms: int
    seen_ms: int
    left_ms: int | None


@dataclass(frozen=True)
class EvaluationRecord(FromRow):
    """A trained model on one split; `labels` and `predictions` hold one byte an image, `losses`
    one little-endian float32 an image, in nats. Of what names no classes there are losses alone, one an
    example, and these are whatever the study judges by."""

    job_id: int
    split: Split
    labels: bytes
    predictions: bytes
    losses: bytes


@dataclass(frozen=True)
class OpeningRecord(FromRow):
    """A training that was given a holdout: which, when, to whom, and what was trained. `who` is a
    person's account and a host; `configuration` is BASELINE, or a number of its study. Of a copied study it is
    the use that the row `origin_id` tells of, and no other."""

    id: int
    job_id: int | None
    holdout_sha256: str
    opened_ms: int
    who: str
    study: str
    study_uuid: str
    definition: str
    definition_hash: str
    generation: int
    configuration: int
    params: Params
    seed: int
    origin_id: int | None = None


@dataclass(frozen=True)
class ArtifactRecord(FromRow):
    """A file that belongs to a job. Of a checkpoint, `epoch` is how many epochs were trained, and
    `provenance` what they were trained with."""

    id: str
    job_id: int
    kind: ArtifactKind
    size_bytes: int
    sha256: str
    epoch: int | None = None
    provenance: Mapping[str, Any] | None = None
