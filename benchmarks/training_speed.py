"""Images a second of two trainings side by side, by hpo and by a plain Optuna script.

    python -m benchmarks.training_speed --repetitions 6 --precisions float32 mixed_bfloat16

All train the baseline of `cifar100` for all its epochs with the same two seeds, in turn, on a machine on which
nothing else runs: hpo as its children do, in each precision, and the script in `benchmarks/peers/scripts` as it
stands. Of each training the first epoch is left out, which is slower for compiling. What is possible at all is
measured in between: products of matrices by TensorFlow, on one thread of as many processes.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.peers.task import CLASSES, Task, prepare
from benchmarks.peers.tools import LOG, PEERS, SCRIPTS
from hpo.devices import discovery
from hpo.search.seeds import derive_seed
from hpo.settings import Settings, load_settings
from hpo.statistics.intervals import error_of_sum, term
from hpo.training import one_off_work
from hpo.training.one_off_work import Heard
from hpo.training.precision import FLOAT32, HALF
from hpo.training.protocol import Report, Work

PROCESSES = 2
FLOP_AN_IMAGE = 63.5e6
"""What the baseline costs, forwards and backwards."""
MATRIX, PRODUCTS = 2048, 60
SCRIPT = "script"


@dataclass(frozen=True)
class Trainings:
    """Of one way, side by side: images a second of all together, and the accuracy of each on validation."""

    images_per_second: float
    accuracies: tuple[float, ...]


def by_hpo(task: Task, settings: Settings, precision: str, seeds: Sequence[int]) -> Trainings:
    """Trains a seed on each device."""
    definition = task.definition.with_settings({"precision": precision})
    works = [
        Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=definition.study.settings(),
            params=dict(definition.study.baseline),
            seed=seed,
            training_file=str(task.data.training_path("search")),
        )
        for seed in seeds
    ]
    seconds: dict[int, list[float]] = {number: [] for number in range(len(works))}
    scores = dict.fromkeys(seconds, 0.0)
    devices = discovery.find(settings.cpu_slots)
    assert len(devices) == len(works), "as many trainings side by side as the script has"
    with closing(one_off_work.run_all(devices, works, settings.stall_seconds)) as heards:
        for heard in heards:
            match heard:
                case Heard(number=number, said=Report() as report):
                    seconds[number].append(report.seconds)
                    scores[number] = report.score
    return Trainings(_speed(task, seconds.values()), tuple(scores.values()))


def by_script(task: Task, seeds: Sequence[int]) -> Trainings:
    """Has as many processes call the objective of the script, with the baseline."""
    data = str(task.data.training_path("search"))
    with TemporaryDirectory() as folder:
        logs = [Path(folder, f"{number}-{LOG}") for number in range(len(seeds))]
        with _processes() as pool:
            trained = [
                pool.submit(_call_objective, data, str(log), seed)
                for log, seed in zip(logs, seeds, strict=True)
            ]
            accuracies = tuple(one.result() for one in trained)
        ends = [[json.loads(line)["time"] for line in log.open()] for log in logs]
    seconds = [[0.0, *(end - start for start, end in pairwise(each))] for each in ends]
    return Trainings(_speed(task, seconds), accuracies)


def peak_gflops(precision: str) -> float:
    """Of products of matrices, by all processes together."""
    with _processes() as pool:
        return sum(pool.map(_multiply, [precision] * PROCESSES))


def _speed(task: Task, seconds: Iterable[Sequence[float]]) -> float:
    """Of the epochs after the first of each."""
    return sum(task.training_images / statistics.mean(each[1:]) for each in seconds)


def _processes() -> ProcessPoolExecutor:
    # Not forked: TensorFlow does not outlive that.
    return ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"))


def _call_objective(data: str, log: str, seed: int) -> float:
    os.environ |= {"DATA": data, "EPOCHS_LOG": log}
    import keras  # type: ignore[import-untyped]  # Keras ships no types
    import optuna

    script = _load(SCRIPTS / PEERS["Optuna"])
    keras.utils.set_random_seed(seed)
    return float(script.objective(optuna.trial.FixedTrial(script.BASELINE)))


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _multiply(precision: str) -> float:
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "1"}
    import tensorflow  # type: ignore[import-untyped]  # TensorFlow ships no types

    dtype = "bfloat16" if precision == HALF else precision
    rng = np.random.default_rng(0)
    a, b = (tensorflow.constant(rng.standard_normal((MATRIX, MATRIX)), dtype) for _ in range(2))
    seconds = []
    for _ in range(PRODUCTS):
        start = time.perf_counter()
        tensorflow.linalg.matmul(a, b).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * MATRIX**3 / statistics.median(seconds) / 1e9


def _compare(name: str, ours: Sequence[Trainings], theirs: Sequence[Trainings]) -> str:
    pairs = list(zip(ours, theirs, strict=True))
    ratios = [our.images_per_second / their.images_per_second for our, their in pairs]
    apart = [np.subtract(our.accuracies, their.accuracies) for our, their in pairs]
    differences = 100 * np.concatenate(apart)
    error = error_of_sum([term(differences)])
    assert error is not None, "two seeds have an interval"
    mean = differences.mean()
    return (
        f"{name}: {statistics.median(ratios):.2f} times the script's ({min(ratios):.2f} to"
        f" {max(ratios):.2f}), its accuracy {mean:+.1f} points ({mean - error.reach:+.1f} to"
        f" {mean + error.reach:+.1f})"
    )


def main() -> None:
    """Trains by all in turn, in another order each time, and prints what came of it."""
    parser = argparse.ArgumentParser(description="Images a second beside a plain Optuna script.")
    parser.add_argument("--repetitions", type=int, default=6, help="Of two seeds by each.")
    parser.add_argument("--precisions", nargs="+", default=[FLOAT32])
    asked = parser.parse_args()
    settings, console = load_settings(), Console(width=120)
    task = prepare(CLASSES, settings)
    trained: dict[str, list[Trainings]] = {name: [] for name in (SCRIPT, *asked.precisions)}
    peaks: dict[str, list[float]] = {precision: [] for precision in asked.precisions}
    for repetition in range(asked.repetitions):
        seeds = [derive_seed(0, "speed", repetition, number) for number in range(PROCESSES)]
        for name in list(trained) if repetition % 2 else reversed(list(trained)):
            is_script = name == SCRIPT
            trained[name].append(
                by_script(task, seeds) if is_script else by_hpo(task, settings, name, seeds)
            )
        for precision, found in peaks.items():
            found.append(peak_gflops(precision))
        speeds = (f"{name} {each[-1].images_per_second:.0f}" for name, each in trained.items())
        console.print(f"{repetition + 1}:", ", ".join(speeds), "images/s", highlight=False)
    table = Table(box=box.MARKDOWN)
    for column in ("", "images/s", "GFLOP/s", "of matrices", "accuracy on validation"):
        table.add_column(column, justify="right")
    for name, each in trained.items():
        speed = statistics.median(one.images_per_second for one in each)
        gflops = speed * FLOP_AN_IMAGE / 1e9
        peak = statistics.median(peaks.get(name, peaks[asked.precisions[0]]))
        accuracy = statistics.mean(score for one in each for score in one.accuracies)
        row = (
            f"{speed:.0f}",
            f"{gflops:.0f}",
            f"{gflops / peak:.0%} of {peak:.0f}",
            f"{accuracy:.4f}",
        )
        table.add_row(name, *row)
    console.print(table)
    for precision in asked.precisions:
        console.print(_compare(precision, trained[precision], trained[SCRIPT]), highlight=False)


if __name__ == "__main__":
    main()
