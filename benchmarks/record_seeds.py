"""Records what many seeds of one configuration answer on the holdout of CIFAR-100.

    python benchmarks/record_seeds.py baseline 120
    python benchmarks/record_seeds.py published 40

Each writes `benchmarks/recorded/NAME.npz`, which `benchmarks/verdict_calibration.py` reads. What is in it
stays: only seeds that it lacks are trained, and each is kept as it comes, so that this may be broken off
and gone on with. It opens the holdout outside any database: to judge the verdict, never a configuration.
On two cores 40 seeds of the baseline take a quarter of an hour and more, of the published configuration
twice that.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from hpo import definition_loader
from hpo.devices import discovery
from hpo.devices.discovery import Device
from hpo.errors import WorkFailed
from hpo.search.seeds import derive_seed
from hpo.settings import load_settings
from hpo.training import one_off_work
from hpo.training.protocol import Trained, Work
from studies.space import Params

CONFIGURATIONS: dict[str, Params] = {
    "baseline": {},
    # The best that a published run of the experiment found by hand.
    "published": {"activation": "swish", "dense_units": 64, "batch_size": 16},
}
"""What each has otherwise than the definition's baseline."""
RECORDED = Path(__file__).parent / "recorded"


@dataclass(frozen=True)
class Answered:
    """What the model of one seed answered on m images."""

    labels: NDArray[np.uint8]
    """(m,)"""
    predictions: NDArray[np.uint8]
    """(m,)"""
    loss: float
    """Mean cross-entropy, in nats."""


def record(name: str, n_seeds: int) -> None:
    """Has `n_seeds` seeds of the configuration `name` on file, and trains those that are not yet.

    Raises:
        DataError: the data is not to be had here.
        WorkFailed: a seed gave no model.
        ValueError: what is on file was judged on other images.
    """
    file = RECORDED / f"{name}.npz"
    found = read(file) if file.exists() else {}
    asked = (derive_seed(0, f"calibration {name}", index) for index in range(n_seeds))
    lacking = [seed for seed in asked if seed not in found]
    console = Console()
    for seed, one in train(CONFIGURATIONS[name], lacking):
        found[seed] = one
        write(file, found)
        accuracy = (one.predictions == one.labels).mean()
        console.print(f"{len(found)} of {n_seeds}: {accuracy:.4f}")


def read(file: Path) -> dict[int, Answered]:
    """What is on file, by seed."""
    with np.load(file, allow_pickle=False) as stored:
        seeds, labels = stored["seeds"].tolist(), stored["labels"]
        rows = zip(seeds, stored["predictions"], stored["losses"].tolist(), strict=True)
        return {seed: Answered(labels, answers, loss) for seed, answers, loss in rows}


def write(file: Path, found: Mapping[int, Answered]) -> None:
    """Writes all of it, in the order of the seeds; the file as it was stands until then.

    Raises:
        ValueError: not all were judged on the same images.
    """
    ordered = dict(sorted(found.items()))
    labels = next(iter(ordered.values())).labels
    if not all(np.array_equal(one.labels, labels) for one in ordered.values()):
        raise ValueError(
            f"{file} is of other images than the data here: record into an empty folder"
        )
    file.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=file.parent) as folder:
        new = Path(folder, file.name)
        np.savez_compressed(
            new,
            seeds=np.array(list(ordered)),
            labels=labels,
            predictions=np.stack([one.predictions for one in ordered.values()]),
            losses=np.array([one.loss for one in ordered.values()]),
        )
        new.replace(file)


def train(changes: Params, seeds: Sequence[int]) -> Iterator[tuple[int, Answered]]:
    """Trains the baseline of CIFAR-100 with some parameters replaced, on all devices, and gives
    what each seed's model answers on the holdout, as they come.

    Raises:
        DataError, WorkFailed: as `record` does.
    """
    definition = definition_loader.load("cifar100")
    settings = load_settings()
    data = definition.study.prepare(settings.cache_folder, settings.data_dir)
    free: SimpleQueue[Device] = SimpleQueue()
    for device in (found := discovery.find(settings.cpu_slots)):
        free.put(device)

    def answers(seed: int) -> tuple[int, Answered]:
        work = Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=definition.study.settings(),
            params={**definition.study.baseline, **changes},
            seed=seed,
            training_file=str(data.training_path("search")),
            holdout_file=str(data.holdout_path("search")),
        )
        device = free.get()
        try:
            match one_off_work.run(device, work, stall_seconds=settings.stall_seconds):
                case Trained(evaluations=(_, holdout)):
                    return seed, Answered(
                        labels=_bytes(holdout.labels),
                        predictions=_bytes(holdout.predictions),
                        loss=float(np.frombuffer(holdout.losses, "<f4").mean(dtype=float)),
                    )
                case other:
                    raise WorkFailed(f"seed {seed} gave no model: {other}")
        finally:
            free.put(device)

    with ThreadPoolExecutor(len(found)) as pool:
        trained = [pool.submit(answers, seed) for seed in seeds]
        try:
            yield from (one.result() for one in as_completed(trained))
        finally:
            pool.shutdown(cancel_futures=True)


def _bytes(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, np.uint8)


def main() -> None:
    """Records one configuration, as the command line asks."""
    parser = ArgumentParser(description="Record the answers of many seeds of one configuration.")
    parser.add_argument("name", choices=CONFIGURATIONS)
    parser.add_argument("seeds", type=int, help="how many, 20 or more for a calibration")
    asked = parser.parse_args()
    if asked.seeds < 1:
        parser.error(f"{asked.seeds} seeds record nothing: ask for 1 or more")
    record(asked.name, asked.seeds)


if __name__ == "__main__":
    main()
