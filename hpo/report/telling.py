"""What a report tells in words and tables, the same in HTML and in Markdown."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from hpo.answer.tables import value
from hpo.phases import best_first
from hpo.report.story import Story
from hpo.status import WORKING_PHASES, first_line
from hpo.words import describe_params, duration, phase_words, short
from storage.records import BASELINE
from storage.states import AttemptState, JobState, Phase

Rows = list[list[str]]
TRIALS = ("trial", "accuracy", "epochs", "device time", "hyperparameters")
PHASES = ("phase", "trainings", "device-hours", "kWh", "how they ended")
FAULTS = ("when (UTC)", "training", "device", "what happened", "then")
PARAMETERS = ("hyperparameter", "baseline", "best")
MOST_TRIALS = 10
MOST_FAULTS = 30


def verdict(story: Story) -> str:
    """The one sentence that all else is for; before there is one, how the study stands."""
    if story.result is not None:
        sentence = story.result.verdict
        return sentence[0].upper() + sentence[1:]
    if story.study.phase.is_over:
        return f"No verdict: {phase_words(story.status)}"
    return f"No verdict yet: the study is in its {phase_words(story.status)} phase"


def facts(story: Story) -> Iterator[tuple[str, str]]:
    """The few numbers that stand at the top, each with its label."""
    status, result = story.status, story.result
    if result is not None:
        yield "best on the holdout", f"{result.holdout.winner.accuracy.mean:.3f}"
        yield "baseline on the holdout", f"{result.holdout.baseline.accuracy.mean:.3f}"
    else:
        yield "best so far, validation", f"{story.best.score or 0:.3f}"
        if status.baseline is not None:
            yield "baseline, validation", f"{status.baseline.score or 0:.3f}"
    counts = status.counts(Phase.SEARCH)
    yield "trials", f"{status.done(Phase.SEARCH)} of {status.total(Phase.SEARCH)}"
    yield "pruned", str(counts[JobState.PRUNED])
    study = story.study
    if story.attempts:
        seconds = ((study.ended_ms or status.now_ms) - story.attempts[0].began_ms) / 1000
        yield "took" if study.ended_ms else "until now", duration(seconds)
    yield "device time", duration(status.cost(*WORKING_PHASES).device_seconds)


def parameter_rows(story: Story) -> Rows:
    """All hyperparameters of baseline and best."""
    before, after = story.study.baseline, story.best.params or {}
    return [[name, value(before.get(name)), value(after.get(name))] for name in {**before, **after}]


def trial_rows(story: Story) -> Rows:
    """The best trials of the search, best first."""
    return [
        [
            f"{job.trial_number}{' (baseline)' if job.configuration == BASELINE else ''}",
            f"{job.score:.4f}",
            str(job.epoch),
            duration(job.device_seconds),
            describe_params(job.params or {}),
        ]
        for job in best_first(story.status.jobs)[:MOST_TRIALS]
    ]


def phase_rows(story: Story) -> Rows:
    """What each phase took, generations before this one included."""
    rows = []
    for phase in WORKING_PHASES:
        cost = story.status.cost(phase)
        counts = Counter(job.state for job in story.status.jobs if job.phase == phase)
        ended = [f"{counts[state]} {state}" for state in JobState if counts[state]]
        rows.append(
            [
                phase.value,
                str(sum(counts.values())),
                short(cost.device_hours),
                short(cost.kilowatt_hours) if cost.energy_joules else "-",
                ", ".join(ended) or "-",
            ]
        )
    return rows


def fault_rows(story: Story) -> Rows:
    """The attempts that did not come to their job's end, and what became of the job; the last ones."""
    jobs = {job.id: job for job in story.status.jobs}
    hosts = story.status.hosts
    rows = []
    for attempt in story.attempts:
        if attempt.state not in (AttemptState.LOST, AttemptState.LEFT):
            continue
        job = jobs[attempt.job_id]
        what = f"lost: {first_line(attempt.reason)}"
        rows.append(
            [
                _time(attempt.ended_ms or attempt.began_ms),
                job.title,
                f"{hosts.get(attempt.worker_id, '?')} {attempt.device}",
                what if attempt.state == AttemptState.LOST else "given back in order",
                _then(story, attempt.job_id, attempt.began_ms) or job.state.value,
            ]
        )
    return rows[-MOST_FAULTS:]


def failures(story: Story) -> Iterator[tuple[str, str]]:
    """Trainings that failed, each with its reason."""
    for job in story.status.jobs:
        if job.state == JobState.FAILED:
            yield job.title, first_line(job.reason)


def origin(story: Story) -> Iterator[tuple[str, str]]:
    """Where the numbers come from: what it takes to have them again."""
    study = story.study
    yield "study", f"{study.name}, generation {study.generation}, seed {study.seed}"
    yield "definition", f"{study.definition}, sha256 {study.definition_hash[:16]}"
    settings = " ".join(
        f"{name}={value}" for name, value in study.settings.items() if not isinstance(value, list)
    )
    yield "settings", settings
    made_by = story.provenance
    if made_by is not None:
        yield "device", made_by.device
        yield "versions", " ".join(f"{name} {found}" for name, found in made_by.versions.items())
        yield "commit", made_by.git_commit or "unknown"
    yield "read", f"{_time(story.status.now_ms)} UTC"


def percent(probability: float) -> str:
    """A probability, with more digits where it is small."""
    if probability < 0.001:
        return "<0.1%"
    return f"{100 * probability:.0f}%" if probability >= 0.095 else f"{100 * probability:.1f}%"


def _then(story: Story, job_id: int, after_ms: int) -> str | None:
    """How the job went on: the attempt that came next."""
    later = (
        attempt
        for attempt in story.attempts
        if attempt.job_id == job_id and attempt.began_ms > after_ms
    )
    following = next(later, None)
    if following is None:
        return None
    if following.began_epoch:
        return f"resumed after epoch {following.began_epoch}"
    return "trained again"


def _time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}"
