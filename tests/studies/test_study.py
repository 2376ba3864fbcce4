"""Definitions: their baseline lies in their space, their settings can be overridden."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from studies import cifar100, digits
from studies.errors import SettingsError
from studies.space import Params, check_params
from studies.study import Study

STUDY = cifar100.STUDY


@pytest.mark.parametrize("study", [cifar100.STUDY, digits.STUDY], ids=lambda s: s.name)
def test_settings_round_trip(study: Study) -> None:
    """Settings survive JSON and lead back to an equal study."""
    settings = json.loads(json.dumps(study.settings()))
    assert study.with_settings(settings) == study
    changed = study.with_settings({"epochs": 3, "split_seed": 7})
    assert changed != study
    assert study.with_settings(changed.settings()) == changed


def test_settings_from_a_command_line() -> None:
    """Strings are understood: numbers, and names separated by commas."""
    study = STUDY.with_settings(
        {"epochs": "5", "precision": "float32", "split_seed": "1", "classes": "bowl, boy,bridge"}
    )
    assert (study.epochs, study.precision, study.data.split_seed) == (5, "float32", 1)
    assert study.data.classes == ("bowl", "boy", "bridge")
    assert study.data.new_classes == STUDY.data.new_classes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epoch": 5}, "unknown setting epoch; known are epochs, precision, classes"),
        ({"epochs": "many"}, "setting epochs cannot be 'many'"),
        ({"epochs": 0}, "setting epochs cannot be 0"),
        ({"precision": "float16"}, "setting precision cannot be 'float16'"),
        ({"split_seed": -1}, "setting split_seed cannot be -1"),
        ({"classes": "apple"}, "setting classes cannot be 'apple'"),
        ({"classes": "apple,boy,apple"}, "setting classes repeats apple"),
        ({"classes": "bear,rose,apple"}, "setting new_classes shares bear, rose with classes"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, object], message: str) -> None:
    """A bad setting is refused in one line that names it."""
    with pytest.raises(SettingsError, match=message) as caught:
        STUDY.with_settings(settings)
    assert "\n" not in str(caught.value)


def test_baseline_outside_the_space_is_refused() -> None:
    """A definition cannot be written down with a baseline that no trial could have."""
    with pytest.raises(SettingsError, match="'filters' cannot be 33"):
        replace(STUDY, baseline={**STUDY.baseline, "filters": 33})


def test_the_published_best_lies_in_the_space() -> None:
    """A search over CIFAR-100 could find the configuration that was published as best."""
    best: Params = {"activation": "swish", "dense_units": 64, "batch_size": 16}
    check_params(STUDY.space, {**STUDY.baseline, **best})


def test_score_is_of_the_validation_images() -> None:
    """The score of a trial is the last epoch's accuracy on validation images."""
    assert STUDY.score_key == "val_accuracy"


def test_another_metric_is_refused() -> None:
    """A score is maximised and judged as an accuracy: a loss would be searched the wrong way."""
    with pytest.raises(SettingsError, match="setting metric cannot be 'loss'"):
        replace(STUDY, metric="loss")  # type: ignore[arg-type]  # which a user's file is not checked for


@pytest.mark.parametrize("module", ["studies.cifar100", "studies.digits"])
def test_importing_a_study_imports_no_framework(
    module: str, run_python: Callable[..., str]
) -> None:
    """A supervisor reads definitions without TensorFlow, Keras or scikit-learn."""
    code = f"""
import sys, {module}
heavy = "tensorflow keras jax sklearn pooch optuna sqlalchemy storage".split()
print([name for name in heavy if name in sys.modules])"""
    assert run_python(code) == "[]"
