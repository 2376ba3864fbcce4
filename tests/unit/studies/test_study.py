"""Definitions: their baseline lies in their space, their settings can be overridden."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from studies import cifar100, digits
from studies.data.splits import PerClass
from studies.digits import Digits
from studies.errors import InvalidOutput, SettingsError
from studies.space import Choice, Params, Real, check_params
from studies.study import Study

STUDY = cifar100.STUDY


@pytest.mark.parametrize("study", [cifar100.STUDY, digits.STUDY], ids=lambda s: s.name)
def test_settings_round_trip(study: Study) -> None:
    """Settings survive JSON and lead back to an equal study."""
    settings = json.loads(json.dumps(study.settings()))
    assert study.with_settings(settings) == study
    changed = study.with_settings({"epochs": 3, "rungs": [1], "split_seed": 7})
    assert changed.settings()["rungs"] == [1]
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
    assert STUDY.with_settings({"rungs": "2, 6"}).rungs == (2, 6)
    assert STUDY.with_settings({"rungs": ""}).rungs is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"epoch": 5},
            "unknown setting epoch: did you mean .epochs.. known are epochs, rungs, precision, classes",
        ),
        ({"epochs": "many"}, "setting epochs cannot be 'many'"),
        ({"epochs": 0}, "setting epochs cannot be 0"),
        ({"rungs": "6,2"}, "setting rungs cannot be 6,2 of 20 epochs: give epochs before the last"),
        ({"rungs": [2, 20]}, "setting rungs cannot be 2,20 of 20 epochs"),
        ({"rungs": "2,6", "epochs": 5}, "setting rungs cannot be 2,6 of 5 epochs"),
        ({"rungs": "soon"}, "setting rungs cannot be 'soon'"),
        ({"rungs": 0}, "setting rungs cannot be 0"),
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


def test_what_is_beyond_a_bound() -> None:
    """By how much, of each bound; what is bounded must be told."""
    own: Any = lambda *_, **__: None  # noqa: E731 - as a definition may have it
    study = replace(digits.STUDY, trainer=own, at_most={"ms": 5}, at_least={"recall": 0.5})
    told = {"ms": 7.0, "recall": 0.75, "val_accuracy": 0.9}
    assert study.constraints(told) == {"ms at most 5": 2.0, "recall at least 0.5": -0.25}
    with pytest.raises(InvalidOutput, match=r"the metrics are ms: recall is bounded, and missing"):
        study.constraints({"ms": 1.0})
    with pytest.raises(SettingsError, match="los is bounded, which no training tells: known are"):
        replace(digits.STUDY, at_most={"los": 5})
    with pytest.raises(SettingsError, match="at_most cannot be"):
        replace(digits.STUDY, at_most={"ms": float("nan")})


def test_the_published_best_lies_in_the_space() -> None:
    """A search over CIFAR-100 could find the configuration that was published as best."""
    best: Params = {"activation": "swish", "dense_units": 64, "batch_size": 16}
    check_params(STUDY.space, {**STUDY.baseline, **best})


def test_score_is_of_the_validation_images() -> None:
    """The score of a trial is the last epoch's accuracy on validation images."""
    assert STUDY.score_key == "val_accuracy"


def test_another_metric_is_refused() -> None:
    """A score is maximised and judged as an accuracy: a loss would be searched the wrong way."""
    with pytest.raises(SettingsError, match="metric cannot be 'loss', nor direction 'maximize'"):
        replace(STUDY, metric="loss")  # type: ignore[arg-type]  # which a user's file is not checked for


def test_what_numpy_gives_is_held_as_json_gives_it_back() -> None:
    """What `verify`, `train` and `predict` read from a bundle is what the study has."""
    filters: Any = np.array([16, 32])
    numpys: dict[str, Any] = {
        "name": np.str_("mine"),
        "baseline": {**STUDY.baseline, "filters": filters[1], "learning_rate": 1},
        "epochs": np.int64(3),
    }
    made = replace(
        STUDY,
        **numpys,
        space={**STUDY.space, "filters": Choice(filters), "learning_rate": Real(0, 1)},
        data=STUDY.data.with_settings(
            {"split_seed": np.int64(7), "classes": ("boy", np.str_("cup"))}
        ),
    )
    assert type(made.name) is str
    assert json.loads(json.dumps(made.settings())) == made.settings()
    assert (made.epochs, made.data.split_seed) == (3, 7)
    assert made.with_settings(json.loads(json.dumps(made.settings()))) == made
    assert made.baseline["filters"] == 32
    assert type(made.baseline["learning_rate"]) is float
    check_params(made.space, json.loads(json.dumps(made.baseline)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "the name of a definition is ''"),
        ({"name": "x" * 256}, "the name of a definition has 256 characters"),
        ({"name": "a\0"}, r"the name of a definition is 'a\\x00'"),
        ({"epochs": 2**31}, "setting epochs cannot be 2147483648"),
        ({"space": {}, "baseline": {}}, "is no space"),
        ({"baseline": {**STUDY.baseline, "filters": True}}, "'filters' cannot be True"),
        (
            {"forbidden": [{"filters": STUDY.baseline["filters"]}]},
            "the space forbids that filters is",
        ),
        ({"data": "digits"}, "data is 'digits': give an ImageSource"),
        ({"build_model": "convnet"}, "build_model is 'convnet': give a function"),
        ({"trainer": None}, "trainer is None: give a function"),
    ],
)
def test_what_could_not_be_stored_or_run_is_refused(changes: dict[str, Any], message: str) -> None:
    """When it is written down, and not when a worker comes upon it."""
    with pytest.raises(SettingsError, match=message):
        replace(STUDY, **changes)


@pytest.mark.parametrize("noise", [float("nan"), float("inf"), "a\0b", "\udc80"])
def test_a_setting_of_ones_own_that_could_not_be_stored(noise: float | str) -> None:
    """A source may have settings of any kind."""

    class Noisy(Digits):
        noise: float | str = 0.1

    data = Noisy.model_validate(digits.STUDY.data.model_dump())
    study = replace(digits.STUDY, data=data)
    assert study.with_settings({"noise": np.float32(0.5)}).settings()["noise"] == 0.5
    with pytest.raises(SettingsError, match="setting noise"):
        study.with_settings({"noise": noise})


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"class_names": "zero"}, "class_names of Mine is 'zero': give a tuple"),
        ({"class_names": ("zero", "one", "zero")}, "class_names of Mine repeats zero"),
        ({"class_names": ("zero", "")}, "a class of Mine is ''"),
        ({"class_names": ("zero", 1)}, "a class of Mine is 1"),
        ({"per_class": (80, 30)}, r"per_class of Mine is \(80, 30\)"),
        ({"checksums": "abc"}, "checksums of Mine is 'abc'"),
        ({"checksums": {"digits": {1}}}, "checksums of Mine is {1}"),
    ],
)
def test_what_a_source_says_of_its_data(said: dict[str, Any], message: str) -> None:
    """Is refused where it cannot be meant, before any data is read."""
    mine = type("Mine", (Digits,), {"__module__": digits.__name__, **said})
    with pytest.raises(SettingsError, match=message):
        mine(classes=("zero", "one"), new_classes=("two", "three"))


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "80"])
def test_no_images_of_a_class(count: Any) -> None:
    """Nothing could be trained, or validated; what NumPy counts is a number too."""
    numpys: Any = np.int64(80), np.uint8(30)
    assert PerClass(*numpys) == PerClass(80, 30)
    for counts in ({"train": count, "validation": 1}, {"train": 1, "validation": count}):
        with pytest.raises(SettingsError, match="images of a class"):
            PerClass(**counts)
