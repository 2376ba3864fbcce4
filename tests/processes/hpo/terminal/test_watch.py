"""Watching a study, in a terminal and in a pipe."""

import fcntl
import io
import os
import pty
import select
import signal
import subprocess
import termios
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from hpo.status.study_status import Status
from hpo.terminal.study_page import draw_study
from hpo.terminal.watch import watch
from storage.errors import DatabaseUnavailable
from storage.records import StudyRecord
from storage.states import JobState, Phase
from tests.support.commandline import HPO, CommandLine
from tests.support.marks import on
from tests.support.statuses import shown, status_of, trial
from tests.support.waiting import eventually

Read = Callable[[], Status]


def _reading(*answers: Status | Exception) -> Read:
    """Gives one answer after another; asked more often, the test fails."""
    left: Iterator[Status | Exception] = iter(answers)

    def read() -> Status:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return read


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks without a pause, and speaks at every look."""
    monkeypatch.setattr("hpo.terminal.watch.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("hpo.terminal.watch.SPEAK_SECONDS", 0.0)


def _watch(read: Read, is_alive: Callable[[], bool]) -> tuple[Status | None, list[str]]:
    console = Console(file=io.StringIO(), width=40)
    with console.capture() as capture:
        status = watch(console, read, is_alive)
    return status, capture.get().splitlines()


def test_a_pipe_hears_of_the_precision_once(hasty: None) -> None:
    """As soon as it was chosen, with the reason."""
    job = trial(0, JobState.LEASED)
    before = status_of(job)
    chosen = status_of(job, precision="float32", precision_reason="an abacus is exact")
    _, lines = _watch(_reading(before, chosen, chosen), iter((True, True, False)).__next__)
    assert [line for line in lines if "abacus" in line] == ["float32: an abacus is exact"]
    assert lines.index("float32: an abacus is exact") == 1


def test_a_pipe_hears_of_each_ending_once(hasty: None) -> None:
    """Lines that never wrap: how the study stands, each job that ends while we look, an outage,
    and how it all ended; what ended before, or was cancelled before it began, is no news."""
    before, begun = trial(1, JobState.SUCCEEDED), trial(2, JobState.LEASED, epoch_seconds=2.4)
    done = trial(2, JobState.SUCCEEDED)
    failed = trial(3, JobState.FAILED, score=None, reason="ValueError: no [/layer]\nmore")
    pruned = trial(4, JobState.PRUNED)
    never_begun = trial(5, JobState.CANCELLED, started_ms=None, trial_id=None, trial_number=None)
    over = {"phase": Phase.DONE, "reason": "the search ended at its timeout of 60 s"}
    last = status_of(before, done, failed, pruned, never_begun, **over)
    read = _reading(
        status_of(before, begun),
        status_of(before, done, failed),
        DatabaseUnavailable("the database is away [/at lunch]"),
        last,
    )
    status, lines = _watch(read, lambda: True)
    assert status == last
    assert lines == [
        "search 1/2; best of the search 0.6000; trial 2 at epoch 5/20; about 14 min left",
        "trial 2: 0.6000 after 5 epochs, 12 s x=0.25",
        "trial 3: FAILED after 5 epochs, 12 s ValueError: no [/layer]",
        "search 3/3; best of the search 0.6000; waiting for its worker",
        "the database is away [/at lunch]; asking again",
        "trial 4: 0.6000 pruned after 5 epochs, 12 s x=0.25",
        "toy: done: the search ended at its timeout of 60 s",
    ]


@pytest.mark.parametrize("terminal", [False, True])
def test_what_a_worker_warns_of_is_seen_at_once(hasty: None, terminal: bool) -> None:
    """While it waits for a full disk the study stands still: a line says why, once, and stays."""
    console = Console(file=io.StringIO(), width=80, force_terminal=terminal, color_system=None)
    warned = iter([["12:00Z WARNING the disk is full [/dev]"], [], []])
    half, done = status_of(trial(1, JobState.LEASED)), status_of(phase=Phase.DONE)
    watch(console, _reading(half, half, done), lambda: True, lambda: next(warned))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("12:00Z WARNING the disk is full [/dev]") == 1


def test_the_last_look_is_after_the_end(hasty: None) -> None:
    """What happened just before the worker ended is seen and told."""
    done = status_of(trial(1, JobState.SUCCEEDED), phase=Phase.DONE)
    answers = iter([True, False])
    status, lines = _watch(
        _reading(status_of(trial(1, JobState.LEASED)), done), lambda: next(answers)
    )
    assert status == done
    assert lines[1:] == ["trial 1: 0.6000 after 5 epochs, 12 s x=0.25", "toy: done"]


def test_watching_ends_with_the_worker(hasty: None) -> None:
    """A worker that is gone is not waited for, whether the database answers or not."""
    half = status_of(trial(1, JobState.LEASED))
    assert _watch(_reading(half), lambda: False)[0] == half
    away = DatabaseUnavailable("away")
    assert _watch(_reading(away), lambda: False) == (None, ["away; asking again"])


def test_a_terminal_is_left_with_the_last_page(hasty: None) -> None:
    """A live page survives an outage, ends with the study, and its last state stays."""
    done = status_of(trial(1, JobState.SUCCEEDED), phase=Phase.DONE)
    read = _reading(status_of(trial(1, JobState.LEASED)), DatabaseUnavailable("away"), done)
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    assert watch(console, read, lambda: True) == done
    assert isinstance(console.file, io.StringIO)
    last = [line.rstrip() for line in console.file.getvalue().splitlines()]
    page = shown(draw_study(done))
    assert last[-len(page) + 1 :] == page[1:]
    assert last[-len(page)].endswith("toy  done")


@on("sqlite")
def test_q_quits(shell_on: CommandLine, study: StudyRecord) -> None:
    """In a terminal the key q ends the watching at once, with 0; the page stays, and the terminal
    is what it was."""
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    command = [str(HPO), "status", study.name, "--watch"]
    environment = {**shell_on.environment, "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        cwd=shell_on.folder, start_new_session=True, preexec_fn=lambda: _be_foreground(theirs),
    ) as watching:  # fmt: skip
        seen = ""

        def look() -> bool:
            nonlocal seen
            if select.select([ours], [], [], 0)[0]:
                seen += os.read(ours, 65536).decode(errors="replace")
            return "q quits" in seen

        eventually(look)
        os.write(ours, b"x")  # any other key does nothing
        assert watching.poll() is None
        os.write(ours, b"q")
        eventually(lambda: look() and watching.poll() is not None)
        assert watching.returncode == 0
    assert seen.rstrip().endswith("no trial has been completed yet\x1b[0m")
    assert "Traceback" not in seen
    assert termios.tcgetattr(theirs) == before


def _be_foreground(terminal: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(terminal, os.getpgrp())
