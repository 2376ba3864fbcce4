"""What was asked for when a study was created, and where it lies."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    distribution_to_json,
)

from hpo.formatting import (
    describe_params,
    fixed_words,
    limit_words,
    phase_words,
    precision_words,
)
from storage.artifact_stores import locations
from storage.database import Database
from storage.records import StudyRecord
from storage.tables import database_identity, optuna_study, studies


@dataclass(frozen=True)
class StudyDetails:
    """A study as it was created. `space` is what its trials were drawn from, and empty before the first has
    begun; `artifacts` is None where these lie in the database; `data_sha256` before anybody worked on it."""

    study: StudyRecord
    space: Mapping[str, BaseDistribution]
    database: str
    artifacts: str | None
    data_sha256: str | None


def read_study(db: Database, name: str) -> StudyDetails:
    """Raises:
    StudyNotFound, DatabaseUnavailable
    """
    with db.reading() as tx:
        study = studies.get(tx, name)
        return StudyDetails(
            study,
            optuna_study.distributions(tx, study.id),
            db.shown_url,
            locations.where(db.engine, database_identity.get(tx)),
            studies.data_sha256(tx, study),
        )


def describe(details: StudyDetails) -> Iterator[tuple[str, str]]:
    """As a person reads it: of what, and in words; what is not set is left out."""
    study = details.study
    yield "study", f"{study.name}, {phase_words(study)}"
    whose = "" if study.is_imported else f", sha256 {study.definition_hash[:12]}"
    yield "definition", f"{study.definition}{whose}"
    settings = {
        name: ",".join(map(str, value)) if isinstance(value, list) else value
        for name, value in study.trained_settings.items()
        if value is not None
    }
    yield "settings", " ".join(f"{name}={value}" for name, value in settings.items())
    yield "metric", f"{study.metric}, {', '.join(study.directions)}"
    for at, (name, distribution) in enumerate(details.space.items()):
        yield "" if at else "space", f"{name}: {_distribution_words(distribution)}"
    if not details.space:
        yield "space", "known when the first trial has begun"
    if study.points is not None:
        yield "", f"{study.points} configurations in all"
    if words := fixed_words(study):
        yield "not searched", words
    if study.baseline:
        yield "baseline", describe_params(study.baseline)
    yield "budget", _budget_words(study)
    yield (
        "search",
        ", ".join([f"sampler {study.sampler}, pruner {study.pruner}", *limit_words(study)]),
    )
    if study.source is not None:
        yield "begun with", f"what study {study.source} had found"
    yield "seed", str(study.seed)
    yield "priority", str(study.priority)
    if words := precision_words(study):
        yield "precision", words
    for of_what, ms in (
        ("created", study.created_ms), ("started", study.started_ms), ("ended", study.ended_ms),
    ):  # fmt: skip
        if ms is not None:
            yield of_what, f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield "database", details.database
    yield "artifacts", details.artifacts or "in the database"
    if details.data_sha256 is not None and not study.is_called:
        yield (
            "data",
            f"sha256 {details.data_sha256[:12]}, on each machine in its cache (HPO_CACHE_DIR)",
        )


def as_json(details: StudyDetails) -> dict[str, Any]:
    """As plain data, for programs; distributions as Optuna writes them."""
    space = {name: json.loads(distribution_to_json(each)) for name, each in details.space.items()}
    return {
        "study": asdict(details.study),
        "space": space,
        "database": details.database,
        "artifacts": details.artifacts,
        "data_sha256": details.data_sha256,
    }


def _budget_words(study: StudyRecord) -> str:
    if not study.is_judged:
        return f"{study.trials} trials"
    return (
        f"{study.trials} trials, then the best {study.select_top} with {study.select_seeds} seeds,"
        f" then winner and baseline with up to {study.final_seeds}"
    )


def _distribution_words(distribution: BaseDistribution) -> str:
    match distribution:
        case CategoricalDistribution(choices=choices):
            return " | ".join(map(str, choices))
        case FloatDistribution() | IntDistribution():
            kind = "whole, " if isinstance(distribution, IntDistribution) else ""
            words = f"{kind}{distribution.low:g} to {distribution.high:g}"
            if distribution.log:
                return f"{words}, log"
            is_usual = distribution.step in (None, 1 if kind else None)
            return words if is_usual else f"{words}, step {distribution.step:g}"
    return str(distribution)
