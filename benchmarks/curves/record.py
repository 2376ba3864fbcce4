"""Records learning curves of the baseline and of random configurations of CIFAR-100.

    python -m benchmarks.curves.record --configurations 128 --seeds 2 --processes 2

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

from rich.console import Console

from benchmarks.curves import recordings
from benchmarks.curves.configurations import Points
from benchmarks.curves.recordings import Curve, rounded
from hpo import provenance
from hpo.devices import discovery
from hpo.devices.child_environment import environment_on
from hpo.search.seeds import derive_seed
from hpo.settings import load_settings
from hpo.training.child_process import die_with_parent
from studies import keras_selftest
from studies.cifar100 import STUDY
from studies.image_classification.study import LoadedImages
from studies.space import Params
from studies.training_outcomes import Epoch, Trained


@dataclass(frozen=True)
class Training:
    """What is to be recorded as a curve."""

    configuration: int
    repeat: int
    params: Params

    @property
    def seed(self) -> int:
        return derive_seed(0, "curves", self.configuration, self.repeat)


def missing(configurations: int, seeds: int, recorded: Sequence[Curve]) -> Iterator[Training]:
    """What is still to be trained, all seeds of a configuration before the next."""
    drawn = Points(STUDY.space, derive_seed(0, "curves")).next(configurations - 1)
    there = {(curve.configuration, curve.repeat) for curve in recorded}
    for number, params in enumerate((STUDY.baseline, *drawn)):
        for repeat in range(seeds):
            if (number, repeat) not in there:
                yield Training(number, repeat, params)


def train(training: Training, training_file: Path, holdout_file: Path) -> Curve:
    """Trains all epochs in this process, and looks at the holdout once, at the end."""
    data = _load(training_file, holdout_file)
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

    outcome = STUDY.train(training.params, data, seed=training.seed, report=report)
    held_out = None
    if isinstance(outcome, Trained):
        held_out = STUDY.judge(outcome.model, data)["holdout"]
    else:
        cpu_seconds.append(time.process_time() - began)
    return Curve(
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
def _load(training_file: Path, holdout_file: Path) -> LoadedImages:
    return STUDY.load(training_file, holdout_file)


def _begin(parent_pid: int) -> None:
    """In a process that is to train: the first training does not pay for the start of Keras."""
    die_with_parent(parent_pid, signal.SIGKILL)
    keras_selftest.train_a_little()


def main() -> None:
    """Records what is missing, as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--configurations", type=int, default=128, help="The baseline is the first."
    )
    parser.add_argument("--seeds", type=int, default=2, help="Of each configuration.")
    parser.add_argument("--processes", type=int, default=2, help="Each trains on one thread.")
    asked = parser.parse_args()
    settings = load_settings()
    data = STUDY.prepare(settings.cache_folder, settings.data_dir)
    files = data.training_path("search"), data.holdout_path("search")
    to_do = list(missing(asked.configurations, asked.seeds, recordings.read()))
    # As many slots as cores, so that each has one thread; set before a child reads it.
    environment = environment_on(discovery.find(provenance.cores())[0])
    os.environ.update(environment | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    spawn = multiprocessing.get_context("spawn")
    console = Console()
    with ProcessPoolExecutor(asked.processes, spawn, _begin, (os.getpid(),)) as pool:
        for done in as_completed([pool.submit(train, each, *files) for each in to_do]):
            recordings.append(curve := done.result())
            console.print(
                f"{curve.configuration}/{curve.repeat}: {curve.holdout_accuracy},"
                f" {sum(curve.cpu_seconds):.0f} CPU s, {curve.params}"
            )


if __name__ == "__main__":
    main()
