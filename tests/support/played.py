"""Children that a test plays, in place of processes, and a database that fails when it says so."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import Queue
from threading import Event
from typing import IO, Any

import psycopg
import sqlalchemy as sa

from hpo.devices.discovery import Device
from hpo.training import protocol
from hpo.training.child_process import Slot
from hpo.training.output import Output
from hpo.training.protocol import Answer, FromChild, Ready, Report, ToChild, Work
from hpo.worker.supervisor import Supervisor
from hpo.worker.wait_times import Ending, Pace

PATIENCE_SECONDS = 30.0


class Child:
    """The other end of a slot's pipe, and of that in which it hears what its child prints."""

    def __init__(self, pipe: "Connection[Any, Any]", stdout: IO[bytes]) -> None:
        self._pipe = pipe
        self._stdout = stdout
        self.say(Ready())

    def print(self, text: str) -> None:
        self._stdout.write(text.encode())

    def say(self, message: FromChild) -> None:
        protocol.send(self._pipe, message)

    def hear(self) -> ToChild:
        """What its supervisor says next."""
        assert self._pipe.poll(PATIENCE_SECONDS), "nothing was said"
        return protocol.receive_in_child(self._pipe)

    def take_work(self) -> Work:
        work = self.hear()
        assert isinstance(work, Work)
        return work

    def report(self, epoch: int, score: float = 0.5) -> Answer:
        """Says that an epoch is done, and waits as a child does."""
        self.say(Report(epoch=epoch, score=score, seconds=0.1))
        answer = self.hear()
        assert isinstance(answer, Answer)
        return answer


class PlayedSlot(Slot):
    """A slot in which no process is started."""

    children: Queue[Child]

    def start(self) -> None:
        self.stop()
        self._pipe, theirs = Pipe()
        printed, stdout = os.pipe()
        self._output = Output(os.fdopen(printed, "rb", buffering=0))
        self.children.put(Child(theirs, os.fdopen(stdout, "wb", buffering=0)))


class Trouble:
    """While it is on, a database does not answer statements that begin so, but those of the test."""

    def __init__(self) -> None:
        self._spared = threading.current_thread()
        self.beginnings: tuple[str, ...] = ()
        self.was_met = False

    def on(self, *beginnings: str) -> None:
        self.beginnings = beginnings or ("",)

    def off(self) -> None:
        self.beginnings = ()

    def strike(self, statement: str) -> None:
        if threading.current_thread() is self._spared:
            return
        if self.beginnings and statement.startswith(self.beginnings):
            self.was_met = True
            said = psycopg.errors.ConnectionFailure("the link was cut")
            raise sa.exc.OperationalError(statement, {}, said)


@contextmanager
def troubled() -> Iterator[Trouble]:
    """Puts it between this process and every database."""
    trouble = Trouble()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        trouble.strike(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        yield trouble
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)


class Eager(Pace):
    """Leases are renewed at every opportunity."""

    renewal_seconds = 0.0


@dataclass
class Worker:
    """A supervisor in a thread, whose children the test plays."""

    make: Callable[[list[Device]], Supervisor]
    pool: ThreadPoolExecutor
    stop: Event = field(default_factory=Event)
    children: list[Child] = field(default_factory=list)
    ended: Future[Ending] | None = None

    def start(self, slots: int = 1) -> list[Child]:
        """Starts it with so many slots; gives their children."""
        PlayedSlot.children = Queue()
        made = self.make([Device(f"cpu:{number}", "an abacus") for number in range(slots)])
        self.ended = self.pool.submit(made.run, self.stop)
        return [self.next_child() for _ in range(slots)]

    def next_child(self) -> Child:
        """That which was started next."""
        self.children.append(PlayedSlot.children.get(timeout=30))  # it hangs up if nobody holds it
        return self.children[-1]

    def leave(self) -> None:
        """Asks it to leave, and waits until it has."""
        self.stop.set()
        if self.ended is not None:
            self.ended.result(timeout=60)
