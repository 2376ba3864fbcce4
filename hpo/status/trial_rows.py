"""The trials of a search as rows, named as those of Optuna's `trials_dataframe`."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from hpo.formatting import first_line
from hpo.status.study_status import Status
from storage.records import JobRecord
from storage.states import Phase

Cell = str | bool | int | float | None


def trial_rows(status: Status) -> list[dict[str, Cell]]:
    """A row for each trial that was begun, by number; all have the same columns, in the same order. What a
    trial has not is None."""
    begun = [job for job in status.of_phase(Phase.SEARCH) if job.trial_number is not None]
    begun.sort(key=lambda job: job.trial_number or 0)
    rows = [dict(_cells(status, job)) for job in begun]
    # By kind, and within one as they first come: some trials have parameters that others have not.
    names = dict.fromkeys(name for row in rows for name in row)
    kinds = ("params_", "user_attrs_")
    plain = [name for name in names if not name.startswith(kinds)]
    columns = [*plain, *(name for kind in kinds for name in names if name.startswith(kind))]
    return [{name: row.get(name) for name in columns} for row in rows]


def _cells(status: Status, job: JobRecord) -> Iterator[tuple[str, Cell]]:
    yield "number", job.trial_number
    if status.study.has_front:
        scores: Sequence[float | None] = job.scores or [None] * len(status.study.directions)
        yield from ((f"values_{at}", score) for at, score in enumerate(scores))
    else:
        yield "value", job.score
    yield "datetime_start", _time(job.started_ms)
    yield "datetime_complete", _time(job.ended_ms)
    yield "state", job.state.value
    yield "is_feasible", job.is_feasible
    yield status.study.unit, job.epoch
    yield "device_seconds", round(job.device_seconds, 3)
    yield "reason", first_line(job.reason) if job.reason else None
    yield from ((f"params_{name}", value) for name, value in (job.params or {}).items())
    kept: dict[str, Any] = dict(status.attributes.get(job.trial_id or 0, {}))
    yield from ((f"user_attrs_{name}", value) for name, value in kept.items())


def _time(ms: int | None) -> str | None:
    """In UTC, as ISO 8601 has it."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()
