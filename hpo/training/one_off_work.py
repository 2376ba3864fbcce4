"""One-off work: pieces of it for children of their own, without any database."""

import re
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.training import protocol
from hpo.training.child_pool import SlotPool
from hpo.training.child_process import ChildLost, Slot

Tell = Callable[[int, float], None]
"""Told of each epoch, from 1, with its score."""
Work = protocol.Work | protocol.Question | protocol.Measure
Done = protocol.Trained | protocol.Classified | protocol.Measured | protocol.Diverged

LISTEN_SECONDS = 0.25
# As Python prints where a thread stands, the innermost call first; an import has many in <frozen>.
CALL = re.compile(r'File "([^<].*)", line (\d+) in ')


@dataclass(frozen=True)
class Heard:
    """What was said of the work of that number, so many seconds after a child was given it."""

    number: int
    said: protocol.Report | protocol.Pruned | Done
    seconds: float


def run(
    device: Device,
    work: Work,
    tell: Tell = lambda _epoch, _score: None,
    *,
    stall_seconds: float,
) -> Done:
    """Has a child on `device` do `work`, and waits for its end.

    Raises:
        WorkFailed: the definition raised, the child was lost or hangs, or cannot do this work.
    """
    with closing(run_all([device], [work], stall_seconds)) as all_heard:
        for heard in filter(None, all_heard):
            match heard.said:
                case protocol.Report(epoch=epoch, score=score):
                    tell(epoch, score)
                case protocol.Pruned(epoch=epoch):
                    raise WorkFailed(f"the training stopped by itself after epoch {epoch}")
                case done:
                    return done
    raise AssertionError("work ends with its end")


def run_all(
    devices: Sequence[Device], works: Sequence[Work], stall_seconds: float
) -> Generator[Heard | None]:
    """Has a child on each device do one work after another, and gives what is said of them; now
    and then None, so that whoever waits may say something too. To be closed: then no child is left.

    Raises:
        WorkFailed: the definition raised, a child was lost or hangs, or cannot do this work.
    """
    pool = SlotPool(devices[: len(works)], stall_seconds)
    waiting = deque(enumerate(works))
    working: dict[Slot, tuple[int, float]] = {}
    try:
        pool.start()
        while waiting or working:
            for slot in pool.slots:
                if slot.ready and slot not in working and waiting:
                    number, work = waiting.popleft()
                    working[slot] = number, time.monotonic()
                    slot.silent_seconds = 0.0
                    slot.send(work)
            for slot, message in pool.listen(LISTEN_SECONDS):
                if isinstance(message, protocol.Ready):
                    slot.ready = True
                    continue
                said = _judge(message)
                number, began = working[slot]
                if isinstance(said, protocol.Report):
                    slot.send(protocol.Answer(go_on=True))
                else:
                    del working[slot]
                yield Heard(number, said, time.monotonic() - began)
            for slot, hung in pool.find_hung(working):
                raise _hung(hung, works[working[slot][0]] if slot in working else None)
            yield None
    finally:
        pool.stop()


def _judge(message: protocol.FromChild | ChildLost) -> protocol.Report | protocol.Pruned | Done:
    match message:
        case protocol.Raised(error=error, traceback=traceback):
            raise WorkFailed.of_definition(error, traceback)
        case protocol.Faulty(error=error, traceback=traceback):
            raise WorkFailed.of_machine(error, traceback)
        case protocol.Unfit(reason=reason):
            raise WorkFailed(reason)
        case ChildLost(cause=cause, told=told, exit_code=exit_code):
            mend = (
                "let the definition return instead of ending the process"
                if exit_code == 0
                else "run it again, with more memory or fewer slots if that ran out"
            )
            raise _failed(cause, f"{mend} (--debug: what it last printed)", told)
        case (
            protocol.Ready()
            | protocol.Proven()
            | protocol.Kept()
            | protocol.Left()
            | protocol.Paused()
            | protocol.Suggest()
            | protocol.Attribute()
        ):
            raise AssertionError("one-off work asks for no checkpoint, no proof, and calls nothing")
        case said:
            return said


def _hung(hung: ChildLost, work: Work | None) -> WorkFailed:
    """Says where: in the definition's own file, if it stands there."""
    calls = CALL.findall(hung.told)
    own = [
        call
        for call in calls
        if isinstance(work, protocol.OfDefinition) and call[0] == work.definition
    ]
    at = "".join(f" at {file}:{line}" for file, line in (own or calls)[:1])
    mend = "mend what hangs there, or let HPO_STALL_SECONDS be longer"
    return _failed(f"{hung.cause}{at}", f"{mend} (--debug: all of where it stood)", hung.told)


def _failed(cause: str, mend: str, told: str) -> WorkFailed:
    failed = WorkFailed(cause, mend)
    failed.add_note(told)
    return failed
