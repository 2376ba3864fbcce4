"""Gives hpo and others the same task, and says how fast each was.

    python -m benchmarks.peers.compare --minutes 8 --repetitions 3

Adds to `benchmarks/peers/recorded/runs.jsonl` what is not there yet, a line as each run ends: stop it when
you like, and start it again to go on. It wants a machine on which nothing else runs, and opens the holdout
outside any database: to judge tools, never a configuration.
"""

import argparse
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.peers import figures, peers_venv, running, runs, task, tools
from benchmarks.peers.retraining import retrain
from benchmarks.peers.runs import EpochAt, Run
from benchmarks.peers.task import Task
from hpo import provenance
from hpo.devices import discovery
from hpo.settings import Settings, load_settings


def in_turn(names: Sequence[str], repetitions: int) -> Iterator[tuple[int, str]]:
    """Each tool once in each repetition, another one first in each."""
    for repetition in range(repetitions):
        first = repetition % len(names)
        for name in (*names[first:], *names[:first]):
            yield repetition, name


def run(
    name: str, repetition: int, minutes: float, given: Task, python: Path, settings: Settings
) -> Run:
    """Runs one tool for so long, and trains its pick again.

    Raises:
        RuntimeError: it came to its end before.
    """
    load = os.getloadavg()[0]
    with TemporaryDirectory(prefix="hpo-peers-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        tool = tools.make(name, given, folder, repetition, python, settings)
        watched = running.watch(tool, folder, 60 * minutes)
        best = running.ask_best(tool, folder)
    return Run(
        tool=name,
        repetition=repetition,
        classes=given.classes,
        minutes=minutes,
        training_images=given.training_images,
        machine=f"{provenance.cores()} cores of {discovery.find(1)[0].kind.partition(',')[0]}",
        load=round(load, 2),
        epochs=tuple(
            EpochAt(
                seconds=round(each.time - watched.began, 2),
                trial=each.trial,
                epoch=each.epoch,
                val_accuracy=round(each.val_accuracy, 4),
            )
            for each in watched.epochs
        ),
        megabytes=round(watched.megabytes),
        best=best,
        holdout=() if best is None else retrain(best, repetition, given, settings),
    )


def tell(recorded: Sequence[Run]) -> Table:
    """The medians of each tool's runs."""
    table = Table(box=box.MARKDOWN)
    targets = [f"s to {target:.2f}" for target in figures.TARGETS]
    for heading in (
        *("tool", "runs", *targets, "s to first epoch"),
        *("epochs", "images/s", "MB", "holdout of the pick"),
    ):
        table.add_column(heading, justify="left" if heading == "tool" else "right")
    for name in tools.NAMES:
        if of_tool := [each for each in recorded if each.tool == name]:
            table.add_row(name, str(len(of_tool)), *_medians(of_tool))
    return table


def _medians(of_tool: Sequence[Run]) -> Iterator[str]:
    def median(figure: Callable[[Run], float]) -> float:
        return figures.median([figure(each) for each in of_tool])

    for target in figures.TARGETS:
        yield _said(figures.median([figures.seconds_to(target, each.epochs) for each in of_tool]))
    yield _said(median(lambda run: figures.first_epoch(run.epochs)))
    yield _said(median(lambda run: len(run.epochs)))
    yield _said(median(_images_per_second))
    yield _said(median(lambda run: run.megabytes))
    # Each pick by the mean of its seeds; a run without one has none.
    picks = [sum(each.holdout) / len(each.holdout) for each in of_tool if each.holdout]
    yield f"{figures.median(picks):.4f}" if picks else "no pick"


def _images_per_second(run: Run) -> float:
    return figures.images_per_second(len(run.epochs), run.training_images, 60 * run.minutes)


def _said(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.0f}"


def _like(recorded: Iterable[Run], classes: tuple[str, ...], minutes: float) -> list[Run]:
    return [each for each in recorded if (each.classes, each.minutes) == (classes, minutes)]


def main() -> None:
    """Runs what is not recorded, and prints all that is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=8, help="Of each run.")
    parser.add_argument("--repetitions", type=int, default=3, help="Runs of each tool.")
    parser.add_argument("--only", nargs="+", choices=tools.NAMES, default=tools.NAMES)
    parser.add_argument("--classes", default=",".join(task.CLASSES), help="Ten of CIFAR-100.")
    parser.add_argument("--file", type=Path, default=runs.RECORDED, help="Where runs are recorded.")
    asked = parser.parse_args()
    settings = load_settings()
    given = task.prepare(tuple(asked.classes.split(",")), settings)
    python = peers_venv.ensure(settings.cache_folder)
    peers_venv.compile_ours()
    # Whatever the terminal is, the table is one line a tool, as docs/background/benchmarks.md takes it.
    console = Console(width=160)
    there = {each.key for each in runs.read(asked.file)}
    for repetition, name in in_turn(asked.only, asked.repetitions):
        if (name, repetition, given.classes, asked.minutes) not in there:
            console.print(f"{name}, repetition {repetition}: {asked.minutes:g} minutes")
            runs.append(run(name, repetition, asked.minutes, given, python, settings), asked.file)
    console.print(tell(_like(runs.read(asked.file), given.classes, asked.minutes)))


if __name__ == "__main__":
    main()
