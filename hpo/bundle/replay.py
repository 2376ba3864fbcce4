"""Training an exported configuration again: from `best.json` alone, without any database."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hpo import definitions, provenance
from hpo.bundle import best
from hpo.bundle.best import BestConfiguration
from hpo.definitions import Definition
from hpo.errors import DefinitionError, UsageError, WorkFailed
from hpo.machine import devices, messages
from hpo.machine.slot import ChildLost, Slot
from studies.dataset import prepare

SUFFIX = ".keras"

Tell = Callable[[int, float], None]
"""Told of each epoch, from 1, with its score."""


@dataclass(frozen=True)
class Replayed:
    """What came of the training; `score` and `loss` are its last epoch's on validation."""

    best: BestConfiguration
    score: float
    loss: float
    model: Path | None

    @property
    def is_same(self) -> bool:
        """Whether score and loss are exactly the exported ones."""
        return (self.score, self.loss) == (self.best.training.score, self.best.training.loss)

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
            others = [
                f"{package} {here}, was {before.versions[package]}"
                for package, here in provenance.versions().items()
                if before.versions.get(package, here) != here
            ]
            lines.append(
                f"other versions: {'; '.join(others)}"
                if others
                else "the versions are the same, so the device or its number of threads differs"
            )
        if self.model is not None:
            lines.append(f"model saved to {self.model}")
        return "\n".join(lines)


def train(
    config_file: Path,
    cache_dir: Path,
    data_dir: Path | None,
    output: Path | None,
    tell: Tell,
    definition: str | None = None,
    cpu_slots: int | None = None,
) -> Replayed:
    """Trains the exported configuration with the seed of its model, in a child process on the
    first device, and saves the model to `output` if that is given.

    `definition` is the file of a definition that is not built in; `cpu_slots` as a worker has it,
    for the same number of threads.

    Raises:
        UsageError: the file is no export, `output` cannot be written, or the data is other data.
        DefinitionError: this machine has not the definition, or another version of it.
        DataError: the data is not to be had here.
        WorkFailed: the training failed.
    """
    exported = best.read(config_file)
    found = _definition(exported, definition).with_settings(exported.settings)
    data = prepare(found.study.data, cache_dir, data_dir)
    if data.sha256 != exported.data_sha256:
        raise UsageError(
            f"the data of '{exported.definition}' here is not what {config_file} was found with"
            f" (sha256 {data.sha256[:12]}, not {exported.data_sha256[:12]}):"
            " delete the prepared data, and give the official files"
        )
    temporary = None if output is None else _reserve(output)
    work = messages.Work(
        definition=found.reference,
        definition_hash=found.hash,
        settings=dict(exported.settings),
        params=dict(exported.winner.params),
        seed=exported.training.seed,
        training_file=str(data.training_path("search")),
        model_file=None if temporary is None else str(temporary),
    )
    try:
        trained = _train(Slot(devices.find(cpu_slots)[0]), work, tell)
        if temporary is not None and output is not None:
            temporary.replace(output)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return Replayed(exported, trained.score, trained.loss, output)


def _definition(exported: BestConfiguration, reference: str | None) -> Definition:
    name = exported.definition
    if reference is None and name not in definitions.BUILT_IN:
        raise DefinitionError(
            f"the definition '{name}' is not built in: give its file with --study"
        )
    found = definitions.load(reference or name)
    if found.name != name:
        raise DefinitionError(f"{reference} defines '{found.name}': give the file of '{name}'")
    if found.hash != exported.definition_hash:
        raise DefinitionError(
            f"the configuration was found with another version of '{name}': use the version of"
            f" commit {exported.git_commit or 'unknown'}"
        )
    return found


def _reserve(output: Path) -> Path:
    """Makes sure before the training that its model can be saved; the name to save it under."""
    if output.suffix != SUFFIX:
        raise UsageError(f"{output} is no name for a model: end it in {SUFFIX}")
    temporary = output.absolute().with_name(f".{uuid.uuid4().hex}{SUFFIX}")
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
    except OSError as error:
        raise UsageError(
            f"cannot write to {output} ({error.strerror}): name another file with --out"
        ) from error
    return temporary


def _train(slot: Slot, work: messages.Work, tell: Tell) -> messages.Trained:
    try:
        slot.start()
        while True:
            match slot.receive():
                case messages.Ready():
                    slot.send(work)
                case messages.Report(epoch=epoch, score=score):
                    tell(epoch, score)
                    slot.send(messages.Answer(go_on=True))
                case messages.Trained() as trained:
                    return trained
                case messages.Diverged(epoch=epoch, reason=reason):
                    raise WorkFailed(
                        f"the training diverged in epoch {epoch} ({reason}), which it did not"
                        " before: compare the versions in the exported file with those here"
                    )
                case messages.Raised(error=error, traceback=traceback):
                    raise WorkFailed.of_definition(error, traceback)
                case messages.Unfit(reason=reason):
                    raise WorkFailed(reason)
                case messages.Pruned(epoch=epoch):
                    raise WorkFailed(f"the training stopped by itself after epoch {epoch}")
                case ChildLost(reason=reason):
                    raise WorkFailed(f"{reason}; run it again, with more memory if that ran out")
    finally:
        slot.stop()
