"""How a study stands, made up."""

import io
from dataclasses import replace

from rich.console import Console, RenderableType

from hpo.status.study_status import Status
from storage.records import JobRecord, Params, StudyRecord, WorkerRecord
from storage.states import DataSet, Direction, JobState, Phase, Sampler

EPOCHS = 20
STUDY = StudyRecord(
    id=1, uuid="u", name="toy", definition="toy", definition_hash="h",
    settings={"epochs": EPOCHS, "classes": ["a", "b"], "new_classes": ["c", "d"]},
    baseline={"x": 0.5}, metric="validation accuracy", direction=Direction.MAXIMIZE, seed=0, trials=16, select_top=3, select_seeds=2, final_seeds=3, priority=0,
    timeout_ms=None, target=None, patience=None, sampler=Sampler.TPE, generation=1,
    phase=Phase.SEARCH, reason=None,
    halted_ms=None, created_ms=0, started_ms=0, ended_ms=None,
)  # fmt: skip
PARAMS: Params = {
    "activation": "swish", "optimizer": "adam", "learning_rate": 0.00123456, "conv_layers": 3,
    "filters": 32, "dense_units": 128, "batch_size": 16,
}  # fmt: skip
WORKER = WorkerRecord(
    "w", "gpu-node-0123.cluster.example.edu", 1, ["gpu:0"], {}, "m", None, 0, 0, None
)
TRIAL = JobRecord(
    id=1, study_id=1, generation=1, phase=Phase.SEARCH, configuration=1, seed=0,
    data_set=DataSet.SEARCH, params={"x": 0.25}, trial_id=1, trial_number=1,
    state=JobState.LEASED, worker_id="w", attempts=1, losses=0, exhaustions=0, epoch=5, score=0.6,
    loss=0.4, reason=None, resumed_across=None, device_seconds=0, energy_joules=0,
    started_ms=1_000, ended_ms=None,
)  # fmt: skip


def trial(number: int, state: JobState, **changes: object) -> JobRecord:
    """A search job of that number, in that state, with these fields otherwise."""
    ended_ms = 13_000 if state.is_final else None
    own = {"id": number, "configuration": number, "trial_number": number, "ended_ms": ended_ms}
    return replace(TRIAL, state=state, **own | changes)  # type: ignore[arg-type]  # names of its fields


def status_of(*jobs: JobRecord, **changes: object) -> Status:
    """The study with these jobs, with these of its fields otherwise."""
    return Status(replace(STUDY, **changes), jobs, (WORKER,), 20_000)  # type: ignore[arg-type]  # names of its fields


def shown(renderable: RenderableType, width: int = 80) -> list[str]:
    """The lines that a console of this width shows."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    with console.capture() as capture:
        console.print(renderable)
    return [line.rstrip() for line in capture.get().splitlines()]
