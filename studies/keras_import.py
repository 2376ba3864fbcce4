"""Keras imported in two thirds of its time: what nothing here uses is left out, and nothing that is only
just made is looked at for something to free."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

POSTPONED = "keras.wrappers"
"""Where scikit-learn is installed, these bring all of it: a quarter of what importing Keras takes."""


def make_quick() -> None:
    """Have this process import Keras, and its backend with it, quickly. To be called before."""
    sys.meta_path.insert(0, _Finder("keras", POSTPONED))


class _Finder:
    """Finds two modules as ever: one is executed without looking for garbage meanwhile, the other when
    something of it is first asked for."""

    def __init__(self, uncollected: str, postponed: str) -> None:
        self._uncollected = uncollected
        self._postponed = postponed

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in (self._uncollected, self._postponed):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            late = name == self._postponed
            spec.loader = LazyLoader(spec.loader) if late else _Uncollected(spec.loader)
        return spec


class _Uncollected(Loader):
    """Executes a module, and all that it imports, while nothing is collected, nor looked at ever again:
    modules stay. To look at the million objects of TensorFlow's took a quarter of its import, and half a
    second of each training's start."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Whoever asks a module for its loader wants one that knows its source.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        collected = gc.isenabled()
        gc.disable()
        try:
            self._loader.exec_module(module)
        finally:
            # First what it left: tracebacks, whose frames would keep all that their functions ever hold.
            gc.collect()
            gc.freeze()
            if collected:
                gc.enable()
