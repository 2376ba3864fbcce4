"""The fleet: machines that come and go, and whose workers are started again when they end."""

import random
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from hpo.commands.fleet import ASKED_TO_LEAVE
from storage.records import StudyRecord
from tests.chaos.chronicle import Chronicle
from tests.chaos.machine import Machine
from tests.chaos.server import Condition, Patient

LONGEST_PAUSE_SECONDS = 1.5
MOST_LOST = 2
"""How many machines are away at most: then the one that went first comes back, with what it had."""
GRACE_SECONDS = 6.0
"""What workers are given to leave."""
LATENESS_SECONDS = 14.0
"""How much later they may be on a machine that has much else to do."""
# Of a worker that finds no database when it starts: whatever started it starts it again.
NO_DATABASE = "cannot be used"


class Unexpected(AssertionError):
    """A worker did what none may."""


class Fleet:
    """Keeps machines at work on one study; `tend` is to be called all the time."""

    def __init__(
        self,
        folder: Path,
        patient: Patient,
        study: StudyRecord,
        command: Sequence[str],
        environment: Mapping[str, str],
        rng: random.Random,
        chronicle: Chronicle,
    ) -> None:
        self.machines: list[Machine] = []
        self.lost: list[Machine] = []
        """Those that did not come back, each with what its worker had not delivered."""
        self._folder = folder
        self._patient = patient
        self._study = study
        self._command = command
        self._environment = environment
        self._rng = rng
        self._chronicle = chronicle
        self._start_at: dict[Machine, float] = {}
        self._children: set[psutil.Process] = set()

    @property
    def is_idle(self) -> bool:
        """No worker runs or is about to."""
        return not self._start_at and all(machine.pid is None for machine in self.machines)

    @property
    def logs(self) -> dict[str, str]:
        """What all workers said, by machine."""
        known = (*self.machines, *self.lost)
        return {machine.name: machine.log.read_text() for machine in known}

    def add(self) -> None:
        """Puts a fresh machine to work."""
        number = len(self.machines) + len(self.lost)
        folder = self._folder / f"{self._study.name}-{number}"
        machine = Machine(folder, self._command, self._environment, self._patient.url)
        self.machines.append(machine)
        machine.start()

    def kill(self, machine: Machine, *, lost: bool) -> None:
        """kill -9 of its worker. The machine comes back in a moment, or it is lost and a fresh one
        or another that was lost takes its place."""
        self._children.update(machine.children())
        machine.kill()
        assert machine.ended() == -signal.SIGKILL
        if lost:
            self.machines.remove(machine)
            self.lost.append(machine)
            self._replace()
        else:
            self._start_soon(machine)

    def preempt(self, machine: Machine) -> None:
        """Asks its worker to leave; it comes back when it has."""
        machine.preempt(GRACE_SECONDS + LATENESS_SECONDS)

    def tend(self) -> None:
        """Starts workers again that have ended as they should.

        Raises:
            Unexpected: one ended otherwise, or did not leave in time.
        """
        now = time.monotonic()
        for machine in self.machines:
            if machine.leave_by is not None:
                if self._patient.condition == Condition.FROZEN or machine.is_stopped:
                    machine.leave_by = max(machine.leave_by, now + GRACE_SECONDS + LATENESS_SECONDS)
                elif now > machine.leave_by:
                    raise Unexpected(f"{machine.name} did not leave when it was asked to")
            was_asked = machine.leave_by is not None
            if (code := machine.ended()) is not None:
                self._judge(machine, code, was_asked=was_asked)
        for machine, due in list(self._start_at.items()):
            if now >= due:
                del self._start_at[machine]
                machine.start()

    def heal(self) -> None:
        """Undoes what was done to machines; those that were lost come back, too."""
        for machine in self.machines:
            machine.mend()
            machine.go_on()
        for machine in self.lost:
            machine.mend()
            self._start_soon(machine)
        self.machines += self.lost
        self.lost = []

    def survivors(self) -> list[psutil.Process]:
        """Children that outlived their workers."""
        return [each for each in self._children if each.is_running()]

    def close(self) -> None:
        """Ends all of it."""
        for machine in (*self.machines, *self.lost):
            machine.close()

    def _judge(self, machine: Machine, code: int, *, was_asked: bool) -> None:
        last, *_ = machine.said[-1:] or [""]
        if code == 0 and last == f"{self._study.name}: done":
            self._chronicle.note("workers done", machine.name)
        elif code == ASKED_TO_LEAVE and was_asked:
            self._chronicle.note("workers left", machine.name)
            self._start_soon(machine)
        elif (
            code == 1
            and NO_DATABASE in last
            and not any(" trains " in line for line in machine.said)
        ):
            self._chronicle.note("starts without a database", machine.name)
            self._start_soon(machine)
        else:
            raise Unexpected(f"the worker of {machine.name} ended with {code}: {last}")

    def _replace(self) -> None:
        if len(self.lost) <= MOST_LOST:
            self.add()
            return
        self.machines.append(self.lost.pop(0))
        self.machines[-1].mend()
        self._start_soon(self.machines[-1])

    def _start_soon(self, machine: Machine) -> None:
        self._start_at[machine] = time.monotonic() + self._rng.uniform(0, LONGEST_PAUSE_SECONDS)
