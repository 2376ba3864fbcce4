"""What checkpoints cost: seconds to write one beside seconds of an epoch, and the share of a whole
training that they take, written six times as often as by default. Goal: under 2%.

    python -m benchmarks.checkpoints
"""

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hpo.settings import load_settings
from hpo.training.protocol import Work
from hpo.training.reporter import Saver
from hpo.worker.wait_times import Pace
from studies import cifar100, training_outcomes
from studies.data import image_data
from studies.data.image_data import TrainingImages
from studies.image_classification import training
from studies.space import Params

CONFIGURATIONS: dict[str, Params] = {
    "baseline": {},
    "deepest": {"filters": 64, "conv_layers": 4, "dense_units": 256},
    "largest": {"filters": 64, "conv_layers": 1, "dense_units": 256},
}
STUDY = cifar100.STUDY
OFTEN = 6  # most trainings of this study end before one is due by default


@dataclass
class Cost:
    """What one training's checkpoints cost; seconds of all of it, and of each of them."""

    seconds: float = 0.0
    written_seconds: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def share(self) -> float:
        return sum(self.written_seconds) / self.seconds


def measure(params: Params, images: TrainingImages, folder: Path) -> Cost:
    """Trains a configuration once, with checkpoints as a worker's child writes them."""
    work = Work(
        definition="", definition_hash="", settings={}, params={}, seed=0, training_file="",
        checkpoint_stem=str(folder / "x"), checkpoint_seconds=Pace().checkpoint_seconds / OFTEN,
    )  # fmt: skip
    saver = Saver(work, STUDY.epochs)
    cost = Cost()

    def report(epoch: training_outcomes.Epoch) -> bool:
        if saver.may_save(epoch) and saver.is_due:
            began = time.perf_counter()
            cost.megabytes = saver.save(epoch).size_bytes / 1e6
            saver.settle()
            cost.written_seconds.append(time.perf_counter() - began)
        return True

    began = time.perf_counter()
    training.train(STUDY, {**STUDY.baseline, **params}, images, seed=0, report=report)
    cost.seconds = time.perf_counter() - began
    return cost


def main() -> None:
    """Measures and prints."""
    settings = load_settings()
    data = STUDY.prepare(settings.cache_folder, settings.data_dir)
    images = image_data.load_training(data.training_path("search"))
    table = Table("configuration", "s an epoch", "MB", "s a checkpoint", "checkpoints", "share")
    for name, params in CONFIGURATIONS.items():
        with tempfile.TemporaryDirectory() as folder:
            cost = measure(params, images, Path(folder))
        table.add_row(
            name,
            f"{(cost.seconds - sum(cost.written_seconds)) / STUDY.epochs:.2f}",
            f"{cost.megabytes:.1f}",
            f"{max(cost.written_seconds, default=0):.3f}",
            str(len(cost.written_seconds)),
            f"{100 * cost.share:.2f}%",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
