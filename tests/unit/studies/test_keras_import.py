"""How a process imports what is large."""

import gc
import importlib
import inspect
import sys
import weakref
from pathlib import Path

import pytest

from studies.keras_import import _Finder


def test_a_module_that_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there at once, executed with the first that is asked of it, and no other is touched."""
    monkeypatch.setattr(sys, "meta_path", [_Finder("keras", "this"), *sys.meta_path])
    for name in ("this", "antigravity"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    said: list[str] = []
    monkeypatch.setattr("builtins.print", lambda text: said.append(text))
    late = importlib.import_module("this")
    assert sys.modules["this"] is late and not said
    assert "Beautiful" in late.s.translate({}) or late.s
    assert len(said) == 1


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of a module that is imported without collecting."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", [_Finder("large", "this"), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "large", raising=False)
    return tmp_path / "large.py"


def test_nothing_is_collected_while_it_is_executed(large: Path) -> None:
    """And it is as any other afterwards: its source is found."""
    large.write_text("import gc\ncollected = gc.isenabled()\n")
    module = importlib.import_module("large")
    assert module.collected is False
    assert gc.isenabled()
    assert inspect.getsource(module) == large.read_text()


@pytest.mark.parametrize("collected", [True, False])
def test_collecting_is_afterwards_as_it_was(large: Path, collected: bool) -> None:
    """Though the import fails."""
    large.write_text("raise ValueError('broken')\n")
    if not collected:
        gc.disable()
    try:
        with pytest.raises(ValueError, match="broken"):
            importlib.import_module("large")
        assert gc.isenabled() is collected
    finally:
        gc.enable()


def test_what_an_import_leaves_behind_holds_nothing(large: Path) -> None:
    """A traceback that holds itself would hold whoever imported, and all that it ever has."""
    large.write_text(
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    error.itself = error\n"
    )

    class Model:
        """Made by a training whose first act is the import."""

    def train() -> weakref.ref[Model]:
        importlib.import_module("large")
        model = Model()
        return weakref.ref(model)

    model = train()
    gc.collect()
    assert model() is None
