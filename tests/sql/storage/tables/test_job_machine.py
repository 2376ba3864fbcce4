"""Jobs under everything that may happen to them, in any order, against a plain model of them.

The clock is moved by moving what was stored the other way. It goes in steps of 1000 s while leases
are 2500 s long and silence counts after 1500, so that no comparison is ever closer than 500 s, however slow the machine is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import Connection

from storage import schema
from storage.database import Database
from storage.errors import LeaseLost
from storage.records import BASELINE, Lease, NewJob, StudyRecord
from storage.states import AttemptState, JobState, Phase
from storage.summary_records import Rung, SearchOutline
from storage.tables import attempts, job_summaries, jobs, paused_jobs, studies, workers
from tests.support.marks import slow
from tests.support.squares import NEW_STUDY

N = 4
WORKERS = ("ann", "bob")
LEASE_SECONDS = 2500
STEP_SECONDS = 1000
NEAR_SECONDS = 400
RUNGS = 2

EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# Each time others, and a server takes longer for one.
ON_SERVERS = settings(EXAMPLES, max_examples=12)


@dataclass
class Job:
    """What a job's row must say. Times are seconds of the machine's clock."""

    state: JobState = JobState.OPEN
    token: str | None = None
    expires: int | None = None
    worker: str | None = None
    has_trial: bool = False
    attempts: int = 0
    losses: int = 0
    exhaustions: int = 0
    epoch: int = 0
    reason: str | None = None
    rung: int = 0
    values: dict[int, float] = field(default_factory=dict, compare=False)
    """What it was compared by at each rung that it came to."""
    is_told: bool = field(default=False, compare=False)
    """Who has it is to end it, and trains nothing."""

    def end(self, state: JobState) -> None:
        self.state, self.token, self.expires, self.is_told = state, None, None, False


class JobMachine(RuleBasedStateMachine):
    """Workers, an operator and a clock, each doing as they like with the jobs of one study."""

    leases: Bundle[Lease] = Bundle("leases")

    def __init__(self, db: Database) -> None:
        super().__init__()
        self._db = db
        self._now = 0
        self._halted = False
        self._takeover_after: int | None = None
        self._seen = dict.fromkeys(WORKERS, 0)
        self._jobs: dict[int, Job] = {}
        self._epochs = 0

    @initialize(has_trial=st.booleans())
    def begin(self, has_trial: bool) -> None:
        with self._db.transaction() as tx:
            tx.execute(sa.delete(schema.studies))
            tx.execute(sa.delete(schema.workers))
            self._study: StudyRecord = studies.add(tx, NEW_STUDY)
            jobs.add(tx, self._study, [NewJob(Phase.SEARCH, number, number) for number in range(N)])
            for worker in WORKERS:
                workers.join(tx, worker, "host", 1, [], {}, "a machine", LEASE_SECONDS)
            self._jobs = {job.id: Job() for job in jobs.of_study(tx, self._study.id)}
            if has_trial:  # else there is but one job to be had for a long time
                baseline = min(self._jobs)
                self._jobs[baseline].has_trial = True
                of_it = schema.jobs.c.id == baseline
                tx.execute(sa.update(schema.jobs).where(of_it).values(trial_id=-baseline))

    # What a worker does.

    @rule(
        target=leases,
        worker=st.sampled_from(WORKERS),
        avoided=st.sets(st.integers(0, N - 1), max_size=1),
        due=st.none() | st.integers(0, N - 1),
    )
    def claim(self, worker: str, avoided: set[int], due: int | None) -> Any:
        avoid = {list(self._jobs)[number] for number in avoided}
        due = None if due is None else list(self._jobs)[due]
        expected = self._next_job(avoid, due)
        with self._db.transaction() as tx:
            claimed = jobs.claim(tx, self._study.id, worker, LEASE_SECONDS, "cpu:0", avoid, due)
        if claimed is None:
            assert expected is None
            return multiple()
        record, lease = claimed
        assert record.id == lease.job_id == expected
        job = self._jobs[record.id]
        job.losses += job.state == JobState.LEASED
        job.rung += job.state == JobState.PAUSED
        job.is_told = False
        job.state, job.token, job.worker = JobState.LEASED, lease.token, worker
        job.expires, job.attempts = self._now + LEASE_SECONDS, job.attempts + 1
        return lease

    @rule(some=st.sets(leases))
    def renew(self, some: set[Lease]) -> None:
        held = {lease for lease in some if self._holds(lease)}
        with self._db.transaction() as tx:
            assert jobs.renew(tx, list(some), LEASE_SECONDS) == held
        for lease in held:
            self._jobs[lease.job_id].expires = self._now + LEASE_SECONDS

    @rule(lease=leases)
    def report(self, lease: Lease) -> None:
        self._epochs += 1
        if self._under(lease, lambda tx: jobs.write(tx, lease, epoch=self._epochs)):
            self._jobs[lease.job_id].epoch = self._epochs

    @rule(lease=leases, value=st.sampled_from([0.1, 0.2, 0.3]))
    def come_to_rung(self, lease: Lease, value: float) -> None:
        job = self._jobs[lease.job_id]
        columns = {"rung": job.rung, "rung_value": value}
        if self._under(lease, lambda tx: jobs.write(tx, lease, **columns)):
            job.values[job.rung] = value

    @rule(lease=leases)
    def pause(self, lease: Lease) -> None:
        job = self._jobs[lease.job_id]
        if not job.has_trial or job.rung not in job.values:
            return  # nobody pauses before
        if self._under(lease, lambda tx: paused_jobs.pause(tx, lease)):
            self._jobs[lease.job_id].end(JobState.PAUSED)

    @rule(target=leases, worker=st.sampled_from(WORKERS))
    def take(self, worker: str) -> Any:
        paused = [number for number, job in self._jobs.items() if job.state == JobState.PAUSED]
        with self._db.transaction() as tx:
            taken = paused_jobs.take(tx, self._study.id, worker, LEASE_SECONDS)
        if taken is None:
            assert self._halted or not paused
            return multiple()
        record, lease = taken
        assert record.id == paused[0] and not self._halted
        job = self._jobs[record.id]
        job.state, job.token, job.worker = JobState.LEASED, lease.token, worker
        job.expires, job.is_told = self._now + LEASE_SECONDS, True
        return lease

    @rule(lease=leases)
    def begin_trial(self, lease: Lease) -> None:
        if self._under(lease, lambda tx: jobs.write(tx, lease, trial_id=-lease.job_id)):
            self._jobs[lease.job_id].has_trial = True

    @rule(lease=leases, state=st.sampled_from([state for state in JobState if state.is_final]))
    def complete(self, lease: Lease, state: JobState) -> None:
        if self._under(lease, lambda tx: jobs.write(tx, lease, state=state)):
            self._jobs[lease.job_id].end(state)

    @rule(
        lease=leases,
        loss=st.sampled_from([None, "killed", "out of memory"]),
        crowded=st.booleans(),
    )
    def release(self, lease: Lease, loss: str | None, crowded: bool) -> None:
        if self._under(lease, lambda tx: jobs.release(tx, lease, loss=loss, crowded=crowded)):
            job = self._jobs[lease.job_id]
            job.end(JobState.OPEN)
            if loss is not None:
                job.reason = loss
                job.exhaustions += crowded
                job.losses += not crowded

    @rule(worker=st.sampled_from(WORKERS))
    def see(self, worker: str) -> None:
        if max(self._seen.values()) < self._now - workers.SILENCE * LEASE_SECONDS:
            self._takeover_after = self._now + LEASE_SECONDS
        self._seen[worker] = self._now
        with self._db.transaction() as tx:
            workers.see(tx, worker, LEASE_SECONDS)

    # What happens to it.

    @rule(worker=st.sampled_from(WORKERS))
    def die(self, worker: str) -> None:
        lost = [
            job
            for job in self._jobs.values()
            if job.worker == worker and job.state == JobState.LEASED
        ]
        with self._db.transaction() as tx:
            assert jobs.release_of_dead(tx, worker, f"{worker} died") == len(lost)
        for job in lost:
            job.end(JobState.OPEN)
            job.losses, job.reason = job.losses + 1, f"{worker} died"

    @rule(steps=st.sampled_from([-2, -1, 1, 2, 2, 3]))
    def move_clock(self, steps: int) -> None:
        self._now += steps * STEP_SECONDS
        with self._db.transaction() as tx:
            for column in (
                schema.jobs.c.lease_expires_ms,
                schema.studies.c.takeover_after_ms,
                schema.workers.c.seen_ms,
            ):
                moved = column - steps * STEP_SECONDS * 1000
                tx.execute(sa.update(column.table).values({column: moved}))

    @rule(returns=st.sampled_from(WORKERS))
    def be_away(self, returns: str) -> None:
        """The database comes back after all leases have expired, and a worker before the others."""
        self.move_clock(2)
        self.see(returns)

    @rule(states=st.sampled_from([[JobState.OPEN], [JobState.LEASED], [JobState.PAUSED]]))
    def cancel(self, states: list[JobState]) -> None:
        of_these = [job for job in self._jobs.values() if job.state in states]
        with self._db.transaction() as tx:
            assert jobs.cancel(tx, self._study.id, states, "enough") == len(of_these)
        for job in of_these:
            job.end(JobState.CANCELLED)
            job.reason = "enough"

    @rule(is_halted=st.booleans())
    def halt(self, is_halted: bool) -> None:
        self._halted = is_halted
        with self._db.transaction() as tx:
            halted_ms = studies.clock_ms(tx) if is_halted else None
            studies.write(tx, self._study, halted_ms=halted_ms)

    # What holds at any time.

    @invariant()
    def rows_are_as_the_model_says(self) -> None:
        """N is N, a job has one owner or none, what has ended stays so, and all counts are right:
        for the model has it so, and the rows are its."""
        with self._db.reading() as tx:
            rows = tx.execute(sa.select(schema.jobs).order_by(schema.jobs.c.id)).all()
            now_ms = studies.clock_ms(tx)
            takeover_after_ms = tx.scalar(sa.select(schema.studies.c.takeover_after_ms))
            made = attempts.of_study(tx, self._study.id)
            outline = job_summaries.of_search(tx, self._study.id, RUNGS)

        def is_at(stored_ms: int | None, at: int | None) -> bool:
            if stored_ms is None or at is None:
                return stored_ms is at
            return abs((stored_ms - now_ms) / 1000 - (at - self._now)) < NEAR_SECONDS

        assert outline == self._outline()
        assert is_at(takeover_after_ms, self._takeover_after)
        assert [row.id for row in rows] == list(self._jobs)
        for row, job in zip(rows, self._jobs.values(), strict=True):
            assert is_at(row.lease_expires_ms, job.expires)
            found = Job(
                JobState(row.state), row.token, job.expires, row.worker_id,
                row.trial_id is not None, row.attempts, row.losses, row.exhaustions, row.epoch,
                row.reason, row.rung,
            )  # fmt: skip
            assert found == job
            assert (row.token is not None) == (job.state == JobState.LEASED)
            assert (row.ended_ms is not None) == job.state.is_final
            at_it = [each for each in made if each.job_id == row.id]
            assert len(at_it) == job.attempts
            run = [each.worker_id for each in at_it if each.state == AttemptState.RUNNING]
            is_trained = job.state == JobState.LEASED and not job.is_told
            assert run == ([job.worker] if is_trained else [])

    def _outline(self) -> SearchOutline:
        _, *others = self._jobs.values()
        at_work = (JobState.OPEN, JobState.LEASED)
        unbegun = [job for job in others if job.state == JobState.OPEN and not job.has_trial]
        return SearchOutline(
            is_ending=False,
            unbegun=len(unbegun),
            working=sum(job.state in at_work for job in others) - len(unbegun),
            complete=sum(job.state == JobState.SUCCEEDED for job in others),
            is_unfinished=any(job.state in at_work for job in self._jobs.values()),
            rungs=tuple(map(self._rung, range(RUNGS))),
        )

    def _rung(self, rung: int) -> Rung:
        reached = sorted(
            (job.values[rung], number) for number, job in self._jobs.items() if rung in job.values
        )
        waits = [
            place
            for place, (_, number) in enumerate(reached)
            if (job := self._jobs[number]).state == JobState.PAUSED and job.rung == rung
        ]
        if not waits:
            return Rung(len(reached))
        return Rung(len(reached), reached[waits[0]][1], waits[0])

    def _next_job(self, avoid: set[int], due: int | None) -> int | None:
        """The oldest whose lease has expired, else what is due, else the oldest that is open."""
        baseline, *_ = self._jobs.values()
        baseline_waits = not baseline.has_trial and not baseline.state.is_final
        in_grace = self._takeover_after is not None and self._takeover_after > self._now
        if self._halted:
            return None
        found: dict[bool, list[int]] = {True: [], False: []}
        found_due: list[int] = []
        for index, (number, job) in enumerate(self._jobs.items()):
            is_expired = job.expires is not None and job.expires < self._now and not in_grace
            is_gated = index != BASELINE and baseline_waits
            if is_gated or number in avoid:
                continue
            if is_expired or job.state == JobState.OPEN:
                found[is_expired].append(number)
            elif job.state == JobState.PAUSED and number == due:
                found_due.append(number)
        return next(iter(found[True] + found_due + found[False]), None)

    def _holds(self, lease: Lease) -> bool:
        return self._jobs[lease.job_id].token == lease.token

    def _under(self, lease: Lease, write: Callable[[Connection], None]) -> bool:
        """Whether the lease was still held; if it was not, the write must be refused."""
        try:
            with self._db.transaction() as tx:
                write(tx)
        except LeaseLost:
            assert not self._holds(lease)
            return False
        assert self._holds(lease)
        return True


@slow("tries thousands of steps")
def test_whatever_happens_to_jobs(db: Database) -> None:
    """Whatever workers, operators and clocks do, in any order, with leases that are held or long
    lost: the rows are those of the model."""

    class Machine(JobMachine):
        def __init__(self) -> None:
            super().__init__(db)

    is_server = db.url.get_backend_name() != "sqlite"
    run_state_machine_as_test(Machine, settings=ON_SERVERS if is_server else EXAMPLES)
