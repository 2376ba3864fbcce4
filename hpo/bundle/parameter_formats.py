"""The best configuration alone, in the formats that other programs read."""

import math
import re
import shlex
from collections.abc import Iterable
from enum import StrEnum
from itertools import chain

import tomli_w
import yaml
from pydantic import BaseModel, ConfigDict

from hpo.errors import NoResult, UsageError
from hpo.result.finished_study import FinishedStudy, search_alone
from hpo.result.result import Result, assemble, conclude
from hpo.study.search_jobs import best_first
from storage.records import CheckedParams

PREFIX = "HPO_BEST_"
_NAME = re.compile(r"[A-Za-z0-9_]+")


class Format(StrEnum):
    """How the best configuration is written; `env` is a file for `set -a; . ./file`."""

    JSON = "json"
    YAML = "yaml"
    TOML = "toml"
    ENV = "env"


class Document(BaseModel):
    """What is rendered. Accuracies are 0 to 1, the bounds those of a 95% interval; `value` is of `metric`, the mean
    over fresh seeds where there were any, on the holdout where there is one. What is None is left out."""

    # JSON proper has no inf and no NaN.
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    study: str
    definition: str
    seed: int
    epochs: int | None = None
    precision: str | None = None
    holdout_accuracy: float | None = None
    holdout_low: float | None = None
    holdout_high: float | None = None
    metric: str | None = None
    value: float | None = None
    baseline_value: float | None = None
    verdict: str
    params: CheckedParams


class _Dumper(yaml.SafeDumper):
    """Quotes also what is text to PyYAML but not to every reader: 1e5 and 0o14 are numbers in
    YAML 1.2, y and n truth values in YAML 1.1."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+)$"),
    list("-+.0123456789"),
)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]$"), list("yYnN"))


def describe(finished: FinishedStudy) -> Document:
    """What a study that is done found, whatever it searched.

    Raises:
        NoResult: it has no model of the winner, or no trial is the best.
    """
    study = finished.study
    if study.has_front:
        raise search_alone(study)
    if study.is_judged and not study.is_judged_by_values:
        return of_result(assemble(finished))
    conclusion = conclude(finished)
    ranked = best_first(study, finished.jobs)
    if finished.winner is not None:
        ranked = [job for job in finished.final if job.configuration == finished.winner]
    job = finished.exported or next(iter(ranked), None)
    if job is None:
        raise NoResult(f"no trial of study '{study.name}' is feasible: none is the best")
    found = None if conclusion.by_values is None else conclusion.by_values.found
    return Document(
        study=study.name,
        definition=study.definition,
        seed=job.seed,
        epochs=study.epochs,
        metric=study.metric.removeprefix("validation "),
        value=job.score if found is None else found.winner,
        baseline_value=None if found is None else found.baseline,
        verdict=conclusion.verdict,
        params=dict(job.params or {}),
    )


def of_result(best: Result) -> Document:
    """That of images, with the seed, epochs and precision of the exported training, and the mean accuracy on the
    holdout with its interval unless there was but one seed."""
    accuracy = best.holdout.winner.accuracy
    return Document(
        study=best.study,
        definition=best.definition,
        seed=best.holdout.winner.seeds[0],
        epochs=best.settings["epochs"],
        precision=best.settings["precision"],
        holdout_accuracy=accuracy.mean,
        holdout_low=accuracy.interval and accuracy.interval.low,
        holdout_high=accuracy.interval and accuracy.interval.high,
        verdict=best.verdict,
        params=best.winner.params,
    )


def render(document: Document, target: Format) -> str:
    """The document in the format `target`, ending in a newline.

    The parameters are a mapping `params`, or in `env` variables beside the others, `HPO_BEST_` and
    the name in capitals. Every value reads back as exactly what it was, but that JSON has strings
    for inf and NaN, and `env` has nothing but strings.

    Raises:
        UsageError: `env` cannot hold the parameters: a name is no name of a variable, two would be
            the same variable, or a value has a NUL character; or `toml`, which has no None.
    """
    if target is Format.JSON:
        return document.model_dump_json(indent=2, exclude_none=True) + "\n"
    content = document.model_dump(exclude_none=True)
    match target:
        case Format.YAML:
            return yaml.dump(
                content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf
            )
        case Format.TOML:
            if lacking := [name for name, value in document.params.items() if value is None]:
                raise UsageError(
                    f"parameter {lacking[0]!r} is None, which TOML does not have",
                    f"take {Format.JSON}, {Format.YAML} or {Format.ENV} instead",
                )
            return tomli_w.dumps(content)
        case Format.ENV:
            params = content.pop("params")
            return _variables(chain(content.items(), params.items()))


def _variables(values: Iterable[tuple[str, str | bool | int | float | None]]) -> str:
    lines: dict[str, str] = {}
    for name, value in values:
        variable = PREFIX + name.upper()
        text = value if isinstance(value, str) else repr(value)
        if not _NAME.fullmatch(name):
            cause = f"parameter {name!r} cannot name a variable (letters a to z, digits, _)"
        elif variable in lines:
            cause = f"parameter {name!r} is not the only one to be {variable}"
        elif "\0" in text:
            cause = f"parameter {name!r} has a NUL character, which no variable can hold"
        else:
            lines[variable] = f"{variable}={shlex.quote(text)}\n"
            continue
        raise UsageError(
            f"{cause}",
            f"take {Format.JSON}, {Format.YAML} or {Format.TOML} instead of {Format.ENV}",
        )
    return "".join(lines.values())
