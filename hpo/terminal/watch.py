"""Watching a study: a live page in a terminal, plain lines everywhere else."""

import time
from collections.abc import Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from hpo.formatting import phase_words, precision_words
from hpo.status.study_status import Status
from hpo.terminal.console import has_braille
from hpo.terminal.keyboard import Keyboard
from hpo.terminal.study_page import draw_study, ending_line, status_line
from storage.errors import DatabaseUnavailable
from storage.states import JobState

LOOK_SECONDS = 1.0
# In a pipe, the longest silence.
SPEAK_SECONDS = 5.0
ROOMY = 30
"""Lines of a terminal that has room for a chart."""


class Quit(Exception):
    """The person pressed q."""


def watch(
    console: Console,
    read: Callable[[], Status],
    is_alive: Callable[[], bool],
    hear: Callable[[], Sequence[str]] = tuple,
) -> Status | None:
    """Shows the study until it is over or `is_alive` says no; returns what it last saw. What `hear` has
    to say at each look, such as what a worker warns of, is shown in lines that stay.

    A database that does not answer is shown as such, and asked again.

    Raises:
        Quit: by the key q, in a terminal.
    """
    if console.is_interactive:  # a dumb terminal takes no page
        return _watch_live(console, read, is_alive, hear)
    return _watch_plainly(console, read, is_alive, hear)


def _watch_live(
    console: Console,
    read: Callable[[], Status],
    is_alive: Callable[[], bool],
    hear: Callable[[], Sequence[str]],
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
            for line in hear():
                live.console.print(Text(line), soft_wrap=True)
            try:
                status = read()
            except DatabaseUnavailable as error:
                trouble = f"{error}; asking again"
            hint = "q quits" if keyboard.is_there else ""
            live.update(_live_page(console, status, trouble, hint), refresh=True)
            if trouble is None and status and status.study.phase.is_over:
                break
            if alive:
                is_quit = "q" in keyboard.wait(LOOK_SECONDS).lower()
    if status:
        console.print(draw_study(status, chart=has_braille(console)))
    if is_quit:
        raise Quit
    return status


def _live_page(
    console: Console, status: Status | None, trouble: str | None, hint: str
) -> RenderableType:
    """The last that is known stays in sight while the database is away. What does not fit is cut at
    the bottom, so what must be seen stands above."""
    parts: list[RenderableType] = [Text(trouble, style="red")] if trouble else []
    if status:
        parts.append(
            draw_study(status, hint=hint, chart=console.height >= ROOMY and has_braille(console))
        )
    elif hint:
        parts.append(Text(hint, style="dim"))
    return Group(*parts)


def _watch_plainly(
    console: Console,
    read: Callable[[], Status],
    is_alive: Callable[[], bool],
    hear: Callable[[], Sequence[str]],
) -> Status | None:
    status: Status | None = None
    told: set[tuple[int, int]] | None = None
    precision = ""
    spoke_at = -SPEAK_SECONDS

    def say(line: str) -> None:
        nonlocal spoke_at
        # As Text, because an error's text in brackets would be taken for markup.
        console.print(Text(line), soft_wrap=True)
        spoke_at = time.monotonic()

    alive = True
    while alive:
        alive = is_alive()  # asked before the last look, which thus misses nothing
        for line in hear():
            say(line)
        try:
            status = read()
        except DatabaseUnavailable as error:
            say(f"{error}; asking again")
            if alive:
                time.sleep(SPEAK_SECONDS)
            continue
        if (words := precision_words(status.study)) != precision:
            precision = words
            say(words)
        ended = {
            (job.id, job.attempts): job
            for job in status.jobs
            if job.started_ms is not None and (job.state.is_final or job.state is JobState.PAUSED)
        }
        if told is not None:
            # What is pruned where it was paused was told then.
            for job in (job for key, job in ended.items() if key not in told):
                say(ending_line(status.study, job))
        told = set(ended)
        if status.study.phase.is_over:
            say(f"{status.study.name}: {phase_words(status.study)}")
            break
        if time.monotonic() - spoke_at >= SPEAK_SECONDS:
            say(status_line(status))
        if alive:
            time.sleep(LOOK_SECONDS)
    return status
