"""Records learning curves of the baseline and of random configurations of a study of images.

    python -m benchmarks.curves.record cifar100 --configurations 128 --seeds 2 --processes 2

Adds to `benchmarks/curves/recorded/cifar100.jsonl` what is not there yet, a line as each training ends,
the seeds of one configuration after the other: stop it when you like, and start it again to go on.
Every process trains on one thread and counts its own CPU seconds, which depend far less on how busy the
machine is than the time on the wall; its caches are shared all the same. It opens the holdout outside any
database: to judge searches, never a configuration.
"""

import argparse
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.curves import recordings
from benchmarks.curves.configurations import Points
from benchmarks.curves.recordings import Curve, rounded
from hpo import definition_loader, provenance
from hpo.devices import discovery
from hpo.devices.child_environment import environment_on
from hpo.search.seeds import derive_seed
from hpo.settings import load_settings
from hpo.training.child_process import die_with_parent
from hpo.training.precision import FLOAT32, HALF
from studies.image_classification.evaluation import Evaluation
from studies.keras_training import keras_selftest
from studies.space import Params
from studies.study import Study
from studies.training_outcomes import Epoch, Trained


@dataclass(frozen=True)
class Task:
    """Whose configurations are trained, how, and where its prepared data is."""

    name: str
    precision: str
    training_file: Path
    holdout_file: Path


@dataclass(frozen=True)
class Training:
    """What is to be recorded as a curve."""

    configuration: int
    repeat: int
    params: Params

    @property
    def seed(self) -> int:
        return derive_seed(0, "curves", self.configuration, self.repeat)


def missing(
    study: Study, configurations: int, seeds: int, recorded: Sequence[Curve]
) -> Iterator[Training]:
    """What is still to be trained, all seeds of a configuration before the next."""
    there = {(curve.configuration, curve.repeat) for curve in recorded}
    for number, params in enumerate(_configurations(study, configurations)):
        for repeat in range(seeds):
            if (number, repeat) not in there:
                yield Training(number, repeat, params)


def are_of(study: Study, recorded: Sequence[Curve]) -> bool:
    """Whether the recorded configurations are those of the study's space, which may have changed since."""
    number = max((curve.configuration for curve in recorded), default=0) + 1
    drawn = list(_configurations(study, number))
    return all(curve.params == drawn[curve.configuration] for curve in recorded)


def _configurations(study: Study, number: int) -> Iterator[Params]:
    yield study.baseline
    yield from Points(study.space, derive_seed(0, "curves")).next(number - 1)


def train(task: Task, training: Training) -> Curve:
    """Trains all epochs in this process, and looks at the holdout once, at the end."""
    study, data = _load(task)
    epochs: list[Epoch] = []
    cpu_seconds: list[float] = []
    began = time.process_time()

    def report(epoch: Epoch) -> bool:
        nonlocal began
        now = time.process_time()
        cpu_seconds.append(now - began)
        began = now
        epochs.append(epoch)
        return True

    outcome = study.train(training.params, data, seed=training.seed, report=report)
    held_out: Evaluation | None = None
    if isinstance(outcome, Trained):
        judged = study.judge(outcome.model, data)["holdout"]
        assert isinstance(judged, Evaluation), "a study of images"
        held_out = judged
    else:
        cpu_seconds.append(time.process_time() - began)
    return Curve(
        precision=task.precision,
        configuration=training.configuration,
        repeat=training.repeat,
        seed=training.seed,
        params=dict(training.params),
        loss=rounded([epoch.metrics["loss"] for epoch in epochs], 5),
        val_loss=rounded([epoch.metrics["val_loss"] for epoch in epochs], 5),
        val_accuracy=rounded([epoch.metrics["val_accuracy"] for epoch in epochs], 5),
        cpu_seconds=rounded(cpu_seconds, 3),
        wall_seconds=rounded([epoch.seconds for epoch in epochs], 3),
        holdout_loss=None if held_out is None else round(held_out.loss, 5),
        holdout_accuracy=None if held_out is None else round(held_out.accuracy, 5),
    )


@cache
def _load(task: Task) -> tuple[Study, Any]:
    study = definition_loader.load(task.name).with_settings({"precision": task.precision}).study
    return study, study.load(task.training_file, task.holdout_file)


def _begin(parent_pid: int) -> None:
    """In a process that is to train: the first training does not pay for the start of Keras."""
    die_with_parent(parent_pid, signal.SIGKILL)
    keras_selftest.train_a_little()


def main() -> None:
    """Records what is missing, as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("study", choices=definition_loader.BUILT_IN)
    parser.add_argument(
        "--configurations", type=int, default=128, help="The baseline is the first."
    )
    parser.add_argument("--seeds", type=int, default=2, help="Of each configuration.")
    parser.add_argument("--processes", type=int, default=2, help="Each trains on one thread.")
    parser.add_argument("--precision", choices=(FLOAT32, HALF), default=FLOAT32)
    asked = parser.parse_args()
    settings, file = load_settings(), recordings.file_of(asked.study)
    study = definition_loader.load(asked.study).study
    data = study.prepare(settings.cache_folder, settings.data_dir)
    task = Task(
        asked.study, asked.precision, data.training_path("search"), data.holdout_path("search")
    )
    recorded = recordings.read(file)
    if others := {curve.precision for curve in recorded} - {asked.precision}:
        parser.error(f"{file} is of {', '.join(others)}: give --precision, or move it away")
    if not are_of(study, recorded):
        parser.error(f"{file} is of another space of {asked.study}: move it away")
    to_do = list(missing(study, asked.configurations, asked.seeds, recorded))
    # As many slots as cores, so that each has one thread; set before a child reads it.
    environment = environment_on(discovery.find(provenance.cores())[0])
    os.environ.update(environment | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    spawn = multiprocessing.get_context("spawn")
    console = Console()
    with ProcessPoolExecutor(asked.processes, spawn, _begin, (os.getpid(),)) as pool:
        for done in as_completed([pool.submit(train, task, each) for each in to_do]):
            recordings.append(curve := done.result(), file)
            console.print(
                f"{curve.configuration}/{curve.repeat}: {curve.holdout_accuracy},"
                f" {sum(curve.cpu_seconds):.0f} CPU s, {curve.params}"
            )


if __name__ == "__main__":
    main()
