"""A study of a kind of its own, which hpo does not know: whether numbers are odd. It has no images,
and a setting that no other has."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt, TypeAdapter

from studies.checkpoint import Checkpoint
from studies.data import prepared_data
from studies.data.prepared_data import PreparedData
from studies.space import Params, Real
from studies.study import Study
from studies.training_outcomes import Epoch, Model, Outcome, Report, Stopped, Trained, ValueEvidence

Numbers = NDArray[Any]


class Threshold:
    """Calls odd what lies above a share of the numbers."""

    def __init__(self, share: float) -> None:
        self.share = share

    def predict(self, x: Numbers) -> Numbers:
        """One for odd."""
        return (x > self.share * len(x)).astype(np.int64)

    def save(self, path: Path) -> None:
        """All there is to it."""
        path.write_text(str(self.share))


@dataclass(frozen=True, kw_only=True)
class Parity(Study):
    """As many numbers as `numbers` says."""

    own_settings: ClassVar = {**Study.own_settings, "numbers": TypeAdapter(PositiveInt)}

    numbers: int = 10
    metric: str = "share_right"
    direction: Literal["maximize"] = "maximize"

    def find_data(self, cache_folder: Path) -> PreparedData | None:
        return prepared_data.find(cache_folder / f"parity-{self.numbers}")

    def prepare(self, cache_folder: Path, data_dir: Path | None = None) -> PreparedData:
        names = ("search.npz", "search-holdout.npz")
        contents = {name: {"x": np.arange(self.numbers)} for name in names}
        return prepared_data.write(cache_folder / f"parity-{self.numbers}", contents, {})

    def load(self, training_file: Path, holdout_file: Path | None = None) -> dict[str, Numbers]:
        files = {"validation": training_file, "holdout": holdout_file}
        loaded = {}
        for name, file in files.items():
            if file is not None:
                with prepared_data.reading(file) as arrays:
                    loaded[name] = arrays["x"]
        return loaded

    def train(
        self,
        params: Params,
        data: dict[str, Numbers],
        *,
        seed: int,
        report: Report,
        resume: Checkpoint | None = None,
    ) -> Outcome:
        model = Threshold(float(params["threshold"]))
        right = (model.predict(data["validation"]) == data["validation"] % 2).mean()
        metrics = {"val_share_right": float(right), "val_loss": 1 - float(right)}
        for number in range(1, self.epochs + 1):
            if not report(Epoch(number, metrics, 0.0)):
                return Stopped(number)
        return Trained(metrics, model)

    def judge(self, model: Model, data: dict[str, Numbers]) -> Mapping[str, ValueEvidence]:
        return {
            name: ValueEvidence((model.predict(x) == x % 2).astype(np.float32))
            for name, x in data.items()
        }


STUDY = Parity(
    name="parity", space={"threshold": Real(0.0, 1.0)}, baseline={"threshold": 0.5}, epochs=2
)
