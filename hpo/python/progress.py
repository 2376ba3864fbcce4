"""How a run goes, in a notebook's cell or below a script: one bar of trainings."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tqdm.auto import tqdm

from hpo.formatting import phase_words, score_words
from hpo.status.study_status import WORKING_PHASES, Status
from hpo.worker.local_worker import Audience
from storage.errors import DatabaseUnavailable

LOOK_SECONDS = 0.5
FORMAT = "{desc} {bar} {n}/{total} [{elapsed}{postfix}]"


def audience(has_bar: bool) -> Audience:
    """Whoever runs Python here; without a bar it is told only what goes wrong."""
    return Audience(_tell, _watch_with_bar if has_bar else _watch)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - to a person, and a notebook shows it below its cell


def _watch_with_bar(
    read: Callable[[], Status], is_alive: Callable[[], bool], hear: Callable[[], Sequence[str]]
) -> Status | None:
    # With any delay it is not drawn before there is something to show.
    bar = tqdm(bar_format=FORMAT, delay=1e-9)
    with bar:
        return _watch(read, is_alive, hear, lambda status: _move(bar, status))


def _watch(
    read: Callable[[], Status],
    is_alive: Callable[[], bool],
    hear: Callable[[], Sequence[str]],
    show: Callable[[Status], None] = lambda _: None,
) -> Status | None:
    status: Status | None = None
    alive = True
    while alive:
        alive = is_alive()  # asked before the last look, which thus misses nothing
        for line in hear():
            _tell(line)
        try:
            status = read()
        except DatabaseUnavailable as error:
            _tell(f"{error}; asking again")
        else:
            show(status)
            if status.study.phase.is_over:
                break
        if alive:
            time.sleep(LOOK_SECONDS)
    return status


def _move(bar: Any, status: Status) -> None:
    """`bar` is one of tqdm's, of which there are several kinds."""
    study = status.study
    bar.total = sum(status.total(phase) for phase in WORKING_PHASES)
    bar.n = sum(status.done(phase) for phase in WORKING_PHASES)
    bar.set_description_str(f"{study.name} {phase_words(study)}", refresh=False)
    if study.has_front:
        bar.set_postfix_str(f"{len(status.front)} on the front", refresh=False)
    elif status.best is not None and status.best.score is not None:
        bar.set_postfix_str(f"best {score_words(status.best.score)}", refresh=False)
    bar.refresh()
