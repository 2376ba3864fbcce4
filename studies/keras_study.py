"""What studies have in common whose data has a source, and whose models a function builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from studies.data import prepared_data
from studies.data.prepared_data import PreparedData
from studies.data.source import Source
from studies.errors import SettingsError
from studies.study import Study


@dataclass(frozen=True, kw_only=True)
class KerasStudy(Study):
    """A study whose models Keras trains, or a `trainer` of the definition's own. Every field of `data` is a
    setting."""

    kind_of_source: ClassVar[tuple[type[Source], str]]
    """What `data` must be, and how that is called."""

    data: Source
    build_model: Callable[..., Any]
    trainer: Callable[..., Any]

    def __post_init__(self) -> None:
        kind, words = self.kind_of_source
        for part, fits, what in (
            ("data", isinstance(self.data, kind), words),
            ("build_model", callable(self.build_model), "a function that builds a model"),
            ("trainer", callable(self.trainer), "a function that trains"),
        ):
            if not fits:
                raise SettingsError(f"{part} is {getattr(self, part)!r}", f"give {what}")
        super().__post_init__()

    def settings(self) -> dict[str, object]:
        return super().settings() | self.data.model_dump(mode="json")

    def _changed_parts(self, settings: Mapping[str, object]) -> Mapping[str, Any]:
        return {"data": self.data.with_settings(settings)}

    def find_data(self, cache_folder: Path) -> PreparedData | None:
        return prepared_data.find(cache_folder / self.data.key())
