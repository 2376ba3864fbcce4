"""A regression is trained to the bit again, resumed and saved; what is no regression is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies import diabetes
from studies.checkpoint import Checkpoint
from studies.errors import CheckpointError, InvalidOutput, SettingsError
from studies.tabular_regression.study import LoadedRows, TabularRegression
from studies.tabular_regression.training import KerasRegressor
from studies.training_outcomes import Diverged, Epoch, Outcome, Stopped, Trained

STUDY = diabetes.STUDY.with_settings({"epochs": 3})


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> LoadedRows:
    """Of the diabetes study, held out ones among them."""
    data = STUDY.prepare(tmp_path_factory.mktemp("cache"))
    return STUDY.load(data.training_path("search"), data.holdout_path("search"))


def _train(
    rows: LoadedRows,
    study: TabularRegression = STUDY,
    seed: int = 0,
    resume: Checkpoint | None = None,
    until: int = 99,
    **changes: Any,
) -> tuple[Outcome, list[dict[str, float]], Checkpoint | None]:
    """What came of it, the metrics of each epoch, and a checkpoint after the last."""
    metrics, kept = list[dict[str, float]](), list[Checkpoint]()

    def report(epoch: Epoch) -> bool:
        metrics.append(dict(epoch.metrics))
        if epoch.state is not None:
            kept.append(Checkpoint(epoch.number, epoch.metrics, epoch.state()))
        return epoch.number < until

    params = {**study.baseline, **changes}
    outcome = study.train(params, rows, seed=seed, report=report, resume=resume)
    return outcome, metrics, kept[-1] if kept else None


@pytest.mark.parametrize("metric", ["mse", "mae"])
def test_it_learns_and_is_judged_by_what_it_reported(rows: LoadedRows, metric: str) -> None:
    """On validation exactly; and on the holdout it is better than the mean of what it had seen."""
    study = STUDY.with_settings({"metric": metric, "epochs": 40})
    outcome, metrics, _ = _train(rows, study, learning_rate=0.01)
    assert isinstance(outcome, Trained)
    judged = study.judge(outcome.model, rows)
    assert metrics[-1] == outcome.metrics
    told = metrics[-1][f"val_{metric}"]
    assert judged["validation"].values.mean() == pytest.approx(told, rel=1e-6)
    assert rows.holdout is not None
    off = rows.holdout.y - rows.training.train.y.mean()
    guessed = np.square(off) if metric == "mse" else np.abs(off)
    assert judged["holdout"].values.mean() < 0.8 * guessed.mean()
    # Its loss is told in the same unit, and falls.
    assert 0.1 * guessed.mean() < metrics[-1]["loss"] < metrics[0]["loss"] < 3 * guessed.mean()


def test_the_seed_is_all_that_is_left_to_chance(rows: LoadedRows) -> None:
    """Whatever was trained in between."""
    first = _train(rows)[1]
    assert _train(rows, seed=1)[1] != first
    assert _train(rows)[1] == first


def test_a_resumed_training_goes_on_to_the_bit(rows: LoadedRows) -> None:
    """With dropout and averaged weights, too."""
    changes: dict[str, Any] = {"dropout": 0.3, "averaging": 1.0, "optimizer": "adamw"}
    whole = _train(rows, **changes)[1]
    stopped, _, kept = _train(rows, until=2, **changes)
    assert stopped == Stopped(2) and kept is not None
    assert _train(rows, resume=kept, **changes)[1] == whole[2:]
    with pytest.raises(CheckpointError, match="of another model"):
        _train(rows, resume=kept, units=8)
    with pytest.raises(CheckpointError, match="after epoch 2 of a training of 1"):
        _train(rows, STUDY.with_settings({"epochs": 1}), resume=kept, **changes)


def test_a_saved_model_takes_the_numbers_themselves(rows: LoadedRows, tmp_path: Path) -> None:
    """What scales is a part of it; Keras alone reads it."""
    import keras  # type: ignore[import-untyped]  # Keras ships no types

    outcome, _, _ = _train(rows)
    assert isinstance(outcome, Trained) and isinstance(outcome.model, KerasRegressor)
    outcome.model.save(tmp_path / "model.keras")
    x = rows.training.validation.x
    alone = keras.models.load_model(tmp_path / "model.keras").predict(x, verbose=0)
    np.testing.assert_allclose(alone.reshape(-1), outcome.model.predict(x), rtol=1e-4)


def test_columns_of_any_scale_say_the_same(rows: LoadedRows, tmp_path: Path) -> None:
    """However small their numbers, or far from zero; one that is constant says nothing."""
    import keras

    def with_column(column: Callable[[Any], Any]) -> dict[str, float]:
        parts = (rows.training.train, rows.training.validation)
        train, validation = (
            replace(part, x=np.c_[column(part.x[:, 0]), part.x[:, 1:]]) for part in parts
        )
        changed = replace(rows, training=replace(rows.training, train=train, validation=validation))
        outcome, metrics, _ = _train(changed)
        assert isinstance(outcome, Trained)
        x = validation.x
        if abs(x).max() < 1e6:  # Keras gives the model float32, in which others are rounded
            outcome.model.save(tmp_path / "model.keras")
            alone = np.asarray(keras.models.load_model(tmp_path / "model.keras")(x))
            np.testing.assert_allclose(alone.reshape(-1), outcome.model.predict(x), rtol=1e-3)
        return metrics[-1]

    usual = with_column(lambda x: x)
    for column in (lambda x: 1e-12 * x, lambda x: 20_190_101 + 10 * x):
        assert with_column(column) == pytest.approx(usual, rel=1e-3)
    nothing = with_column(lambda x: np.full(len(x), 0.3))
    assert nothing == pytest.approx(with_column(lambda x: np.full(len(x), -7e9)), rel=1e-3)


def test_one_that_diverges_says_so(rows: LoadedRows) -> None:
    """In which epoch, and of what."""
    outcome, _, _ = _train(rows, optimizer="sgd", learning_rate=1e12, layers=3)
    assert isinstance(outcome, Diverged)
    assert outcome.reason.endswith(f"after epoch {outcome.epoch}")


class Mean:
    """Tells the same of all."""

    def __init__(self, value: float) -> None:
        self.value = value

    def predict(self, x: Any) -> Any:
        """For each row."""
        return np.full(len(x), self.value)

    def save(self, path: Path) -> None:
        """All there is to it."""
        path.write_text(str(self.value))


def _own(told: Callable[[float], float]) -> Any:
    """A trainer in a few lines; it tells this of the error that its model has."""

    def train(
        study: Any, params: Any, rows: Any, *, seed: int, report: Any, resume: Any = None
    ) -> Outcome:
        model = Mean(rows.train.y.mean())
        error = told(float(np.square(model.value - rows.validation.y).mean()))
        metrics = {"val_loss": error, "val_mse": error}
        for number in range(1, study.epochs + 1):
            report(Epoch(number, metrics, 0.0))
        return Trained(metrics, model)

    return train


def test_a_trainer_of_ones_own(rows: LoadedRows) -> None:
    """Without Keras; what it tells is held against what its model answers."""
    study = replace(STUDY, trainer=_own(lambda error: error))
    assert not study.needs_keras
    assert isinstance(_train(rows, study)[0], Trained)
    with pytest.raises(InvalidOutput, match=r"the trainer tells val_mse .*, and its model has"):
        _train(rows, replace(STUDY, trainer=_own(lambda error: error / 2)))


class Survey(diabetes.Diabetes):
    """With a field of a name that means something else."""

    classes: int = 3


def _wide(params: Any, n_columns: int) -> Any:
    import keras

    return keras.Sequential([keras.Input((n_columns,)), keras.layers.Dense(2)])


def test_what_is_no_regression_is_refused(rows: LoadedRows) -> None:
    """In a line, before anything is trained."""
    nothing: Any = lambda *_: None  # noqa: E731 - as a definition may have it
    with pytest.raises(InvalidOutput, match=r"answers \(None, 2\): it must be \(None, 1\)"):
        _train(rows, replace(STUDY, build_model=_wide))
    with pytest.raises(InvalidOutput, match="build_model gives NoneType"):
        _train(rows, replace(STUDY, build_model=nothing))
    for part, what in (
        ("data", "a Table"),
        ("build_model", "a function"),
        ("trainer", "a function"),
    ):
        with pytest.raises(SettingsError, match=f"{part} is 7: give {what}"):
            replace(STUDY, **{part: 7})  # type: ignore[arg-type]  # as no checker would let it
    with pytest.raises(SettingsError, match="direction cannot be 'maximize'"):
        replace(STUDY, direction="maximize")  # type: ignore[arg-type]  # likewise
    with pytest.raises(SettingsError, match="Survey has a field classes, which is a setting"):
        replace(STUDY, data=Survey())
    with pytest.raises(SettingsError, match="ms is bounded, which no training tells"):
        replace(STUDY, at_most={"ms": 1.0})
    with pytest.raises(SettingsError, match="metric cannot be 'r2'"):
        STUDY.with_settings({"metric": "r2"})
