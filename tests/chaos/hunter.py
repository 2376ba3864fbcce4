"""The hunter: kills what trains, once there is a checkpoint that its job can go on from."""

import random
import time

from storage.records import JobRecord
from tests.chaos.chronicle import Chronicle
from tests.chaos.fleet import Fleet
from tests.chaos.lookout import Lookout
from tests.chaos.machine import Machine

TICK_SECONDS = 0.02
# With the second epoch, the checkpoint after the first has been brought.
FIRST_EPOCH = 2


class Hunter:
    """Kills workers and children with kill -9."""

    def __init__(
        self, rng: random.Random, fleet: Fleet, lookout: Lookout, epochs: int, chronicle: Chronicle
    ) -> None:
        self._rng = rng
        self._fleet = fleet
        self._lookout = lookout
        self._last_epoch = epochs - 2
        self._chronicle = chronicle
        self._struck: dict[int, int] = {}
        """The epoch after which each job was last struck: it must have come further since."""

    def hunt(self, kills: int, seconds: float) -> None:
        """Makes so many kills within that time."""
        deadline = time.monotonic() + seconds
        for made in range(kills):
            while not self._strike():
                assert time.monotonic() < deadline, f"{made} of {kills} kills in {seconds:g} s"
                assert not self._lookout.sight.is_over, f"the study ended at {made} of {kills}"
                time.sleep(TICK_SECONDS)

    def _strike(self) -> bool:
        self._fleet.tend()
        sight = self._lookout.look()
        hale = [machine.pid for machine in self._fleet.machines if machine.is_hale]
        for machine in self._fleet.machines:
            for job in sight.held_by(machine.pid):
                struck = self._struck.get(job.id, FIRST_EPOCH - 1)
                if struck < job.epoch <= self._last_epoch and self._lookout.may_lose(
                    machine.pid, hale
                ):
                    self._struck[job.id] = job.epoch
                    self._kill(machine, job)
                    return True
        return False

    def _kill(self, machine: Machine, job: JobRecord) -> None:
        where = f"{machine.name}, {job.title}, after epoch {job.epoch}"
        pid = machine.pid
        if self._rng.random() < 0.5 and machine.kill_child():
            self._chronicle.note("kills of children in training", where)
        else:
            self._fleet.kill(machine, lost=self._rng.random() < 0.5)
            self._chronicle.note("kills in training", where)
        self._lookout.fear_for(pid)
