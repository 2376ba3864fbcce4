"""Records what many seeds of one configuration answer on the holdout of CIFAR-100.

    python benchmarks/record_seeds.py baseline 40
    python benchmarks/record_seeds.py published 40

Each writes `benchmarks/recorded/NAME.npz`, which `benchmarks/calibration.py` reads. It opens the
holdout outside any database: to judge the verdict, never a configuration. On two cores 40 seeds of
the baseline take a quarter of an hour, of the published configuration more than twice that.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from hpo import definitions
from hpo.errors import WorkFailed
from hpo.machine import devices, errand
from hpo.machine.devices import Device
from hpo.machine.messages import Evaluated, Trained, Work
from hpo.seeds import derive_seed
from hpo.settings import load_settings
from studies.dataset import prepare
from studies.space import Params

CONFIGURATIONS: dict[str, Params] = {
    "baseline": {},
    # The best that a published run of the experiment found by hand.
    "published": {"activation": "swish", "dense_units": 64, "batch_size": 16},
}
"""What each has otherwise than the definition's baseline."""
RECORDED = Path(__file__).parent / "recorded"


def record(name: str, n_seeds: int) -> None:
    """Trains `n_seeds` seeds of the configuration `name` and writes their answers.

    Raises:
        DataError: the data is not to be had here.
        WorkFailed: a seed gave no model.
    """
    seeds = sorted(derive_seed(0, f"calibration {name}", index) for index in range(n_seeds))
    console = Console()
    found: list[Evaluated] = []
    for one in train(CONFIGURATIONS[name], seeds):
        found.append(one)
        accuracy = (_bytes(one.predictions) == _bytes(one.labels)).mean()
        console.print(f"{len(found)} of {n_seeds}: {accuracy:.4f}")
    RECORDED.mkdir(exist_ok=True)
    np.savez_compressed(
        RECORDED / f"{name}.npz",
        seeds=np.array(seeds),
        labels=_bytes(found[0].labels),
        predictions=np.stack([_bytes(one.predictions) for one in found]),
        losses=np.array([np.frombuffer(one.losses, "<f4").mean(dtype=float) for one in found]),
    )


def train(changes: Params, seeds: Sequence[int]) -> Iterator[Evaluated]:
    """Trains the baseline of CIFAR-100 with some parameters replaced, on all devices, and gives
    what each seed's model answers on the holdout, in the order of `seeds`.

    Raises:
        DataError, WorkFailed: as `record` does.
    """
    definition = definitions.load("cifar100")
    settings = load_settings()
    data = prepare(definition.study.data, settings.cache_dir, settings.data_dir)
    free: SimpleQueue[Device] = SimpleQueue()
    for device in (found := devices.find(settings.cpu_slots)):
        free.put(device)

    def answers(seed: int) -> Evaluated:
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
            match errand.run(device, work):
                case Trained(evaluations=(_, holdout)):
                    return holdout
                case other:
                    raise WorkFailed(f"seed {seed} gave no model: {other}")
        finally:
            free.put(device)

    with ThreadPoolExecutor(len(found)) as pool:
        yield from pool.map(answers, seeds)


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
