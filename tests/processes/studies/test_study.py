"""What a definition does not import."""

from __future__ import annotations

from collections.abc import Callable

import pytest


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
