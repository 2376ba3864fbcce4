"""Training an exported configuration again: from `best.json` alone, without any database."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from hpo import provenance
from hpo.bundle import best_json
from hpo.bundle.best_json import BestConfiguration
from hpo.bundle.model_loading import has_own_trainer
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.errors import UsageError, WorkFailed
from hpo.settings import Settings
from hpo.training import one_off_work, protocol
from hpo.training.one_off_work import Tell
from studies.data.prepared_data import PreparedData

SUFFIX = ".keras"


@dataclass(frozen=True)
class Retrained:
    """What came of the training; `score` and `loss` are its last epoch's on validation, and
    `differences` what is otherwise than where it was trained before."""

    best: BestConfiguration
    score: float
    loss: float
    differences: list[str]
    model: Path | None

    @property
    def is_same(self) -> bool:
        """Whether score and loss are exactly the exported ones."""
        return (self.score, self.loss) == (self.best.training.score, self.best.training.loss)

    @property
    def is_within_tolerance(self) -> bool:
        """Whether it came out as it should: exactly where device and versions are the same, and
        elsewhere with a score within the stated tolerance."""
        tolerance = self.best.training.tolerance
        if self.is_same or not self.differences or tolerance is None:
            return self.is_same
        return abs(self.score - self.best.training.score) <= tolerance

    def __str__(self) -> str:
        """What a person reads."""
        before = self.best.training
        lines = [f"score {self.score:.4f}, loss {self.loss:.4f} with seed {before.seed}"]
        if self.is_same:
            lines.append("exactly as exported")
        else:
            lines.append(
                f"exported were score {before.score:.4f}, loss {before.loss:.4f}: they differ by"
                f" {self.score - before.score:.2g} and {self.loss - before.loss:.2g}"
            )
            if self.differences:
                lines.append(self._tolerance())
                lines.append(f"other circumstances: {'; '.join(self.differences)}")
            else:
                lines.append("device and versions are the same, so they should not differ at all")
        if self.model is not None:
            lines.append(f"model saved to {self.model}")
        return "\n".join(lines)

    def _tolerance(self) -> str:
        if (tolerance := self.best.training.tolerance) is None:
            return "no tolerance is known, because too few seeds gave a model"
        word = "within" if self.is_within_tolerance else "beyond"
        return f"that is {word} the tolerance of {tolerance:.4f} in score"


def train(
    config_file: Path,
    settings: Settings,
    output: Path | None = None,
    tell: Tell = lambda _epoch, _score: None,
    definition: str | None = None,
) -> Retrained:
    """Trains the exported configuration with the seed of its model, in a child process on the
    first device, and saves the model to `output` if that is given.

    `definition` is the file of a definition that is not built in.

    Raises:
        UsageError: the file is no export, `output` cannot be written, or the data is other data.
        DefinitionError: this machine has not the definition, or another version of it.
        SettingsError: a setting or a parameter is none that the definition allows.
        DataError: the data is not to be had here.
        WorkFailed: the training failed.
    """
    exported = best_json.read(config_file)
    found = exported.find_definition(definition, settings)
    found.refuse_without_keras()
    data = find_data(exported, found, settings)
    device = discovery.find_for(settings)[0]
    differences = exported.training.provenance.differences(provenance.of_device(device.kind))
    temporary = None if output is None else _reserve(output, found)
    work = protocol.Work(
        definition=found.reference,
        definition_hash=found.hash,
        settings=dict(exported.settings),
        params=dict(exported.winner.params),
        seed=exported.training.seed,
        training_file=str(data.training_path("search")),
        model_file=None if temporary is None else str(temporary),
    )
    try:
        match one_off_work.run(device, work, tell, stall_seconds=settings.stall_seconds):
            case protocol.Trained(score=score, loss=loss):
                pass
            case protocol.Diverged(epoch=epoch, reason=reason):
                here = f"; here is {'; '.join(differences)}" if differences else ""
                raise WorkFailed(
                    f"the training diverged in epoch {epoch} ({reason}), which it did not"
                    f" before{here}",
                    "bring this machine to the versions it was trained with",
                )
            case protocol.Classified() | protocol.Measured():
                raise AssertionError("nothing was asked")
        assert loss is not None, "a declared study tells one"
        if temporary is not None and output is not None:
            temporary.replace(output)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return Retrained(exported, score, loss, differences, output)


def find_data(exported: BestConfiguration, found: Definition, settings: Settings) -> PreparedData:
    """The data of an exported configuration as this machine has it.

    Raises:
        DataError: it is not to be had here.
        UsageError: it is other data.
    """
    data = found.study.prepare(settings.cache_folder, settings.data_dir)
    if data.sha256 != exported.data_sha256:
        raise UsageError(
            f"the data of '{exported.definition}' here is not what study '{exported.study}' was"
            f" run with (sha256 {data.sha256[:12]}, not {exported.data_sha256[:12]})",
            "bring back the files, and the code that reads them, as they were then",
        )
    return data


def _reserve(output: Path, found: Definition) -> Path:
    """Makes sure before the training that its model can be saved; the name to save it under."""
    if output.suffix != SUFFIX and not has_own_trainer(found):
        raise UsageError(f"{output} is no name for a model", f"end it in {SUFFIX}")
    temporary = output.absolute().with_name(f".{uuid.uuid4().hex}{output.suffix}")
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
    except OSError as error:
        raise UsageError(
            f"cannot write to {output} ({error.strerror})", "name another file with --out"
        ) from error
    return temporary
