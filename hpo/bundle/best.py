"""`best.json`: the best configuration of a study, with its proof and all it takes to train it
again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from hpo.answer.result import Result
from hpo.errors import UsageError

FORMAT: Literal[1] = 1


class ModelFile(BaseModel):
    """The trained model beside `best.json`."""

    model_config = ConfigDict(frozen=True)

    name: str
    size_bytes: int
    sha256: str


class Training(BaseModel):
    """The training that gave the model: the first of the final phase, whatever its score.

    `score` and `loss` are those of its last epoch on validation; `versions` are those of the
    worker that carried it out. `model` is None where the study kept none.
    """

    model_config = ConfigDict(frozen=True)

    seed: int
    score: float
    loss: float
    versions: Mapping[str, str]
    model: ModelFile | None


class BestConfiguration(Result):
    """A result with what it takes to reproduce it."""

    format: Literal[1] = FORMAT
    created: AwareDatetime
    git_commit: str | None
    data_sha256: str
    class_names: Mapping[Literal["search", "new"], tuple[str, ...]]
    training: Training


def read(file: Path) -> BestConfiguration:
    """Reads what `hpo export` wrote.

    Raises:
        UsageError: the file cannot be read, is something else, or of a format not known here.
    """
    content = _json(file)
    if isinstance(content, dict) and content.get("format", FORMAT) != FORMAT:
        raise UsageError(
            f"{file} has format {content['format']}, this hpo reads {FORMAT}: use the version of"
            " hpo that wrote it"
        )
    try:
        return BestConfiguration.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its content"
        raise UsageError(
            f"{file} is no exported configuration ({where}: {first['msg']}): export the study again"
        ) from None


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read ({error.strerror}): give the best.json of an export"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{file} is not JSON ({error}): give the best.json of an export"
        ) from error
