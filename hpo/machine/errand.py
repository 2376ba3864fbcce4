"""An errand: one piece of work for a child of its own, without any database."""

from collections.abc import Callable

from hpo.errors import WorkFailed
from hpo.machine import messages
from hpo.machine.devices import Device
from hpo.machine.slot import ChildLost, Slot

Tell = Callable[[int, float], None]
"""Told of each epoch, from 1, with its score."""
Done = messages.Trained | messages.Classified | messages.Diverged


def run(
    device: Device,
    work: messages.Work | messages.Question,
    tell: Tell = lambda _epoch, _score: None,
) -> Done:
    """Has a child on `device` do `work`, and waits for its end.

    Raises:
        WorkFailed: the definition raised, the child was lost, or cannot do this work.
    """
    slot = Slot(device)
    try:
        slot.start()
        while True:
            match slot.receive():
                case messages.Ready():
                    slot.send(work)
                case messages.Report(epoch=epoch, score=score):
                    tell(epoch, score)
                    slot.send(messages.Answer(go_on=True))
                case messages.Trained() | messages.Classified() | messages.Diverged() as done:
                    return done
                case messages.Raised(error=error, traceback=traceback):
                    raise WorkFailed.of_definition(error, traceback)
                case messages.Faulty(error=error, traceback=traceback):
                    raise WorkFailed.of_machine(error, traceback)
                case messages.Unfit(reason=reason):
                    raise WorkFailed(reason)
                case messages.Pruned(epoch=epoch):
                    raise WorkFailed(f"the training stopped by itself after epoch {epoch}")
                case messages.Kept() | messages.Left():
                    raise AssertionError("an errand asks for no checkpoint")
                case ChildLost(reason=reason):
                    raise _lost(reason)
    finally:
        slot.stop()


def _lost(reason: str) -> WorkFailed:
    cause, _, printed = reason.partition("\n")
    failed = WorkFailed(
        f"{cause.removesuffix('; it last printed:')}: run it again, with more memory if that ran"
        " out (--debug: what it last printed)"
    )
    failed.add_note(printed)
    return failed
