"""The monkey: chooses, by its seed, what to hurt next and how."""

import math
import random
import time
from collections.abc import Callable

from tests.chaos.chronicle import Chronicle
from tests.chaos.fleet import Fleet
from tests.chaos.lookout import Lookout
from tests.chaos.machine import Machine
from tests.chaos.server import Patient

TICK_SECONDS = 0.05
BETWEEN_SECONDS = (0.3, 2.2)
# How long it waits for a chance to do what it has chosen.
PATIENCE_SECONDS = 3.0
SHORT_SECONDS = (0.1, 2.0)
# Longer than a lease.
LONG_SECONDS = (3.5, 6.0)
LONG_SHARE = 0.3
# Of the victims, how many are in the midst of a training.
WORKING_SHARE = 0.8
# Of the killed, how many do not come back.
LOST_SHARE = 0.4


class Monkey:
    """Does one thing after another; what lasts a while goes on beside the next."""

    def __init__(
        self, rng: random.Random, fleet: Fleet, patient: Patient, lookout: Lookout,
        chronicle: Chronicle,
    ) -> None:  # fmt: skip
        self._rng = rng
        self._fleet = fleet
        self._patient = patient
        self._lookout = lookout
        self._chronicle = chronicle
        self._healing: list[tuple[float, Callable[[], None]]] = []
        self._acts: dict[Callable[[], bool], int] = {
            self._kill: 5, self._kill_child: 4, self._stop: 4, self._preempt: 3, self._cut: 3,
            self._drop: 1, self._restart: 1, self._crash: 2, self._freeze: 2, self._fill: 2,
        }  # fmt: skip

    def play(self, seconds: float) -> None:
        """Does what it likes until the study is over, for so long at most; then heals all."""
        until = time.monotonic() + seconds
        act_at, act = 0.0, self._choose()
        while (now := time.monotonic()) < until and not self._lookout.look().is_over:
            self._heal(now)
            self._fleet.tend()
            if now >= act_at and act():
                act_at, act = now + self._rng.uniform(*BETWEEN_SECONDS), self._choose()
            elif now >= act_at + PATIENCE_SECONDS:
                act = self._choose()
            time.sleep(TICK_SECONDS)
        self._heal(math.inf)

    def _choose(self) -> Callable[[], bool]:
        (act,) = self._rng.choices(list(self._acts), list(self._acts.values()))
        return act

    # What is done to a machine; False where none is there to which it may be done.

    def _kill(self) -> bool:
        if (machine := self._victim()) is None:
            return False
        pid, lost = machine.pid, self._rng.random() < LOST_SHARE
        self._fleet.kill(machine, lost=lost)
        self._lookout.fear_for(pid)
        self._chronicle.note("kills", f"{machine.name}{', for good' if lost else ''}")
        return True

    def _kill_child(self) -> bool:
        if (machine := self._victim()) is None or not machine.kill_child():
            return False
        self._lookout.fear_for(machine.pid)
        self._chronicle.note("kills of children", machine.name)
        return True

    def _stop(self) -> bool:
        if (machine := self._victim()) is None:
            return False
        machine.stop()
        self._lookout.fear_for(machine.pid)
        return self._for_a_while("stops", machine.name, machine.go_on)

    def _preempt(self) -> bool:
        if (machine := self._victim(joined=True)) is None:
            return False
        self._fleet.preempt(machine)
        self._lookout.fear_for(machine.pid)
        self._chronicle.note("preemptions", machine.name)
        return True

    def _cut(self) -> bool:
        if (machine := self._victim()) is None:
            return False
        machine.cut()
        self._lookout.fear_for(machine.pid)
        return self._for_a_while("cuts", machine.name, machine.mend)

    def _victim(self, *, joined: bool = False) -> Machine | None:
        """A machine to which nothing is being done, mostly one that trains; a worker that has not
        joined yet does not know what to do with a signal."""
        sight = self._lookout.sight
        hale = [machine for machine in self._fleet.machines if machine.is_hale]
        pids = [machine.pid for machine in hale]
        chosen = [machine for machine in hale if self._lookout.may_lose(machine.pid, pids)]
        if joined:
            chosen = [machine for machine in chosen if machine.pid in sight.pids.values()]
        if self._rng.random() < WORKING_SHARE:
            chosen = [machine for machine in chosen if sight.held_by(machine.pid)]
        return self._rng.choice(chosen) if chosen else None

    # What is done to the server; False where it is not the time for it.

    def _drop(self) -> bool:
        for machine in self._fleet.machines:
            if not machine.is_cut:
                machine.cut()
                machine.mend()
        self._chronicle.note("drops of all connections")
        return True

    def _restart(self) -> bool:
        return self._take_away("restarts", lambda: self._patient.stop("fast"))

    def _crash(self) -> bool:
        return self._take_away("crashes", lambda: self._patient.stop("immediate"))

    def _freeze(self) -> bool:
        return self._take_away("freezes", self._patient.freeze)

    def _fill(self) -> bool:
        if self._patient.is_full:
            return False
        self._patient.fill()
        return self._for_a_while("full stores", "", self._patient.empty)

    def _take_away(self, kind: str, act: Callable[[], None]) -> bool:
        if not self._patient.is_well or not self._lookout.may_lose_all:
            return False
        self._lookout.fear_for_all()
        act()
        return self._for_a_while(kind, "of the server", self._patient.heal)

    # What heals.

    def _for_a_while(self, kind: str, what: str, heal: Callable[[], None]) -> bool:
        is_long = self._rng.random() < LONG_SHARE
        seconds = self._rng.uniform(*(LONG_SECONDS if is_long else SHORT_SECONDS))
        self._healing.append((time.monotonic() + seconds, heal))
        self._chronicle.note(kind, f"{what} for {seconds:.1f} s".strip())
        return True

    def _heal(self, now: float) -> None:
        """Heals what was hurt for long enough."""
        due = [heal for at, heal in self._healing if at <= now]
        self._healing = [(at, heal) for at, heal in self._healing if at > now]
        for heal in due:
            heal()
