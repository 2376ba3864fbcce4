"""kill -9 at every point of a training's life at which something lasting happens. Of so many points
one is tried, others at each commit of this project; all of them with HPO_TEST_CRASH_POINTS=1."""

import logging
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence

import pytest
import sqlalchemy as sa

from hpo import definition_loader
from hpo.definition_loader import Definition
from storage.connection.engine import make_engine, parse_url
from storage.database import Database
from storage.schema import jobs, workers
from tests.conftest import DEFINITIONS
from tests.processes.hpo.crashpoints.aftermath import assert_nothing_lost_or_left
from tests.processes.hpo.crashpoints.lives import Nursery
from tests.processes.hpo.crashpoints.stage import KILL, LEAVE, NAME, SCENES, Play, Stage, trained
from tests.support.databases import Databases
from tests.support.marks import in_turn, number_of_commit, on, slow, wanted_by

log = logging.getLogger(__name__)
KINDS = ("commit", "message", "file")
HOUR_MS = 3_600_000
SHORT_SECONDS = 0.3
EACH = int(os.environ.get("HPO_TEST_CRASH_POINTS", "15"))
OTHERS = slow("kills at the points of other scenes")
REST = ("takeover", "final", "told")
# There are about twice as many of a kind in a scene; with fewer, something is not looked at any more.
FEWEST = {"search": 20, "takeover": 5, "final": 5, "rung": 5, "told": 5}


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where workers are forked."""
    with Nursery() as running:
        yield running


@pytest.fixture(scope="session")
def brief() -> Definition:
    """The definition they train."""
    return definition_loader.load(str(DEFINITIONS / "brief.py"))


@pytest.fixture(scope="session")
def make_stage(
    nursery: Nursery, brief: Definition, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Databases], Stage]:
    """Makes the stage of a backend, once."""
    made: dict[str, Stage] = {}

    def make(backend: str, databases: Databases) -> Stage:
        if backend not in made:
            folder = tmp_path_factory.mktemp(backend)
            made[backend] = Stage(databases, nursery, brief, folder)
        return made[backend]

    return make


@pytest.fixture
def stage(
    backend: str, databases: Databases, make_stage: Callable[[str, Databases], Stage]
) -> Stage:
    """The stage of the test's backend."""
    return make_stage(backend, databases)


def _points(stage: Stage, scene: str, kinds: Collection[str]) -> dict[str, str]:
    """The points of these kinds in a scene; in any but the first, those which that has not."""
    found = _distinct(stage.points(scene))
    first = next(iter(SCENES))
    known = _distinct(stage.points(first)).values() if scene != first else ()
    tried = {_without_numbers(shown) for shown in known}
    return {
        point: shown
        for point, shown in found.items()
        if _kind(shown) in kinds and _without_numbers(shown) not in tried
    }


def _without_numbers(shown: str) -> str:
    return re.sub(r"\d+", "", shown)


def _kind(shown: str) -> str:
    if "commit" in shown:
        return "commit"
    return "message" if re.search("send|receive", shown) else "file"


def _distinct(points: list[str]) -> dict[str, str]:
    """The points between which something happens, each with all its names: what stands just after
    one thing stands just before the next."""
    found: dict[str, str] = {}
    last = ""
    for point in points:
        role, what = point.split(": ", 1)
        follows = what.startswith("before ") and last.startswith(f"{role}: after ")
        # That a file was opened to be written says nothing of what is in it.
        if follows and not last.startswith(f"{role}: after write "):
            found[last] += f", {what}"
        else:
            found[point] = point
        last = point
    return found


def _kill_each(
    stage: Stage, scene: str, points: dict[str, str], survive: Callable[[Stage, Play, str], None]
) -> None:
    began = time.monotonic()
    failed: list[Exception] = []
    assert len(points) >= FEWEST[scene], points
    chosen = _chosen(list(points.items()))
    for point, shown in chosen:
        log.info("%s", shown)
        play = stage.begin(scene)
        try:
            survive(stage, play, point)
        except Exception as error:
            error.add_note(f"killed at {shown}\n{play.logged}")
            failed.append(error)
        finally:
            stage.close(play)
    log.info("%s points in %.1f s", len(chosen), time.monotonic() - began)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(chosen)} points of {scene}", failed)


def _chosen(points: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """One of each `EACH`, at least one; which ones follows from the commit, so that in time all are
    tried, and a failure comes again."""
    return points[number_of_commit() % min(EACH, len(points)) :: EACH]


def _kill(stage: Stage, play: Play, point: str) -> None:
    """Kills at that point a worker that would leave after one training; where its child is
    killed, it leaves after another try."""
    code = stage.live(play, {trained(1): LEAVE, point: KILL})
    assert point in play.points
    assert code == (-KILL if point.startswith("supervisor") else 0)


def _survive(stage: Stage, play: Play, point: str) -> None:
    _kill(stage, play, point)
    for folder in stage.state_dir.glob("*-*"):  # what is left for an hour is nobody's
        an_hour_ago = time.time() - HOUR_MS / 1000 - 1
        os.utime(folder, (an_hour_ago, an_hour_ago))
    assert stage.live(play, {}) == 0
    _check(stage, play)
    assert list(stage.state_dir.glob("*-*")) == []


def _open(play: Play) -> Database:
    """Without looking at its tables: they are there."""
    url = parse_url(play.url)
    return Database(url, make_engine(url))


def _check(stage: Stage, play: Play, dead: Collection[str] = ()) -> None:
    db = _open(play)
    try:
        assert_nothing_lost_or_left(db, NAME, stage.definition, dead)
    finally:
        db.close()


@on("sqlite")
@pytest.mark.parametrize(
    ("scene", "kinds"),
    [
        pytest.param("search", ["commit"], id="commits"),
        pytest.param("rung", KINDS, id="rung"),
        *(pytest.param("search", [kind], id=f"{kind}s", marks=OTHERS) for kind in KINDS[1:]),
        *(pytest.param(scene, KINDS, id=scene, marks=OTHERS) for scene in REST),
    ],
)
def test_every_point(stage: Stage, scene: str, kinds: Collection[str]) -> None:
    """Whatever a worker or its child was about to do, or had just done, when it was killed: the
    next worker on that machine ends the study with trials 0 to N-1, each epoch reported once and
    each number as it would have been, and nothing is left behind."""
    _kill_each(stage, scene, _points(stage, scene, kinds), _survive)


def _on_servers() -> Iterator[object]:
    """Each scene on one of the servers, on the other at another commit; or on both."""
    for number, scene in enumerate(SCENES):
        for server in in_turn(number):
            yield pytest.param(scene, server, marks=wanted_by(server))


@slow("kills what it did on SQLite once more on a server")
@pytest.mark.parametrize(("scene", "backend"), list(_on_servers()), indirect=["backend"])
def test_every_commit(stage: Stage, scene: str) -> None:
    """The same of every commit on a server; what is said and filed does not depend on it."""
    _kill_each(stage, scene, _points(stage, scene, {"commit"}), _survive)


@slow("waits for many leases to run out")
def test_another_machine(stage: Stage) -> None:
    """Where the journal is lost with its machine, and the database was away meanwhile, another
    machine takes the job over when the lease has expired and its holder had time to come back."""
    points = _distinct(stage.points("search"))
    of_supervisor = {
        point: shown for point, shown in points.items() if point.startswith("supervisor")
    }
    _kill_each(stage, "search", of_supervisor, _survive_elsewhere)


def _survive_elsewhere(stage: Stage, play: Play, point: str) -> None:
    _kill(stage, play, point)
    db = _open(play)
    with db.transaction() as tx:  # an hour passes
        tx.execute(sa.update(workers).values(seen_ms=workers.c.seen_ms - HOUR_MS))
        expires = jobs.c.lease_expires_ms
        tx.execute(sa.update(jobs).values(lease_expires_ms=expires - HOUR_MS))
        dead = set(tx.scalars(sa.select(workers.c.id).where(workers.c.left_ms.is_(None))))
    db.close()
    another = stage.state_dir.with_name("another")
    assert stage.live(play, {}, state_dir=another, lease_seconds=SHORT_SECONDS) == 0
    _check(stage, play, dead)
    assert list(another.glob("*-*")) == []
