"""An ordeal: a study that a fleet works on while mischief is done, and that must end well."""

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hpo import definition_loader
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.records import StudyRecord
from storage.tables import jobs
from tests.chaos import invariants
from tests.chaos.chronicle import Chronicle
from tests.chaos.fleet import GRACE_SECONDS, Fleet
from tests.chaos.hunter import Hunter
from tests.chaos.lookout import Lookout
from tests.chaos.monkey import Monkey
from tests.chaos.server import Patient
from tests.conftest import DEFINITIONS
from tests.support.commandline import command_line
from tests.support.definitions import hardy

# Seconds that an epoch of the toy takes, while mischief is done and after.
SLOW, FAST = "0.15", "0"
TICK_SECONDS = 0.05
LEASE_SECONDS = 3.0
# What a worker says that was given a checkpoint.
RESUMED = "goes on from epoch"
LOG_TAIL_CHARACTERS = 6000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ordeal:
    """What is trained, by how many machines, and how hard it is made."""

    definition: str
    budget: Budget
    machines: int
    mischief_seconds: float
    finish_seconds: float
    """How long it may take to its end when all is healed."""
    settings: Mapping[str, str] = field(default_factory=dict)
    kills_in_training: int = 0
    hunt_seconds: float = 0.0
    """How long those kills may take, which come first."""


TOY = Ordeal(
    definition=str(DEFINITIONS / "paced.py"),
    budget=Budget(trials=16, select_top=3, select_seeds=2, final_seeds=4),
    machines=3,
    mischief_seconds=32.0,
    finish_seconds=90.0,
)
CALLED = Ordeal(
    definition=f"{DEFINITIONS / 'hardy.py'}:objective",
    budget=Budget(trials=16, select_top=3, select_seeds=2, final_seeds=4, baseline={"x": -3.0}),
    machines=3,
    mischief_seconds=32.0,
    finish_seconds=90.0,
)
KERAS = Ordeal(
    definition="digits",
    settings={"epochs": "8"},
    budget=Budget(trials=5, select_top=1, select_seeds=1, final_seeds=2),
    machines=2,
    kills_in_training=6,
    hunt_seconds=300.0,
    mischief_seconds=20.0,
    finish_seconds=180.0,
)


def undergo(
    ordeal: Ordeal, seed: str, patient: Patient, folder: Path, chronicle: Chronicle
) -> None:
    """Has a new study undergo it in `folder`.

    Raises:
        AssertionError: something is not as it must be. The ends of the workers' logs are logged.
    """
    name = folder.name
    folder.mkdir()
    pace = folder / "pace"
    pace.write_text(SLOW)
    definition = definition_loader.load(ordeal.definition).with_settings(ordeal.settings)
    db = Database.open(patient.url)
    study = creation.create(db, name, definition, ordeal.budget)
    command = ["worker", name, "--study", ordeal.definition, "--cpu", "1"]
    environment = {
        **command_line(folder).environment,
        "HPO_LEASE_SECONDS": str(LEASE_SECONDS),
        "HPO_CHECKPOINT_SECONDS": "0",
        "HPO_GRACE_SECONDS": str(GRACE_SECONDS),
        "TOY_PACE": str(pace),
    }
    rng = random.Random(seed)
    fleet = Fleet(folder, patient, study, command, environment, rng, chronicle)
    lookout = Lookout(db, study, patient)
    epochs = study.epochs or hardy.STEPS
    try:
        for _ in range(ordeal.machines):
            fleet.add()
        Hunter(rng, fleet, lookout, epochs, chronicle).hunt(
            ordeal.kills_in_training, ordeal.hunt_seconds
        )
        Monkey(rng, fleet, patient, lookout, chronicle).play(ordeal.mischief_seconds)
        pace.write_text(FAST)
        fleet.heal()
        chronicle.note("healed", f"all, for {name} to end")
        _finish(fleet, ordeal.finish_seconds)
        resumed = sum(text.count(RESUMED) for text in fleet.logs.values())
        _note_outcome(db, study, resumed, chronicle)
        invariants.assert_all(db, study, epochs, folder, fleet.logs)
        assert fleet.survivors() == []
        assert resumed >= ordeal.kills_in_training
    except BaseException:
        for machine, text in fleet.logs.items():
            log.error("what %s said last:\n%s", machine, text[-LOG_TAIL_CHARACTERS:])
        raise
    finally:
        fleet.close()
        db.close()


def _finish(fleet: Fleet, seconds: float) -> None:
    """Waits until every worker has seen the study's end."""
    deadline = time.monotonic() + seconds
    while not fleet.is_idle:
        assert time.monotonic() < deadline, f"healed, and not done after {seconds:g} s"
        fleet.tend()
        time.sleep(TICK_SECONDS)


def _note_outcome(db: Database, study: StudyRecord, resumed: int, chronicle: Chronicle) -> None:
    with db.reading() as tx:
        ended = jobs.of_study(tx, study.id)
    chronicle.add("jobs", len(ended), study.name)
    chronicle.add("claims", sum(job.attempts for job in ended), study.name)
    chronicle.add("losses", sum(job.losses for job in ended), study.name)
    chronicle.add("resumes from checkpoints", resumed, study.name)
