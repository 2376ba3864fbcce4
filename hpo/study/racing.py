"""The race of select: which configurations are trained with another seed.

Sequential halving (Karnin, Koren and Somekh 2013, "Almost optimal exploration in multi-armed bandits",
ICML): all are trained with the first seeds, the better half of them with the next, and so on, until all
seeds are spent. So most trainings are of those that are hard to tell apart, how many there will be is
known beforehand, and no spread need be estimated from two or three seeds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from statistics import fmean

from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase


@dataclass(frozen=True)
class Round:
    """These configurations, best first, are trained with the seeds of these numbers, from 0."""

    configurations: tuple[int, ...]
    seeds: range

    @property
    def trainings(self) -> int:
        """How many it has."""
        return len(self.configurations) * len(self.seeds)


def fields(entered: int, seeds: int) -> tuple[int, ...]:
    """How many of the configurations that entered are trained with the first seed, with the second, and
    so on. A single one has won already: one seed shows that it can be trained again."""
    if entered <= 1:
        return (1,) * entered
    halvings = (entered - 1).bit_length()
    # Rounded up, so that two are left for the last seeds.
    return tuple(-(-entered >> (index * halvings // seeds)) for index in range(seeds))


def next_round(
    study: StudyRecord, entered: Iterable[int], jobs: Iterable[JobRecord]
) -> Round | None:
    """What select trains next, after those of its `jobs` that have ended; None where the race is over.
    `entered` are the configurations that are in it, best first."""
    numbers = tuple(entered)
    trained = by_configuration(study, jobs)
    done = max(map(len, trained.values()), default=0)
    field = fields(len(numbers), study.select_seeds)[done:]
    if not field:
        return None
    ranked = rank(study, jobs) if trained else numbers
    still_in = tuple(ranked[: field[0]])
    if trained and len(still_in) < 2:
        return None
    more = sum(1 for _ in takewhile(lambda size: size == field[0], field))
    return Round(still_in, range(done, done + more))


def rank(study: StudyRecord, jobs: Iterable[JobRecord]) -> list[int]:
    """The configurations of select, best first: by mean score over their fresh seeds, those
    that were given up behind all that were not; ties as in the search.

    A configuration of which a seed diverged or failed is left out: it cannot be relied on.
    """
    trained = by_configuration(study, jobs)

    def key(configuration: int) -> tuple[int, float, float, int]:
        seeds = trained[configuration]
        # Rounded, or the order of a sum would decide between equal means.
        score = round(fmean(job.score or 0.0 for job in seeds), 9)
        loss = fmean(job.loss or 0.0 for job in seeds)
        return -len(seeds), study.direction.key(score), loss, seeds[0].trial_number or 0

    whole = (
        configuration
        for configuration, seeds in trained.items()
        if all(job.state == JobState.SUCCEEDED for job in seeds)
    )
    return sorted(whole, key=key)


def by_configuration(study: StudyRecord, jobs: Iterable[JobRecord]) -> dict[int, list[JobRecord]]:
    """The trainings of select, of the present generation, by what they trained."""
    found: dict[int, list[JobRecord]] = {}
    for job in jobs:
        if job.phase == Phase.SELECT and job.generation == study.generation:
            found.setdefault(job.configuration, []).append(job)
    return found
