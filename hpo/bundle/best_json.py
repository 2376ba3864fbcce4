"""`best.json`: the best configuration of a study, with its proof and all it takes to train it
again."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AwareDatetime, Field, FiniteFloat, ValidationError, model_validator

from hpo import definition_finder, definition_loader
from hpo.definition_loader import Definition
from hpo.errors import DefinitionError, UsageError
from hpo.provenance import Provenance
from hpo.result.result import Result
from hpo.result.scores import Frozen
from hpo.settings import Settings
from hpo.statistics.verdict import reach_of_next
from studies.space import check_params

FORMAT: Literal[5] = 5
MOST_BYTES = 1 << 24
# Far above any image, far below what no memory holds.
Side = Annotated[int, Field(ge=1, le=4096)]


class Training(Frozen):
    """The training that gave the model: the first of the final phase, whatever its score.

    `score` and `loss` are those of its last epoch on validation. On a machine of the same
    provenance the same training gives exactly these; on any other it is as good as one with
    another seed, whose score lies within `tolerance` of this one; None where one seed is all there
    is, and nothing is known of others.
    """

    seed: int
    score: FiniteFloat
    loss: FiniteFloat
    tolerance: float | None
    provenance: Provenance


class BestConfiguration(Result):
    """A result with what it takes to reproduce it. `image_shape` is height x width x channels."""

    format: Literal[5] = FORMAT
    created: AwareDatetime
    data_sha256: str
    image_shape: tuple[Side, Side, Side]
    training: Training

    @model_validator(mode="after")
    def _names_are_the_classes(self) -> Self:
        named = {data_set: list(names) for data_set, names in self.class_names.items()}
        asked = {"search": self.settings.get("classes"), "new": self.settings.get("new_classes")}
        if named != asked:
            raise ValueError("class_names are not the classes in settings")
        return self

    def find_definition(self, reference: str | None, settings: Settings) -> Definition:
        """Its definition as this machine has it, with its settings; code never comes from a file
        that was exported. `reference` is the file of one that is neither built in nor known here.

        Raises:
            DefinitionError: there is none, or another version of it.
            SettingsError: a setting or a parameter is none that the definition allows.
        """
        name = self.definition
        if reference is None:
            reference = definition_finder.recall_unchanged(settings, name, self.definition_hash)
        if reference is None and name not in definition_loader.BUILT_IN:
            raise DefinitionError(
                f"the definition '{name}' is not built in", "give its file with --study"
            )
        found = definition_loader.load(reference or name)
        if found.name != name:
            raise DefinitionError(
                f"{reference} defines '{found.name}'", f"give the file of '{name}'"
            )
        if found.hash != self.definition_hash:
            commit = self.training.provenance.git_commit or "unknown"
            changed, mend = found.changes(self.definition_hash, f"commit {commit}")
            raise DefinitionError(
                f"the configuration was found with another version of '{name}' ({changed})", mend
            )
        found = found.with_settings(self.settings)
        for configuration in (self.winner, self.baseline):
            check_params(found.study.space, configuration.params)
        return found


def tolerance(result: Result) -> float | None:
    """How far another training's score may lie from the exported one's; at least one image, of
    which accuracies are multiples. None where anything may come of another seed, for all that so few
    tell."""
    reach = reach_of_next(result.winner.final_scores)
    return None if reach is None or reach >= 1 else max(reach, 1 / result.validation.n_images)


def read(file: Path) -> BestConfiguration:
    """Reads what `hpo export` wrote.

    Raises:
        UsageError: the file cannot be read, is something else, or of a format not known here.
    """
    content = _json(file)
    if isinstance(content, dict) and content.get("format", FORMAT) != FORMAT:
        raise UsageError(
            f"{file} has format {content['format']!r}, this hpo reads {FORMAT}",
            "use the version of hpo that wrote it",
        )
    try:
        return BestConfiguration.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its content"
        fault = " ".join(f"{where}: {first['msg']}".split())
        raise UsageError(
            f"{file} is no exported configuration ({fault})", "export the study again"
        ) from None


def _json(file: Path) -> Any:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB")
        return json.loads(file.read_bytes(), parse_constant=_refuse)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read ({error.strerror})", "give the best.json of an export"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{file} is not JSON ({error})", "give the best.json of an export"
        ) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
