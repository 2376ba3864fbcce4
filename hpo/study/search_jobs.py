"""The search jobs of a study: made, found among others, ranked."""

from collections.abc import Iterable, Iterator, Sequence

from hpo.search.seeds import derive_seed
from storage.records import BASELINE, JobRecord, NewJob, Params, StudyRecord
from storage.states import JobState, Phase


def new_jobs(
    study: StudyRecord, numbers: Sequence[int], chosen: Sequence[Params] = ()
) -> list[NewJob]:
    """The search jobs with these configuration numbers; the first that are not the baseline's train what was
    chosen for them, if anything was."""
    others = (number for number in numbers if not study.is_baseline(number))
    given = dict(zip(others, chosen, strict=False))
    if study.has_baseline:
        given[BASELINE] = study.baseline
    return [
        NewJob(
            Phase.SEARCH,
            number,
            derive_seed(study.seed, "search", number),
            params=given.get(number),
        )
        for number in numbers
    ]


def among(jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """The search jobs among them."""
    return [job for job in jobs if job.phase == Phase.SEARCH]


def latest(jobs: Iterable[JobRecord], configuration: int) -> JobRecord:
    """The last search job of a configuration: one that failed may have been run again."""
    return max((job for job in jobs if job.configuration == configuration), key=lambda job: job.id)


def has_failed(study: StudyRecord, job: JobRecord) -> bool:
    """Whether a search job is of no use and may be run again: it failed, or it is the baseline and
    diverged."""
    is_diverged_baseline = job.state == JobState.DIVERGED and study.is_baseline(job.configuration)
    return job.state == JobState.FAILED or is_diverged_baseline


def again(study: StudyRecord, failed: JobRecord, number: int) -> NewJob:
    """The search job that runs a failed one again, with its parameters and another seed; `number`
    is one that no search job of the study has had."""
    seed = derive_seed(study.seed, "again", number)
    params = failed.params
    if study.is_baseline(failed.configuration):
        params = study.baseline  # an objective may have failed before it asked for all of it
    return NewJob(Phase.SEARCH, failed.configuration, seed, params=params)


def completed(jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """The search jobs among them that were trained to their end."""
    return [job for job in among(jobs) if job.state == JobState.SUCCEEDED]


def best_first(study: StudyRecord, jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """The feasible of the completed search jobs by score; ties go to the lower loss, then to the lower trial
    number. As in Optuna, what violates a constraint is never the best."""
    done = [job for job in completed(jobs) if job.is_feasible]
    key = study.direction.key
    return sorted(done, key=lambda job: (key(job.score or 0.0), job.loss or 0.0, job.trial_number))


def distinct(best: Iterable[JobRecord], baseline: JobRecord) -> Iterator[JobRecord]:
    """The best job of each configuration, which its parameters tell from others, but not those that
    train what the baseline is."""
    known = [baseline.params]
    for job in best:
        if job.configuration != BASELINE and job.params not in known:
            known.append(job.params)
            yield job


def front(study: StudyRecord, jobs: Iterable[JobRecord]) -> list[JobRecord]:
    """The feasible of the completed search jobs that no other is better than in all of their scores, or as
    good in some and better in others; the best by the first score first."""
    done = [job for job in completed(jobs) if job.is_feasible]
    ranked = sorted((keys_of(study, job), job.trial_number or 0, job.id, job) for job in done)
    found: list[tuple[tuple[float, ...], JobRecord]] = []
    for keys, _, _, job in ranked:  # in this order none is beaten by one that comes later
        if not any(_beats(other, keys) for other, _ in found):
            found.append((keys, job))
    return [job for _, job in found]


def keys_of(study: StudyRecord, job: JobRecord) -> tuple[float, ...]:
    """All scores of a job, each so that the lower is the better."""
    scores = job.scores or [job.score or 0.0]
    return tuple(each.key(score) for each, score in zip(study.directions, scores, strict=True))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(ours <= theirs for ours, theirs in zip(one, other, strict=True))
