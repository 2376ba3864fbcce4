"""Studies: named runs of a definition. Every function runs in the caller's transaction."""

import uuid
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock import now_ms
from storage.errors import DataMismatch, StudyNotFound, StudyRemoved
from storage.records import NewStudy, StudyRecord
from storage.schema import jobs, studies
from storage.states import Direction, JobState, Phase
from storage.summary_records import Demand, JobTally

HOUR_MS = 3_600_000
MOST_NAMED = 10
"""Of the studies that there are, where one is not."""


def add(tx: Connection, new: NewStudy, study_uuid: str | None = None) -> StudyRecord:
    """Inserts a study in its search phase, without jobs."""
    tx.execute(
        sa.insert(studies).values(
            **asdict(new),
            uuid=study_uuid or str(uuid.uuid4()),
            generation=1,
            phase=Phase.SEARCH,
            created_ms=now_ms(),
        )
    )
    return get(tx, new.name)


def find(tx: Connection, name: str) -> StudyRecord | None:
    """The study of that name.

    Raises:
        StudyRemoved: it is being removed, or made.
    """
    study = _find(tx, name)
    if study is not None and study.phase is Phase.REMOVED:
        if study.reason is not None:
            raise StudyRemoved(
                f"study '{name}' is not there: {study.reason}",
                f"`hpo remove {name}` takes away what there is",
            )
        raise StudyRemoved(
            f"study '{name}' is being removed", f"`hpo remove {name}` goes on with that"
        )
    return study


def exists(tx: Connection, study: StudyRecord) -> bool:
    """Whether there is still anything of the study, also one that is being removed."""
    return tx.scalar(sa.select(studies.c.id).where(studies.c.uuid == study.uuid)) is not None


def every(tx: Connection) -> list[StudyRecord]:
    """All studies, the newest first."""
    rows = tx.execute(
        sa.select(studies).where(studies.c.phase != Phase.REMOVED).order_by(studies.c.id.desc())
    )
    return [StudyRecord.from_row(row) for row in rows]


def names(tx: Connection) -> list[str]:
    """Those of all studies, by the alphabet."""
    there_are = sa.select(studies.c.name).where(studies.c.phase != Phase.REMOVED)
    return list(tx.scalars(there_are.order_by(studies.c.name)))


def name_of(tx: Connection, study_uuid: str) -> str | None:
    """What a study is called now; None where it is gone."""
    return tx.scalar(sa.select(studies.c.name).where(studies.c.uuid == study_uuid))


def rename(tx: Connection, study: StudyRecord, name: str) -> StudyRecord:
    """Gives a locked study another name, also where others say that their searches began with it.

    Raises:
        IntegrityError: there is one of that name.
    """
    # An older one began with another study that had this name once.
    began_with_it = sa.and_(studies.c.source == study.name, studies.c.id > study.id)
    tx.execute(sa.update(studies).where(began_with_it).values(source=name))
    return write(tx, study, name=name)


def get_by_id(tx: Connection, study_id: int) -> StudyRecord:
    """The study of that id, which there must be."""
    row = tx.execute(sa.select(studies).where(studies.c.id == study_id)).one()
    return StudyRecord.from_row(row)


def demands(tx: Connection, name: str | None = None) -> list[Demand]:
    """What there is to do: of the study of that name, else of all that are not over.

    Raises:
        StudyNotFound: there is none of that name.
    """
    of_study = jobs.c.study_id == studies.c.id
    leased = sa.and_(of_study, jobs.c.state == JobState.LEASED)
    expired = sa.and_(leased, jobs.c.lease_expires_ms < now_ms())
    rows = tx.execute(
        sa.select(
            studies,
            sa.select(sa.func.count()).where(leased).scalar_subquery().label("leased"),
            sa.exists()
            .where(of_study, jobs.c.state.in_([JobState.OPEN, JobState.PAUSED]))
            .label("waits_open"),
            sa.exists().where(expired).label("waits_expired"),
        )
        .where(studies.c.ended_ms.is_(None) if name is None else studies.c.name == name)
        .where(studies.c.phase != Phase.REMOVED)
        .order_by(studies.c.id)
    ).all()
    if name is not None and not rows:
        get(tx, name)
    return [
        Demand(StudyRecord.from_row(row), row.leased, row.waits_open or row.waits_expired)
        for row in rows
    ]


def get(tx: Connection, name: str) -> StudyRecord:
    """The study of that name.

    Raises:
        StudyNotFound: there is none; the message names those there are, and the nearest.
        StudyRemoved: it is being removed.
    """
    if (study := find(tx, name)) is not None:
        return study
    there_are = names(tx)
    known = "it holds none yet, `hpo create` makes one"
    if there_are:
        more = f" and {len(there_are) - MOST_NAMED} more" if len(there_are) > MOST_NAMED else ""
        known = f"it holds {', '.join(there_are[:MOST_NAMED])}{more}"
    if near := get_close_matches(name, there_are, 1):
        known = f"did you mean '{near[0]}'? {known}"
    raise StudyNotFound(f"the database has no study '{name}'", known)


def lock(tx: Connection, name: str) -> StudyRecord:
    """The study, its row locked to the end of the transaction: one phase change at a time.

    Raises:
        StudyNotFound, StudyRemoved
    """
    _lock(tx, name)
    return get(tx, name)


def is_as(tx: Connection, study: StudyRecord, phase: Phase, reason: str) -> bool:
    """Whether that study stands so, its row locked if it does."""
    stands = sa.and_(
        studies.c.uuid == study.uuid, studies.c.phase == phase, studies.c.reason == reason
    )
    return tx.execute(sa.select(studies.c.id).where(stands).with_for_update()).first() is not None


def lock_to_remove(tx: Connection, name: str) -> StudyRecord:
    """The same of one that may be being removed.

    Raises:
        StudyNotFound
    """
    _lock(tx, name)
    return _find(tx, name) or get(tx, name)


def write(tx: Connection, study: StudyRecord, **columns: Any) -> StudyRecord:
    """Writes columns of a locked study's row; returns it as it then stands."""
    if (phase := columns.get("phase")) is not None:
        columns["ended_ms"] = now_ms() if Phase(phase).is_over else None
    tx.execute(sa.update(studies).where(studies.c.id == study.id).values(**columns))
    return get_by_id(tx, study.id)


def remove(tx: Connection, study: StudyRecord) -> None:
    """Deletes the study with all that is known of its jobs; the seal of its holdouts stays."""
    tx.execute(sa.delete(studies).where(studies.c.uuid == study.uuid))


def halt(tx: Connection, study: StudyRecord) -> StudyRecord:
    """Notes that a locked study is not to be worked on."""
    return write(tx, study, halted_ms=now_ms())


def start(tx: Connection, study: StudyRecord) -> None:
    """Notes when work on the study began; the first to call this sets it."""
    tx.execute(
        sa.update(studies)
        .where(studies.c.id == study.id, studies.c.started_ms.is_(None))
        .values(started_ms=now_ms())
    )


def choose_precision(tx: Connection, study: StudyRecord, precision: str, reason: str) -> bool:
    """Notes the precision that a study is trained in; the first to call this sets it, and is told so."""
    unset = sa.and_(studies.c.id == study.id, studies.c.precision.is_(None))
    chosen = {"precision": precision, "precision_reason": reason}
    return tx.execute(sa.update(studies).where(unset).values(chosen)).rowcount == 1


def agree_on_data(tx: Connection, study: StudyRecord, sha256: str) -> None:
    """Notes the hash of the data a study is trained on; the first to call this sets it.

    Raises:
        DataMismatch: it is set, and another.
    """
    tx.execute(
        sa.update(studies)
        .where(studies.c.id == study.id, studies.c.data_sha256.is_(None))
        .values(data_sha256=sha256)
    )
    refuse_other_data(tx, study, sha256)


def refuse_other_data(tx: Connection, study: StudyRecord, sha256: str) -> None:
    """Only looks: at a study that was trained.

    Raises:
        DataMismatch: on other data; where nothing is known of it, nothing is refused.
    """
    known = data_sha256(tx, study)
    if known is not None and known != sha256:
        raise DataMismatch(
            f"this machine's data ({sha256[:12]}) is not that of study '{study.name}'"
            f" ({str(known)[:12]})",
            "bring the same files here",
        )


def data_sha256(tx: Connection, study: StudyRecord) -> str | None:
    """The hash of the data a study is trained on; None before anybody worked on it."""
    return tx.scalar(sa.select(studies.c.data_sha256).where(studies.c.id == study.id))


def clock_ms(tx: Connection) -> int:
    """The database's clock, in milliseconds since 1970."""
    return int(tx.execute(sa.select(now_ms())).scalar_one())


def count_jobs(tx: Connection) -> list[JobTally]:
    """How many jobs of each study are in each phase and state, and what they cost; by study."""
    has_trial_ended = sa.and_(
        jobs.c.phase == Phase.SEARCH,
        jobs.c.started_ms.is_not(None),
        jobs.c.ended_ms > now_ms() - HOUR_MS,
    )
    best = sa.case((sa.and_(jobs.c.state == JobState.SUCCEEDED, jobs.c.is_feasible), jobs.c.score))
    rows = tx.execute(
        sa.select(
            studies.c.name.label("study"),
            jobs.c.phase,
            jobs.c.state,
            sa.func.count().label("number"),
            sa.func.sum(jobs.c.device_seconds).label("device_seconds"),
            sa.func.sum(jobs.c.energy_joules).label("energy_joules"),
            # A sum is a decimal in MySQL.
            sa.cast(sa.func.sum(sa.case((has_trial_ended, 1), else_=0)), sa.Integer).label(
                "trials_last_hour"
            ),
            sa.case(
                (studies.c.direction == Direction.MINIMIZE, sa.func.min(best)),
                else_=sa.func.max(best),
            ).label("best_score"),
        )
        .join(studies, studies.c.id == jobs.c.study_id)
        .where(studies.c.phase != Phase.REMOVED)
        .group_by(studies.c.name, studies.c.direction, jobs.c.phase, jobs.c.state)
        .order_by(studies.c.name, jobs.c.phase, jobs.c.state)
    )
    return [JobTally.from_row(row) for row in rows]


def _find(tx: Connection, name: str) -> StudyRecord | None:
    row = tx.execute(sa.select(studies).where(studies.c.name == name)).one_or_none()
    return StudyRecord.from_row(row) if row else None


def _lock(tx: Connection, name: str) -> None:
    tx.execute(sa.select(studies.c.id).where(studies.c.name == name).with_for_update())
