"""What is known of many jobs without reading each."""

from dataclasses import dataclass

from storage.records import FromRow, StudyRecord
from storage.states import JobState, Phase


@dataclass(frozen=True)
class Demand:
    """How much of a study there is to do: how many of its jobs somebody holds, and whether any
    waits to be claimed."""

    study: StudyRecord
    leased: int
    waits: bool


@dataclass(frozen=True)
class Outline:
    """What can be said of a study's jobs without reading them: whether any of its present phase has
    not ended, whether its baseline failed or diverged, how its last search jobs of this generation
    ended, the newest first, its best score so far, and how many trials of this generation were begun
    after that was reached and are no better; the last two where a limit of the study asks for them."""

    unfinished: bool
    baseline_failed: bool
    last_ended: tuple[JobState, ...]
    best_score: float | None
    since_best: int


@dataclass(frozen=True)
class Rung:
    """How many trials have come to a rung, those that went on or ended too; of those that are paused
    there the best, by its job's id, and how many of all that came to it were better."""

    reached: int
    best_paused: int | None = None
    ahead: int = 0


@dataclass(frozen=True)
class SearchOutline:
    """What can be said of a search without reading its jobs: whether it begins nothing more, how many
    trials beside the baseline were not begun, are being trained or about to be, and are complete;
    whether any job, of the baseline too, is not paused and has not ended; and its rungs, the first
    one first."""

    is_ending: bool
    unbegun: int
    working: int
    complete: int
    is_unfinished: bool
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class TrialFacts(FromRow):
    """What a trial's job says of it: its last worker's host and device, and what it cost."""

    trial_id: int
    state: JobState
    attempts: int
    reason: str | None
    device_seconds: float
    energy_joules: float
    host: str | None
    device: str | None


@dataclass(frozen=True)
class JobTally(FromRow):
    """So many jobs of a study are in a phase and a state; `best_score` is that of those that
    succeeded and are feasible, and `trials_last_hour` counts the search jobs that ended within an hour."""

    study: str
    phase: Phase
    state: JobState
    number: int
    device_seconds: float
    energy_joules: float
    trials_last_hour: int
    best_score: float | None
