"""Bundles for tests: copied, damaged, and forged so well that the manifest matches."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray

from hpo.bundle import best_json, manifest, predictions_npz
from hpo.cli import cli
from hpo.result.look_results import look_back
from hpo.result.scores import contrast
from hpo.statistics.interim_looks import plan
from hpo.training.child_process import ChildLost, Slot
from hpo.training.protocol import FromChild
from tests.support.commandline import CommandLine

Arrays = dict[str, NDArray[Any]]
MODEL = "model.keras"


@dataclass(frozen=True)
class Bundle:
    """A folder that `hpo export` wrote, to be damaged."""

    folder: Path

    def copy(self, folder: Path) -> "Bundle":
        return Bundle(Path(shutil.copytree(self.folder, folder)))

    def write(self, name: str, content: bytes) -> None:
        """Another content for a file, which the manifest is made to match."""
        (self.folder / name).write_bytes(content)
        self.sign()

    def sign(self) -> None:
        """Makes the manifest match whatever the files hold now."""
        content = json.loads((self.folder / manifest.MANIFEST).read_bytes())
        for name, facts in content["files"].items():
            held = (self.folder / name).read_bytes()
            facts |= {"size_bytes": len(held), "sha256": hashlib.sha256(held).hexdigest()}
        (self.folder / manifest.MANIFEST).write_text(json.dumps(content), encoding="utf-8")

    def unlist(self, name: str) -> None:
        """Takes a file out of the manifest."""
        content = json.loads((self.folder / manifest.MANIFEST).read_bytes())
        del content["files"][name]
        (self.folder / manifest.MANIFEST).write_text(json.dumps(content), encoding="utf-8")

    def list(self, name: str) -> None:
        """Puts a file into the manifest."""
        content = json.loads((self.folder / manifest.MANIFEST).read_bytes())
        content["files"][name] = {}
        (self.folder / manifest.MANIFEST).write_text(json.dumps(content), encoding="utf-8")
        self.sign()

    def alter(self, changes: Mapping[str, Any]) -> None:
        """Changes values of best.json, each named by its path, as in `training.score`."""
        content = json.loads((self.folder / manifest.BEST).read_bytes())
        for path, value in changes.items():
            *parents, name = path.split(".")
            place = content
            for parent in parents:
                place = place[parent]
            place[name] = value
        self.write(manifest.BEST, json.dumps(content).encode())

    def conclude(self) -> None:
        """Makes what best.json concludes, such as its verdict, match the rest of it."""
        best = best_json.read(self.folder / manifest.BEST)
        self.write(manifest.BEST, best.model_dump_json().encode())

    def alter_answers(self, changes: Arrays) -> None:
        """Changes arrays of predictions.npz, and all of best.json that follows from them in a study of one
        look."""
        file = self.folder / manifest.PREDICTIONS
        with np.load(file) as held:
            arrays = {**held, **changes}
        np.savez(file, allow_pickle=False, **arrays)
        best = best_json.read(self.folder / manifest.BEST)
        found: dict[str, Any] = {}
        for name, winner, baseline in predictions_npz.unpack(file):
            found[name] = contrast(winner, baseline)
            if name == "holdout":
                looks = plan(best.final_seeds)
                found["looks"] = look_back(looks, winner, baseline, best.lost_trainings)
        scores = {"final_scores": found["validation"].winner.accuracies}
        forged = best.model_copy(update={**found, "winner": best.winner.model_copy(update=scores)})
        training = best.training.model_copy(update={"tolerance": best_json.tolerance(forged)})
        forged = forged.model_copy(update={"training": training})
        self.write(manifest.BEST, forged.model_dump_json().encode())

    def alter_model(self, members: Mapping[str, bytes]) -> None:
        """Replaces files within model.keras."""
        with zipfile.ZipFile(self.folder / MODEL) as archive:
            held = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(self.folder / MODEL, "w") as archive:
            for name, content in {**held, **members}.items():
                archive.writestr(name, content)
        self.sign()

    def array(self, name: str) -> NDArray[Any]:
        with np.load(self.folder / manifest.PREDICTIONS) as arrays:
            held: NDArray[Any] = arrays[name]
            return held


@dataclass(frozen=True)
class Finished:
    """A study of the digits that was really trained, for one epoch, and exported; the database is
    still there."""

    folder: Path

    @property
    def bundle(self) -> Bundle:
        return Bundle(self.folder / "bundle")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'hpo.db'}"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def model_of_another_seed(self) -> Path:
        return self.folder / "another.keras"


@dataclass(frozen=True)
class Reader:
    """Somebody with prepared data in a shell where commands run in this process; unless another
    database is given, theirs does not answer."""

    shell: CommandLine
    cache: Path
    storage: str = "postgresql://127.0.0.1:1/none"

    @property
    def environment(self) -> dict[str, str]:
        """What the shell sets."""
        own = {"HPO_STORAGE": self.storage, "HPO_CACHE_DIR": str(self.cache), "HPO_CPU_SLOTS": "1"}
        return {**self.shell.environment, **own}

    def succeed(self, *arguments: str | Path) -> str:
        """Runs what must succeed; gives its stdout."""
        code, out, err = self._invoke(arguments)
        assert code == 0, err
        return out

    def fail(self, *arguments: str | Path, code: int) -> str:
        """Runs what must fail with one clear line and say nothing else; gives that line."""
        found, out, err = self._invoke(arguments)
        assert (found, out) == (code, ""), err
        return _last_line(err)

    def refute(self, folder: Path, *options: str | Path) -> str:
        """Verifies a bundle that is not what it should be; gives the line that says so."""
        code, out, err = self._invoke(("verify", folder, *options))
        assert code == 1, err
        assert ": verified" not in out
        return _last_line(err)

    def _invoke(self, arguments: tuple[str | Path, ...]) -> tuple[int, str, str]:
        own = {name: None for name in os.environ if name.startswith("HPO_")}
        env = {**own, **self.environment}
        with chdir(self.shell.folder):
            done = CliRunner().invoke(cli, [str(each) for each in arguments], env=env)
        # Anything else is a traceback in a real shell.
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.stdout, done.stderr


def _last_line(err: str) -> str:
    """The only line that tells of an error; a training may have told of its epochs before."""
    line = err.strip().splitlines()[-1]
    assert line.startswith("hpo: ") and err.count("hpo: ") == 1
    return line


class WarmSlot(Slot):
    """A slot whose child does one errand after another, because it takes seconds to start."""

    def start(self) -> None:
        if self.pipe is None:
            super().start()

    def receive(self) -> FromChild | ChildLost:
        said = super().receive()
        if isinstance(said, ChildLost):
            self.close()
        return said

    def stop(self) -> None:
        """Nothing: the next errand needs it."""

    def close(self) -> None:
        super().stop()


def bytes_changed(folder: Path) -> Iterator[Path]:
    """Every file of a bundle in turn, with a byte in its middle changed meanwhile."""
    for file in sorted(folder.iterdir()):
        content = file.read_bytes()
        middle = len(content) // 2
        changed = bytes([content[middle] ^ 1])
        file.write_bytes(content[:middle] + changed + content[middle + 1 :])
        yield file
        file.write_bytes(content)
