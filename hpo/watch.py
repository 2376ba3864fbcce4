"""Watching a study: a live page in a terminal, plain lines everywhere else."""

import time
from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from hpo.keyboard import Keyboard
from hpo.status import Status
from hpo.terminal import ending_line, page, status_line
from hpo.words import phase_words
from storage.errors import DatabaseUnavailable

LOOK_SECONDS = 1.0
# In a pipe, the longest silence.
SPEAK_SECONDS = 5.0
ROOMY = 30
"""Lines of a terminal that has room for a chart."""


class Quit(Exception):
    """The person pressed q."""


def watch(
    console: Console, read: Callable[[], Status], epochs: int, is_alive: Callable[[], bool]
) -> Status | None:
    """Shows the study until it is over or `is_alive` says no; returns what it last saw.

    A database that does not answer is shown as such, and asked again.

    Raises:
        Quit: by the key q, in a terminal.
    """
    if console.is_terminal:
        return _watch_live(console, read, epochs, is_alive)
    return _watch_plainly(console, read, epochs, is_alive)


def _watch_live(
    console: Console, read: Callable[[], Status], epochs: int, is_alive: Callable[[], bool]
) -> Status | None:
    status: Status | None = None
    is_quit = False
    with (
        Keyboard() as keyboard,
        Live(console=console, auto_refresh=False, transient=True) as live,
    ):
        alive = True
        while alive and not is_quit:
            alive = is_alive()  # asked before the last look, which thus misses nothing
            trouble = None
            try:
                status = read()
            except DatabaseUnavailable as error:
                trouble = f"{error}; asking again"
            hint = "q quits" if keyboard.is_there else ""
            live.update(_live_page(console, status, epochs, trouble, hint), refresh=True)
            if trouble is None and status and status.study.phase.is_over:
                break
            if alive:
                is_quit = "q" in keyboard.wait(LOOK_SECONDS).lower()
    if status:
        console.print(page(status, epochs))
    if is_quit:
        raise Quit
    return status


def _live_page(
    console: Console, status: Status | None, epochs: int, trouble: str | None, hint: str
) -> RenderableType:
    """The last that is known stays in sight while the database is away. What does not fit is cut at
    the bottom, so what must be seen stands above."""
    parts: list[RenderableType] = [Text(trouble, style="red")] if trouble else []
    if status:
        parts.append(page(status, epochs, hint=hint, chart=console.height >= ROOMY))
    elif hint:
        parts.append(Text(hint, style="dim"))
    return Group(*parts)


def _watch_plainly(
    console: Console, read: Callable[[], Status], epochs: int, is_alive: Callable[[], bool]
) -> Status | None:
    status: Status | None = None
    told: set[int] | None = None
    spoke_at = -SPEAK_SECONDS

    def say(line: str) -> None:
        nonlocal spoke_at
        # As Text, because an error's text in brackets would be taken for markup.
        console.print(Text(line), soft_wrap=True)
        spoke_at = time.monotonic()

    alive = True
    while alive:
        alive = is_alive()  # asked before the last look, which thus misses nothing
        try:
            status = read()
        except DatabaseUnavailable as error:
            say(f"{error}; asking again")
            if alive:
                time.sleep(SPEAK_SECONDS)
            continue
        ended = [job for job in status.jobs if job.state.is_final]
        if told is not None:
            for job in ended:
                if job.id not in told and job.started_ms is not None:
                    say(ending_line(job))
        told = {job.id for job in ended}
        if status.study.phase.is_over:
            say(f"{status.study.name}: {phase_words(status)}")
            break
        if time.monotonic() - spoke_at >= SPEAK_SECONDS:
            say(status_line(status, epochs))
        if alive:
            time.sleep(LOOK_SECONDS)
    return status
