"""A trial as Python code holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from storage.records import JobRecord


@dataclass(frozen=True)
class Trial:
    """A trial of a search. `values` has one number for each direction, of a trial that is complete."""

    number: int
    params: Mapping[str, Any]
    values: tuple[float, ...]
    state: str
    """Such as succeeded, pruned, failed."""
    is_feasible: bool
    """Whether it keeps all constraints."""

    @property
    def value(self) -> float | None:
        """The one value of a trial that is complete."""
        return self.values[0] if len(self.values) == 1 else None

    @classmethod
    def of_job(cls, job: JobRecord) -> Self:
        """That of a job of a search."""
        values = job.scores or (() if job.score is None else (job.score,))
        return cls(
            number=job.configuration if job.trial_number is None else job.trial_number,
            params=dict(job.params or {}),
            values=tuple(values),
            state=job.state.value,
            is_feasible=job.is_feasible,
        )
