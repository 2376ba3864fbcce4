"""What is asked of a study from Python is what the command line asks."""

import dataclasses
import functools
import inspect
from typing import Any

import pytest

import hpo
from hpo.errors import DefinitionError, UsageError
from hpo.python import studies
from hpo.settings import Settings, change_settings
from hpo.study.planning import Budget
from tests.support import waiting


def test_all_that_is_offered_is_there() -> None:
    """By its name, and no other."""
    for name in hpo.__all__:
        assert callable(getattr(hpo, name))
        assert name in dir(hpo)
    with pytest.raises(AttributeError, match="no attribute 'create_studies'"):
        hpo.create_studies  # type: ignore[attr-defined]  # noqa: B018 - asking is what is tested


def test_a_study_can_be_asked_for_whatever_a_budget_has() -> None:
    """By the same names."""
    offered = inspect.signature(hpo.create_study).parameters
    assert {field.name for field in dataclasses.fields(Budget)} - offered.keys() == set()


def test_a_function_is_known_by_its_file() -> None:
    """Those processes that call it read it from there."""
    assert studies._reference(waiting.eventually) == f"{waiting.__file__}:eventually"


@pytest.mark.parametrize("function", (lambda trial: 1.0, len, functools.partial(max, 1)))
def test_a_function_that_no_file_defines_by_name_is_refused(function: Any) -> None:
    """With the way to one."""
    with pytest.raises(DefinitionError, match=r"%%writefile train\.py"):
        studies._reference(function)


def test_an_unknown_sampler_is_refused_with_the_known() -> None:
    """Before anything is read or made."""
    with pytest.raises(UsageError, match="'tpee' is no sampler: give one of tpe, random, qmc"):
        hpo.create_study("digits", sampler="tpee")


def test_settings_are_changed_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not given stays, whatever the environment says by now."""
    before = Settings(cpu_slots=3)
    monkeypatch.setenv("HPO_CPU_SLOTS", "7")
    monkeypatch.setenv("HPO_DEVICES", "1")
    assert change_settings(before, per_device=2, devices=None) == before.model_copy(
        update={"per_device": 2}
    )
    with pytest.raises(UsageError, match="setting 'per_device': Input should be greater than 0"):
        change_settings(before, per_device=0)
