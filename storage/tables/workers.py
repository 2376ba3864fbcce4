"""Workers: the supervisors that were seen. Every function runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.errors import OtherMachine
from storage.records import WorkerRecord
from storage.schema import attempts, jobs, studies, workers

LONGEST_SILENCE_MS = 3_600_000
SILENCE = 0.6
"""The part of a lease after which it is the database that was away, if nobody was seen. Less than
every lease has left when the database goes away, or holders that live would lose their jobs; more
than workers ever let pass between two renewals."""


def join(
    tx: Connection,
    worker_id: str,
    host: str,
    pid: int,
    slots: Sequence[str],
    provenance: Mapping[str, Any],
    machine: str,
    lease_seconds: float,
) -> None:
    """Notes a supervisor that starts; see `see`.

    Raises:
        OtherMachine: on SQLite, where workers of another machine are at it.
    """
    if tx.dialect.name == "sqlite":
        _refuse_other_machines(tx, machine, lease_seconds)
    _note_silence(tx, lease_seconds)
    tx.execute(
        sa.insert(workers).values(
            id=worker_id,
            host=host,
            pid=pid,
            slots=list(slots),
            provenance=dict(provenance),
            machine=machine,
            started_ms=now_ms(),
            seen_ms=now_ms(),
        )
    )


def see(tx: Connection, worker_id: str, lease_seconds: float, usage: Any = None) -> None:
    """Notes that a supervisor is alive, and what its devices do where that is given. If nobody was seen for most of a lease, the database was
    away: then none is taken over for the length of a lease, in which all others come back."""
    _note_silence(tx, lease_seconds)
    seen = {"seen_ms": now_ms()} | ({} if usage is None else {"usage": usage})
    tx.execute(sa.update(workers).where(workers.c.id == worker_id).values(**seen))


def leave(tx: Connection, worker_id: str) -> None:
    """Notes that a supervisor ended in order."""
    tx.execute(
        sa.update(workers)
        .where(workers.c.id == worker_id)
        .values(left_ms=now_ms(), seen_ms=now_ms())
    )


def of_study(tx: Connection, study_id: int) -> list[WorkerRecord]:
    """The workers that hold or held a job of the study, longest known first."""
    of_study = jobs.c.study_id == study_id
    attempted = sa.select(attempts.c.worker_id).join(jobs, jobs.c.id == attempts.c.job_id)
    held = sa.union(
        sa.select(jobs.c.worker_id).where(of_study), attempted.where(of_study)
    ).subquery()
    rows = tx.execute(
        sa.select(workers).where(workers.c.id.in_(sa.select(held))).order_by(workers.c.started_ms)
    )
    return [WorkerRecord.from_row(row) for row in rows]


def everyone(tx: Connection) -> list[WorkerRecord]:
    """The workers that have not left, longest known first. One that was silent for an hour is not
    among them: it died without a word."""
    is_known = sa.and_(
        workers.c.left_ms.is_(None), workers.c.seen_ms > now_ms() - LONGEST_SILENCE_MS
    )
    rows = tx.execute(sa.select(workers).where(is_known).order_by(workers.c.started_ms))
    return [WorkerRecord.from_row(row) for row in rows]


def _refuse_other_machines(tx: Connection, machine: str, lease_seconds: float) -> None:
    # A file system that is shared without looking like it: of a virtual machine, of a container.
    alive = sa.and_(
        workers.c.left_ms.is_(None), workers.c.seen_ms > now_ms() - round(lease_seconds * 1000)
    )
    other = tx.scalar(sa.select(workers.c.host).where(alive, workers.c.machine != machine).limit(1))
    if other is not None:
        raise OtherMachine(
            f"a worker of another machine ({other}) uses this SQLite file, which serves one machine"
            " only",
            "stop that worker, or use postgresql:// or mysql:// for several machines",
        )


def _note_silence(tx: Connection, lease_seconds: float) -> None:
    lease_ms = round(lease_seconds * 1000)
    silence_ms = round(SILENCE * lease_ms)
    last_seen = sa.select(sa.func.max(workers.c.seen_ms)).scalar_subquery()
    tx.execute(
        sa.update(studies)
        .where(last_seen < now_ms() - silence_ms, studies.c.ended_ms.is_(None))
        .values(takeover_after_ms=now_ms() + lease_ms)
    )


def count_alive(tx: Connection, silent_seconds: float) -> int:
    """How many workers have not left, and were seen within these seconds."""
    is_alive = sa.and_(
        workers.c.left_ms.is_(None), workers.c.seen_ms > now_ms() - round(silent_seconds * 1000)
    )
    return tx.scalar(sa.select(sa.func.count()).select_from(workers).where(is_alive)) or 0
