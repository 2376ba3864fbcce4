"""What a training tells of each epoch, and how it is told to end."""

from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from hpo.definition_loader import Definition
from hpo.training import protocol
from hpo.training.protocol import Answer, Kept, Report, Work
from hpo.training.reporter import NotFinite, Reporter, Saver, ToldToPause
from studies.training_outcomes import Epoch


def _epoch(number: int = 1, *, resumable: bool = True, **metrics: float) -> Epoch:
    state = (lambda: {"weights": np.zeros(3)}) if resumable else None
    return Epoch(number, {"val_accuracy": 0.5, **metrics}, 0.1, state)


class Told:
    """A reporter whose supervisor gives the same answer to all that it hears."""

    def __init__(self, toy: Definition, folder: Path, answer: Answer) -> None:
        self.heard: list[protocol.FromChild] = []
        ours, theirs = Pipe()
        work = Work(
            definition=toy.reference, definition_hash=toy.hash, settings={}, params={}, seed=0,
            training_file="", checkpoint_stem=str(folder / "kept"), checkpoint_seconds=1000,
        )  # fmt: skip
        self.report = Reporter(theirs, toy.study, Saver(work, toy.study.epochs))
        Thread(target=self._listen, args=(ours, answer), daemon=True).start()

    def _listen(self, pipe: Any, answer: Answer) -> None:
        while True:
            self.heard.append(protocol.receive_from_child(pipe))
            protocol.send(pipe, answer)


def test_the_validation_loss_is_told(toy: Definition, tmp_path: Path) -> None:
    """Early rungs compare by it; a trainer need not have one, but not one that is no number."""
    told = Told(toy, tmp_path, Answer(go_on=True))
    assert told.report(_epoch(1, val_loss=0.7)) and told.report(_epoch(2))
    losses = [each.loss for each in told.heard if isinstance(each, Report)]
    assert losses == [0.7, None]
    with pytest.raises(NotFinite, match="val_loss"):
        told.report(_epoch(3, val_loss=float("nan")))


def test_a_training_that_is_paused_leaves_its_checkpoint(toy: Definition, tmp_path: Path) -> None:
    """First that, then it ends, and whoever reports again is told so again."""
    told = Told(toy, tmp_path, Answer(go_on=True, pause=True))
    for number in (1, 2):
        with pytest.raises(ToldToPause, match="after epoch 1"):
            told.report(_epoch(number))
    report, kept = told.heard
    assert isinstance(report, Report) and report.resumable
    assert isinstance(kept, Kept) and Path(kept.file).exists()


def test_what_has_no_state_cannot_be_resumed(toy: Definition, tmp_path: Path) -> None:
    """Nor is there anything to go on from after the last epoch."""
    told = Told(toy, tmp_path, Answer(go_on=True))
    told.report(_epoch(1, resumable=False))
    told.report(_epoch(toy.study.epochs))
    reports = [each for each in told.heard if isinstance(each, Report)]
    assert [each.resumable for each in reports] == [False, False]
