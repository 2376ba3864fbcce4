"""Going from phase to phase on a real database, whoever does it at the same moment."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hpo.definition_loader import Definition
from hpo.study.creation import create
from hpo.study.extension import extend
from hpo.study.phases import FAILURES_IN_A_ROW, advance, decide, may_be_due
from hpo.study.planning import Budget
from hpo.study.stop_and_resume import halt, resume
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import EvaluationRecord, JobRecord, Lease, StudyRecord
from storage.schema import jobs as jobs_table
from storage.schema import studies as studies_table
from storage.states import Direction, JobState, Phase, Split
from storage.tables import evaluations, job_summaries, jobs, studies
from tests.support.claims import claim_next
from tests.support.marks import on

OPEN, LEASED, _PAUSED, SUCCEEDED, _PRUNED, _DIVERGED, FAILED, CANCELLED = JobState


def _end_all(db: Database, study: StudyRecord, score: float = 0.5) -> None:
    with db.transaction() as tx:
        while (claimed := jobs.claim(tx, study.id, "me", 60, "cpu:0")) is not None:
            job, lease = claimed
            params = {"x": job.configuration / 100}
            bound = {"trial_id": job.id, "trial_number": job.configuration, "params": params}
            wanted = bound if job.phase == Phase.SEARCH else {}
            jobs.write(
                tx, lease, **wanted, state=SUCCEEDED, loss=1.0,
                score=score + job.configuration / 100,
            )  # fmt: skip


def _of_phase(db: Database, study: StudyRecord, phase: Phase) -> list[JobRecord]:
    with db.reading() as tx:
        return [job for job in jobs.of_study(tx, study.id) if job.phase == phase]


def _states(found: Iterable[JobRecord]) -> list[JobState]:
    return [job.state for job in found]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_the_next_jobs_are_inserted_once(db: Database, url: str, study: StudyRecord) -> None:
    """Many workers that end a phase at the same moment insert the next phase's jobs once, through
    the whole life of a study."""
    others = [Database.open(url) for _ in range(6)]
    expected = [(Phase.SELECT, 2 * 2), (Phase.FINAL, 2 * 2 * 2), (Phase.DONE, 0)]
    with ThreadPoolExecutor(6) as pool:
        for phase, count in expected:
            _end_all(db, study)
            found = list(pool.map(lambda other: advance(other, study.name).phase, others))
            assert found == [phase] * 6
            assert len(_of_phase(db, study, phase)) == count
    for other in others:
        other.close()
    with db.reading() as tx:
        assert studies.get(tx, study.name).ended_ms is not None


def test_a_look_adds_the_seeds_of_the_next_once(db: Database, url: str, toy: Definition) -> None:
    """Many workers that end a look at the same moment see the same answers in the database, and insert
    once what it leaves to the last."""
    study = create(db, "looks", toy, Budget(trials=2, select_top=1, final_seeds=5))
    others = [Database.open(url) for _ in range(3)]
    expected = [(Phase.SELECT, 1), (Phase.FINAL, 2 * 2 * 3), (Phase.FINAL, 2 * (3 + 5))]
    with ThreadPoolExecutor(3) as pool:
        for phase, count in [*expected, (Phase.DONE, 0)]:
            _end_all(db, study)
            with db.transaction() as tx:
                judged = evaluations.of_study(tx, study.id, study.generation)
                known = {record.job_id for record in judged}
                evaluations.add(
                    tx,
                    [
                        EvaluationRecord(job.id, Split.HOLDOUT, bytes(8), bytes([0] * 7 + [1]), b"")
                        for job in jobs.of_study(tx, study.id)
                        if job.phase == Phase.FINAL and job.id not in known
                    ],
                )
            found = list(pool.map(lambda other: advance(other, study.name).phase, others))
            assert found == [phase] * 3
            assert len(_of_phase(db, study, phase)) == count
    for other in others:
        other.close()


def test_advancing_again_changes_nothing(db: Database, study: StudyRecord) -> None:
    """Between two endings there is nothing due."""
    before = _of_phase(db, study, Phase.SEARCH)
    assert advance(db, study.name) == study
    assert _of_phase(db, study, Phase.SEARCH) == before


def test_the_end_of_search_cancels_what_is_open(db: Database, study: StudyRecord) -> None:
    """At the target open search jobs are cancelled with the reason, the one that runs goes on, and
    select comes when it has ended."""
    with db.transaction() as tx:
        studies.write(tx, study, target=0.4)
        _, lease = jobs.claim(tx, study.id, "me", 60, "cpu:0") or (None, Lease(0, ""))
        columns = {"trial_id": 1, "trial_number": 0, "params": {"x": 0.5}}
        jobs.write(tx, lease, **columns, state=SUCCEEDED, score=0.5, loss=1.0)
        _, running = jobs.claim(tx, study.id, "me", 60, "cpu:0") or (None, Lease(0, ""))
    found = advance(db, study.name)
    assert found.phase == Phase.SEARCH
    assert "target" in (found.reason or "")
    cancelled = _of_phase(db, study, Phase.SEARCH)
    assert _states(cancelled) == [SUCCEEDED, LEASED, CANCELLED, CANCELLED]
    assert cancelled[2].reason == found.reason
    with db.transaction() as tx:
        jobs.write(tx, running, state=SUCCEEDED, score=0.6, loss=1.0, params={"x": 0.1})
    found = advance(db, study.name)
    assert found.phase == Phase.SELECT
    assert {job.configuration for job in _of_phase(db, study, Phase.SELECT)} == {1}


def test_a_stop_takes_all_leases(db: Database, study: StudyRecord) -> None:
    """When a study stops, nothing stays open, and who trains for it finds the lease lost."""
    with db.transaction() as tx:
        _, lease = jobs.claim(tx, study.id, "me", 60, "cpu:0") or (None, Lease(0, ""))
        jobs.write(tx, lease, trial_id=1, trial_number=0)
        _, running = jobs.claim(tx, study.id, "me", 60, "cpu:0") or (None, Lease(0, ""))
        jobs.write(tx, lease, state=FAILED, reason="a traceback")
    found = advance(db, study.name)
    assert found.phase == Phase.STOPPED
    assert found.reason == "the baseline failed: a traceback"
    assert _states(_of_phase(db, study, Phase.SEARCH)) == [FAILED, CANCELLED, CANCELLED, CANCELLED]
    with db.transaction() as tx:
        assert jobs.renew(tx, [running], 60) == set()


@on("sqlite")
def test_a_halted_study_keeps_what_it_has(db: Database, toy: Definition) -> None:
    """Its timeout does not run while it is halted; and whenever it ends the search, a trial that
    was begun and given back goes on to its end."""
    study = create(db, "toy", toy, Budget(trials=4, timeout_seconds=3600, final_seeds=2))
    job, lease = claim_next(db, study)
    with db.transaction() as tx:
        studies.start(tx, study)
        jobs.write(tx, lease, trial_id=1, trial_number=0, params={"x": 0.5})
        jobs.release(tx, lease)
    halt(db, "toy")
    with db.transaction() as tx:  # two hours pass
        halted = studies.lock(tx, "toy")
        then = {"started_ms": (halted.started_ms or 0) - 7_200_000}
        studies.write(tx, halted, **then, halted_ms=(halted.halted_ms or 0) - 7_200_000)
    assert advance(db, "toy").reason is None
    resume(db, "toy")
    assert advance(db, "toy").reason is None
    with db.transaction() as tx:  # and two more
        resumed = studies.lock(tx, "toy")
        studies.write(tx, resumed, started_ms=(resumed.started_ms or 0) - 7_200_000)
    assert "timeout" in (advance(db, "toy").reason or "")
    with db.reading() as tx:
        states = [each.state for each in jobs.of_study(tx, study.id)]
    assert states == [JobState.OPEN] + [JobState.CANCELLED] * 3
    assert claim_next(db, study)[0].id == job.id


_NOW_MS = 1_000_000
# Of what follows the search, the final stands for both.
_PHASES = [Phase.SEARCH, Phase.SEARCH, Phase.FINAL]
_STUDIES = st.fixed_dictionaries(
    {
        "phase": st.sampled_from([*_PHASES, Phase.DONE, Phase.STOPPED]),
        "generation": st.integers(1, 2),
        "target": st.sampled_from([0.4, None, 0.9]),
        "timeout_ms": st.sampled_from([1000, None, _NOW_MS + 1]),
        "patience": st.sampled_from([1, None, 2]),
        "halted_ms": st.sampled_from([None, None, 1]),
        "direction": st.sampled_from(Direction),
    }
)
_JOBS = st.fixed_dictionaries(
    {
        "state": st.sampled_from([OPEN, OPEN, FAILED, *JobState]),
        "phase": st.sampled_from(_PHASES),
        "generation": st.integers(1, 2),
        "trial_id": st.sampled_from([None, None, 7]),
        "score": st.sampled_from([None, 0.3, 0.5]),
        "is_feasible": st.booleans(),
        "started_ms": st.integers(1, 3),
        "ended_ms": st.integers(1, 3),  # several at the same moment
    }
)


def _a_job(state: JobState) -> dict[str, object]:
    return {
        "state": state, "phase": Phase.SEARCH, "generation": 1, "trial_id": None, "score": None,
        "is_feasible": True, "started_ms": 1, "ended_ms": 1,
    }  # fmt: skip


@on("sqlite")
@example(
    {
        "phase": Phase.SEARCH,
        "generation": 1,
        "target": None,
        "timeout_ms": None,
        "patience": None,
        "halted_ms": None,
        "direction": Direction.MAXIMIZE,
    },
    [_a_job(state) for state in (OPEN, FAILED, FAILED, FAILED)],
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_STUDIES, st.lists(_JOBS, min_size=4, max_size=4))
def test_what_is_due_is_never_overlooked(
    db: Database, study: StudyRecord, columns: dict[str, object], states: list[dict[str, object]]
) -> None:
    """Whatever jobs a study has, what is said of them without reading them is enough to see that
    something may be due, and nothing else is."""
    asked = replace(study, **columns, started_ms=0)  # type: ignore[arg-type]  # drawn for each
    with db.transaction() as tx:
        first, *_ = jobs.of_study(tx, study.id)
        for job_id, state in enumerate(states, first.id):
            # The baseline, without which there is no study, is of its search; and a study is only
            # extended when all of its jobs have ended.
            phase = Phase.SEARCH if job_id == first.id else state["phase"]
            ended = JobState(str(state["state"])).is_final
            generation = state["generation"] if ended else asked.generation
            fixed = {"phase": phase, "generation": generation}
            tx.execute(sa.update(jobs_table).filter_by(id=job_id).values({**state, **fixed}))
        tx.execute(sa.update(studies_table).filter_by(id=study.id).values(columns))
        _, known, _ = job_summaries.of_phase(tx, study.name, FAILURES_IN_A_ROW) or pytest.fail(
            "none"
        )
        step = decide(asked, jobs.of_study(tx, study.id), _NOW_MS)
    assert step is None or may_be_due(asked, known, _NOW_MS)


@on("sqlite")
def test_nothing_is_read_where_nothing_is_due(
    db: Database, study: StudyRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many jobs a study has, an ending that leads to nothing reads none of them."""
    job, lease = claim_next(db, study)
    with db.transaction() as tx:
        columns = {"trial_id": job.id, "trial_number": 0, "params": {"x": 0.5}}
        jobs.write(tx, lease, **columns, state=SUCCEEDED, score=0.5, loss=1.0)
    monkeypatch.delattr(jobs, "of_study")
    assert advance(db, study.name).phase == Phase.SEARCH


def test_at_its_total_timeout_a_study_stops_and_is_gone_on_with(
    db: Database, study: StudyRecord
) -> None:
    """What runs is cancelled. Extended to the same total it goes on, with another limit or none, and with all
    seeds that were asked for; said again, that changes nothing."""
    _end_all(db, study)
    assert advance(db, "toy").phase == Phase.SELECT
    _, lease = claim_next(db, study)
    with db.transaction() as tx:
        late = {"total_timeout_ms": 1, "started_ms": 1, "fitting_seeds": 2}
        tx.execute(sa.update(studies_table).values(**late))
    stopped = advance(db, "toy")
    assert (stopped.phase, stopped.reason) == (
        Phase.STOPPED, "its total timeout of 0.001 s came in select, before a verdict"
    )  # fmt: skip
    assert set(_states(_of_phase(db, study, Phase.SELECT))) == {CANCELLED}
    with pytest.raises(LeaseLost), db.transaction() as tx:
        jobs.write(tx, lease, epoch=1)
    for _ in range(2):
        again = extend(db, "toy", Budget(trials=4, total_timeout_seconds=60.0))
        assert (again.phase, again.generation, again.total_timeout_ms) == (Phase.SEARCH, 2, 60_000)
        assert (again.started_ms, again.fitting_seeds) == (None, None)
    assert advance(db, "toy").phase == Phase.SELECT


def test_how_many_seeds_fit_is_noted_with_the_final_phase(db: Database, study: StudyRecord) -> None:
    """Before any of them is trained; whoever asks later plans with as many."""
    _end_all(db, study)
    advance(db, "toy")
    _end_all(db, study)
    with db.transaction() as tx:
        now_ms = studies.clock_ms(tx)
        tx.execute(sa.update(jobs_table).values(epoch=8, epoch_seconds=100.0, device_seconds=800.0))
        asked = {"total_timeout_ms": 600_000, "started_ms": now_ms - 300_000, "final_seeds": 9}
        tx.execute(sa.update(studies_table).values(**asked))
    final = advance(db, "toy")
    assert (final.phase, final.final_seeds, final.fitting_seeds) == (Phase.FINAL, 9, 2)
    assert len(_of_phase(db, study, Phase.FINAL)) == 2 * 2 * 2


def test_who_writes_the_end_tells_it(db: Database, study: StudyRecord) -> None:
    """Once, and nobody else does, nor what was before it."""
    told: list[StudyRecord] = []
    for phase in (Phase.SELECT, Phase.FINAL, Phase.DONE):
        _end_all(db, study)
        assert told == []
        assert advance(db, "toy", told.append).phase == phase
    assert [each.phase for each in told] == [Phase.DONE]
    advance(db, "toy", told.append)
    assert len(told) == 1
