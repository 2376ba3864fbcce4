"""The front of several directions."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hpo.study.search_jobs import front, keys_of
from storage.records import JobRecord
from storage.states import JobState
from tests.support.statuses import STUDY, TRIAL

BOTH = replace(STUDY, settings={"directions": ["minimize", "maximize"]})
_VALUES = st.tuples(st.integers(0, 5), st.integers(0, 5))


def _jobs(values: list[tuple[int, int]]) -> list[JobRecord]:
    return [
        replace(
            TRIAL, id=number, trial_number=number, state=JobState.SUCCEEDED, score=float(first),
            scores=[float(first), float(second)],
        )
        for number, (first, second) in enumerate(values)
    ]  # fmt: skip


@given(st.lists(_VALUES, max_size=12), st.sets(st.integers(0, 11)))
def test_none_on_it_is_beaten(values: list[tuple[int, int]], infeasible: set[int]) -> None:
    """And each that is not, is: by one that is as good in all and better in some. What violates a
    constraint is not on it, and beats none."""
    all_jobs = [replace(job, is_feasible=job.id not in infeasible) for job in _jobs(values)]
    found = front(BOTH, all_jobs)
    jobs = [job for job in all_jobs if job.is_feasible]

    def is_beaten(job: JobRecord) -> bool:
        keys = keys_of(BOTH, job)
        others = (keys_of(BOTH, each) for each in jobs)
        return any(
            other != keys and all(a <= b for a, b in zip(other, keys, strict=True))
            for other in others
        )

    assert {job.id for job in found} == {job.id for job in jobs if not is_beaten(job)}
    assert found == sorted(found, key=lambda job: (keys_of(BOTH, job), job.id))


def test_what_did_not_succeed_is_not_on_it() -> None:
    """Nor what select or final trained."""
    best, failed = _jobs([(1, 1), (0, 2)])
    assert front(BOTH, [best, replace(failed, state=JobState.PRUNED)]) == [best]
