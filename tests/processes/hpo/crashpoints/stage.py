"""The stage: the same few moments in a study's life, set up again and again."""

import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hpo.definition_loader import Definition
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.tables import studies
from tests.processes.hpo.crashpoints.lives import Life, Nursery
from tests.support.databases import Databases

NAME = "brief"
TRIALS = 2
LEAVE = signal.SIGTERM
KILL = signal.SIGKILL
EVERY_EPOCH, NEVER = 0.0, 3600.0


def trained(number: int) -> str:
    """The point at which a worker has heard of so many trainings that they are done."""
    return f"supervisor: after receive trained #{number}"


@dataclass(frozen=True)
class Scene:
    """One training, in the life of a worker that leaves after it. It begins where another scene
    began and `signals` came to its worker."""

    after: str | None
    signals: Mapping[str, int]
    checkpoint_seconds: float
    trials: int = TRIALS
    rungs: str = ""
    """Of its study, where no scene comes before."""


SCENES = {
    # The last trial of the search.
    "search": Scene(None, {trained(1): LEAVE}, EVERY_EPOCH),
    # The same trial, of which the worker died with a checkpoint in its journal.
    "takeover": Scene(
        "search", {"supervisor: after fsync entries.jsonl #4": KILL}, EVERY_EPOCH
    ),
    # The first final job: the one whose model is kept.
    "final": Scene("search", {trained(3): LEAVE}, NEVER),
    # The first trials that come to a rung: some are paused, and one goes on to its end.
    "rung": Scene(None, {trained(1): LEAVE}, EVERY_EPOCH, trials=6, rungs="1"),
    # All have been begun: the best go on, and what is never due is told.
    "told": Scene("rung", {trained(3): LEAVE}, EVERY_EPOCH),
}  # fmt: skip


@dataclass(frozen=True)
class Beginning:
    """Where a scene begins, and the points that its worker reaches."""

    url: str
    state_dir: Path
    points: list[str] = field(default_factory=list)


@dataclass
class Play:
    """A scene that is under way, with what its workers left behind."""

    url: str
    scene: Scene
    lives: list[Life] = field(default_factory=list)

    @property
    def points(self) -> list[str]:
        """What its last worker reached."""
        return Path(self.lives[-1].record).read_text().splitlines()

    @property
    def logged(self) -> str:
        """What its workers logged."""
        return "\n--\n".join(life.log.read_text() for life in self.lives)


class Stage:
    """Of one backend. One play at a time: journals name files of this machine by their paths."""

    def __init__(
        self, databases: Databases, nursery: Nursery, definition: Definition, folder: Path
    ) -> None:
        self.state_dir = folder / "state"
        self._databases = databases
        self._nursery = nursery
        self.definition = definition
        self._folder = folder
        self._lives = 0
        self._beginnings: dict[str, Beginning] = {}

    def points(self, name: str) -> list[str]:
        """The points of a scene's worker and of its first child, in the order they were reached."""
        return self._beginning(name).points

    def begin(self, name: str) -> Play:
        """Sets a scene up."""
        return self._open(self._beginning(name), SCENES[name])

    def live(
        self,
        play: Play,
        signals: Mapping[str, int],
        *,
        state_dir: Path | None = None,
        lease_seconds: float = 60.0,
    ) -> int:
        """Lets a worker live, on this machine or another; gives its exit code."""
        self._lives += 1
        play.lives.append(
            Life(
                url=play.url,
                study=NAME,
                definition=self.definition.reference,
                cache_dir=str(self._folder / "cache"),
                state_dir=str(state_dir or self.state_dir),
                record=str(self._folder / f"{self._lives}.points"),
                lease_seconds=lease_seconds,
                checkpoint_seconds=play.scene.checkpoint_seconds,
                signals=signals,
            )
        )
        return self._nursery.live(play.lives[-1])

    def close(self, play: Play) -> None:
        """Takes it down."""
        self._databases.drop(play.url)

    def _beginning(self, name: str) -> Beginning:
        if name not in self._beginnings:
            scene = SCENES[name]
            before = self._beginning(scene.after) if scene.after else self._create(scene)
            first = self._open(before, scene)
            self.live(first, scene.signals)
            state_dir = self._folder / name
            shutil.copytree(self.state_dir, state_dir)
            beginning = Beginning(first.url, state_dir)
            undisturbed = self._open(beginning, scene)
            assert self.live(undisturbed, {trained(1): LEAVE}) == 0, undisturbed.logged
            beginning.points.extend(undisturbed.points)
            self._beginnings[name] = beginning
        return self._beginnings[name]

    def _open(self, beginning: Beginning, scene: Scene) -> Play:
        shutil.rmtree(self.state_dir, ignore_errors=True)
        shutil.copytree(beginning.state_dir, self.state_dir)
        return Play(self._databases.copy(beginning.url), scene)

    def _create(self, scene: Scene) -> Beginning:
        url = self._databases.ready()
        db = Database.open(url)
        budget = Budget(scene.trials, select_top=1, select_seeds=1)
        definition = self.definition.with_settings({"rungs": scene.rungs})
        study = creation.create(db, NAME, definition, budget)
        with db.transaction() as tx:
            studies.write(tx, study, final_seeds=1)  # less than a verdict needs
        db.close()
        state_dir = self._folder / "empty"
        state_dir.mkdir(exist_ok=True)
        return Beginning(url, state_dir)
