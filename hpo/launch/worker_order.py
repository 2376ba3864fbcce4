"""What every engine is given to start: the worker's command line, and an environment without any secret."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from hpo import definition_loader
from hpo.devices.child_environment import ISOLATED
from hpo.errors import UsageError
from hpo.settings import Settings, holds_password
from storage.connection.engine import parse_url
from storage.database import Database
from storage.tables import studies
from studies.code.code_hash import Code
from studies.data.prepared_data import write_whole

MARGIN_SECONDS = 30.0
"""Between the end of the grace and that of the machine: a worker has left by then."""


@dataclass(frozen=True)
class WorkerOrder:
    """A worker on the study of that name, else on every study of the database; `references` are files of
    definitions where the workers will run."""

    settings: Settings
    study: str | None = None
    references: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What the engine calls it."""
        return f"hpo-{self.study}" if self.study else "hpo"

    def arguments(self, folder: str | None = None) -> list[str]:
        """Of the command `hpo`; `folder` is where the files of definitions lie there (see `files`), by default where
        they lie here."""
        arguments = ["worker", *([self.study] if self.study else [])]
        for reference in self.references:
            source, function = _parts(reference)
            file = source if folder is None else f"{folder}/{source.name}"
            arguments += ["--study", f"{file}{function}"]
        return arguments

    def files(self) -> dict[str, str]:
        """The text of each file of a definition, and of what it imports from its own folder, by its path
        there: for machines that do not see the files of this one.

        Raises:
            DefinitionError: a definition does not load here.
            UsageError: two files would lie at the same place there.
        """
        texts: dict[str, str] = {}
        for reference in self.references:
            # What is wrong is told here, and not by every machine.
            definition_loader.load(reference)
            source = _parts(reference)[0]
            code = Code.read(source)
            for name, module in code.modules.items():
                is_main = name == code.main  # which may be a link
                path = source.name if is_main else str(module.file.relative_to(code.folder))
                text = module.file.read_text(encoding="utf-8")
                if texts.setdefault(path, text) != text:
                    raise UsageError(f"two files would be {path} there", "rename one of them")
        return texts

    def pace(self) -> dict[str, str]:
        """How a worker works, as variables: what holds on every machine."""
        others = ("_DIR", "_FILE", "_DEVICES")
        return {name: value for name, value in self._asked().items() if not name.endswith(others)}

    def _asked(self) -> dict[str, str]:
        given, usual = self.settings.for_workers(), Settings.model_construct().for_workers()
        # Which of its GPUs it may have says the engine, and where its journal lies each machine.
        here = {"HPO_DEVICES", "HPO_STATE_DIR"}
        return {
            name: value
            for name, value in given.items()
            if name not in here and value != usual.get(name)
        }

    @property
    def command(self) -> list[str]:
        """Where this installation lies at the same place as here, on a file system that is shared."""
        return [sys.executable, *ISOLATED, "-m", "hpo", *self.arguments()]

    @property
    def warning_seconds(self) -> int:
        """How long ahead of its end a worker is to be warned: longer than its grace, which is longer than a
        checkpoint takes."""
        return round(self.settings.grace_seconds + MARGIN_SECONDS)

    def check(self) -> None:
        """Raises:
        UsageError: the database is a file, which serves one machine.
        StudyNotFound, DatabaseUnavailable, SchemaMismatch
        """
        refuse_one_machine(self.settings)
        if self.study is not None:
            with Database.open(self.settings.storage_url).reading() as tx:
                studies.get(tx, self.study)

    def environment(self, secrets: Path) -> Mapping[str, str]:
        """Settings of this machine, for workers that see its files. Where the database's URL holds a password
        only a file of `secrets` is named, which `write_secret` writes.
        """
        own = self._asked()
        if self.settings.storage_file is not None:
            own["HPO_STORAGE_FILE"] = str(self.settings.storage_file.absolute())
            return own
        url = self.settings.named_storage
        if not holds_password(make_url(url)):
            return own | {"HPO_STORAGE": url}
        return own | {"HPO_STORAGE_FILE": str(secrets / f"{self.name}.storage")}

    def write_secret(self, secrets: Path) -> None:
        """Writes the file that the environment names, if it does.

        Raises:
            UsageError: it cannot be written.
        """
        if self.settings.storage_file is None and holds_password(
            make_url(self.settings.named_storage)
        ):
            _write_secret(secrets / f"{self.name}.storage", self.settings.named_storage)


def refuse_one_machine(settings: Settings) -> None:
    """Raises:
    UsageError: the database is a file, which serves one machine.
    BadUrl
    """
    if parse_url(settings.storage_url).get_backend_name() == "sqlite":
        raise UsageError(
            "an SQLite file serves one machine, and an engine starts workers on several",
            "name a server, as in HPO_STORAGE=postgresql://USER@HOST/DATABASE",
        )


def call(
    command: Sequence[str], given: str | None, mend: str
) -> "subprocess.CompletedProcess[str]":
    """Has an engine's own program do something. It is not shown our settings: it may hand them on, and keep them.

    Raises:
        UsageError: there is no such program here, which `mend` mends.
    """
    try:
        return subprocess.run(
            command, input=given, capture_output=True, text=True, errors="replace", check=False,
            env={name: value for name, value in os.environ.items() if name[:4] != "HPO_"},
        )  # fmt: skip
    except OSError as error:
        raise UsageError(f"there is no {command[0]} here ({error.strerror})", mend) from error


def _write_secret(file: Path, url: str) -> None:
    """For its owner alone."""

    def write_private(new: Path) -> None:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"{url}\n")

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(file, write_private)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}), and the database's password goes by a file",
            "set HPO_STATE_DIR to a folder that the workers' machines see, too",
        ) from error


def _parts(reference: str) -> tuple[Path, str]:
    """The whole path of a file, and the function in it with its colon."""
    file, function = definition_loader.split(reference)
    return Path(file).absolute(), "" if function is None else f":{function}"
