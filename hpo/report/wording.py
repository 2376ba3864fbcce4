"""What a report tells in words and tables, the same in HTML and in Markdown."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from hpo.formatting import (
    describe_params,
    duration,
    first_line,
    fixed_words,
    phase_words,
    precision_words,
    score_words,
    scores_words,
    search_words,
    short,
    source_words,
)
from hpo.report.report_data import Contents
from hpo.result.result_tables import Entry, Table, of_params
from hpo.search.promotion import rungs_of
from hpo.status.study_status import WORKING_PHASES
from storage.records import JobRecord, StudyRecord
from storage.states import AttemptState, JobState, Phase

MOST_TRIALS = 10
MOST_COMPARED = 5
MOST_ON_FRONT = 30
MOST_ATTRIBUTES = 5
"""So many columns of what was kept beside the values."""
MOST_FAULTS = 30


def verdict(contents: Contents) -> str:
    """The one sentence that all else is for; before there is one, how the study stands."""
    if contents.conclusion is not None:
        sentence = contents.conclusion.verdict
        return sentence[0].upper() + sentence[1:]
    if contents.study.phase.is_over:
        return f"No verdict: {phase_words(contents.study)}"
    return f"No verdict yet: the study is in its {phase_words(contents.study)} phase"


def facts(contents: Contents) -> Iterator[Entry]:
    """The few numbers that stand at the top, each with its label."""
    status, result = contents.status, contents.result
    by_values = None if contents.conclusion is None else contents.conclusion.by_values
    if by_values is not None:
        where = "on the holdout" if by_values.on_holdout else "with fresh seeds"
        yield Entry(f"best {where}", score_words(by_values.found.winner))
        yield Entry(f"baseline {where}", score_words(by_values.found.baseline))
    elif result is not None:
        yield Entry("best on the holdout", f"{result.holdout.winner.accuracy.mean:.3f}")
        baseline = result.holdout.baseline
        on_holdout = "no model" if baseline is None else f"{baseline.accuracy.mean:.3f}"
        yield Entry("baseline on the holdout", on_holdout)
    else:
        # Nothing better is known yet than one training of each; the highest of many flatters.
        among = len(status.feasible)
        where = "one call" if status.study.is_called else "validation, one seed"
        if contents.best is None:
            yield Entry(f"best, {where}", "none is feasible")
        elif status.study.has_front:
            yield Entry(f"on the front, of {among}", str(len(status.front)))
        else:
            which = "winner" if status.winner is not None else f"best of {among}"
            yield Entry(f"{which}, {where}", score_words(contents.best.score or 0))
        if status.baseline is not None:
            mark = "" if status.baseline.is_feasible else " (infeasible)"
            yield Entry(f"baseline, {where}", f"{score_words(status.baseline.score or 0)}{mark}")
    counts = status.counts(Phase.SEARCH)
    yield Entry("trials", f"{status.done(Phase.SEARCH)} of {status.total(Phase.SEARCH)}")
    if counts[JobState.PAUSED]:
        yield Entry("paused", str(counts[JobState.PAUSED]))
    yield Entry("pruned", str(counts[JobState.PRUNED]))
    if counts[JobState.DIVERGED]:
        yield Entry("diverged", str(counts[JobState.DIVERGED]))
    if status.infeasible:
        yield Entry("infeasible", str(len(status.infeasible)))
    study = contents.study
    if contents.attempts:
        seconds = ((study.ended_ms or status.now_ms) - contents.attempts[0].began_ms) / 1000
        yield Entry("took" if study.ended_ms else "until now", duration(seconds))
    yield Entry("device time", duration(status.cost(*WORKING_PHASES).device_seconds))


def params(contents: Contents) -> Table:
    """All hyperparameters of baseline and best; of the best alone, where there is no baseline."""
    best = contents.best
    if front := contents.status.front[:MOST_COMPARED]:
        names = dict.fromkeys(name for job in front for name in job.params or {})
        titles = (job.title for job in front)
        return Table(
            ("hyperparameter", *titles),
            tuple((name, *(_value(job, name) for job in front)) for name in names),
        )
    if not contents.study.has_baseline:
        known = (
            () if best is None else tuple((name, _value(best, name)) for name in best.params or {})
        )
        return Table(("hyperparameter", "best"), known)
    found = (best and best.params) or {}
    return of_params("hyperparameter", ("baseline", "best"), contents.study.baseline, found)


def _value(job: JobRecord, name: str) -> str:
    given = job.params or {}
    return describe_params({"": given[name]})[1:] if name in given else "-"


def trials(contents: Contents) -> Table:
    """The best trials of the search, best first, and behind all others those that violate a constraint; of
    several directions those on the front. With the numbers that were kept beside their values."""
    status = contents.status
    steps = "last step" if contents.study.is_called else "epochs"
    shown = status.front[:MOST_ON_FRONT] or status.completed[:MOST_TRIALS]
    kept = [status.attributes.get(job.trial_id or 0, {}) for job in shown]
    names = list(dict.fromkeys(name for each in kept for name in each))[:MOST_ATTRIBUTES]
    return Table(
        ("trial", contents.study.metric, *names, steps, "device time", "hyperparameters"),
        tuple(
            (
                _number(job, is_baseline=job is status.baseline),
                scores_words(job),
                *(score_words(each[name]) if name in each else "-" for name in names),
                str(job.epoch),
                duration(job.device_seconds),
                describe_params(job.params or {}),
            )
            for job, each in zip(shown, kept, strict=True)
        ),
    )


def _number(job: JobRecord, *, is_baseline: bool) -> str:
    marks = " (baseline)" * is_baseline + " (infeasible)" * (not job.is_feasible)
    return f"{job.trial_number}{marks}"


def phases(contents: Contents) -> Table:
    """What each phase took, generations before this one included."""
    rows = []
    for phase in WORKING_PHASES if contents.study.is_judged else (Phase.SEARCH,):
        cost = contents.status.cost(phase)
        counts = Counter(job.state for job in contents.status.jobs if job.phase == phase)
        ended = [f"{counts[state]} {state}" for state in JobState if counts[state]]
        rows.append(
            (
                phase.value,
                str(sum(counts.values())),
                short(cost.device_hours),
                short(cost.kilowatt_hours) if cost.energy_joules else "-",
                ", ".join(ended) or "-",
            )
        )
    return Table(("phase", "trainings", "device-hours", "kWh", "how they ended"), tuple(rows))


def faults(contents: Contents) -> Table:
    """The attempts that did not come to their job's end, and what became of the job; the last ones."""
    jobs = {job.id: job for job in contents.status.jobs}
    hosts = contents.status.hosts
    rows = []
    for attempt in contents.attempts:
        if attempt.state not in (AttemptState.LOST, AttemptState.LEFT):
            continue
        job = jobs[attempt.job_id]
        what = f"lost: {first_line(attempt.reason)}"
        rows.append(
            (
                _time(attempt.ended_ms or attempt.began_ms),
                job.title,
                f"{hosts.get(attempt.worker_id, '?')} {attempt.device}",
                what if attempt.state == AttemptState.LOST else "given back in order",
                _then(contents, attempt.job_id, attempt.began_ms) or job.state.value,
            )
        )
    headings = ("when (UTC)", "training", "device", "what happened", "then")
    return Table(headings, tuple(rows[-MOST_FAULTS:]))


def failures(contents: Contents) -> Iterator[Entry]:
    """Trainings that failed, each with its reason."""
    for job in contents.status.jobs:
        if job.state == JobState.FAILED:
            yield Entry(job.title, first_line(job.reason))


def _pruner_words(study: StudyRecord) -> str:
    if not (rungs := rungs_of(study)):
        return f"pruner {study.pruner}"
    *first, last = map(str, rungs)
    after = f"{', '.join(first)} and {last}" if first else last
    return f"pruner {study.pruner} after {after} epochs"


def origin(contents: Contents) -> Iterator[Entry]:
    """Where the numbers come from: what it takes to have them again."""
    study = contents.study
    if study.is_imported:
        yield Entry("study", f"{study.name}, imported from Optuna as it was there")
        yield Entry("read", f"{_time(contents.status.now_ms)} UTC")
        return
    yield Entry("study", f"{study.name}, generation {study.generation}, seed {study.seed}")
    yield Entry("search", f"{search_words(study)}, {_pruner_words(study)}")
    if words := source_words(study):
        yield Entry("known before", words)
    if words := fixed_words(study):
        yield Entry("not searched", words)
    yield Entry("definition", f"{study.definition}, sha256 {study.definition_hash[:16]}")
    settings = " ".join(
        f"{name}={','.join(value) if isinstance(value, list) else value}"
        for name, value in study.trained_settings.items()
        if value is not None and (study.is_called or not isinstance(value, list))
    )
    yield Entry("settings", settings)
    if study.precision is not None:
        yield Entry("precision", precision_words(study))
    made_by = contents.provenance
    if made_by is not None:
        yield Entry("device", made_by.device)
        yield Entry(
            "versions", " ".join(f"{name} {found}" for name, found in made_by.versions.items())
        )
        yield Entry("commit", made_by.git_commit or "unknown")
    yield Entry("read", f"{_time(contents.status.now_ms)} UTC")


def percent(probability: float) -> str:
    """A probability, with more digits where it is small."""
    if probability < 0.001:
        return "<0.1%"
    return f"{100 * probability:.0f}%" if probability >= 0.095 else f"{100 * probability:.1f}%"


def _then(contents: Contents, job_id: int, after_ms: int) -> str | None:
    """How the job went on: the attempt that came next."""
    later = (
        attempt
        for attempt in contents.attempts
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
