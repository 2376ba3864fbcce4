"""A study is copied, within its database or into another: a study of its own from then on."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from hpo.errors import UsageError
from hpo.search import optuna_study as beside_ours
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.search.trials import JOB_ATTRIBUTE
from hpo.transfer import unseen
from storage.connection.id_batches import in_batches
from storage.database import Database
from storage.records import ArtifactRecord, NewStudy, StudyRecord
from storage.tables import artifacts, jobs, optuna_study, studies
from storage.transfer import whole_studies, whole_trials
from storage.transfer.whole_studies import WholeStudy


@dataclass(frozen=True)
class Copied:
    """The copy as it stands; so many models and checkpoints came with it, and so many were gone or damaged."""

    study: StudyRecord
    files: int
    lost_files: int


def copy(db: Database, name: str, new: str, target: Database) -> Copied:
    """Copies the study of that name to `target`, which may be the same database, as `new`: with its trials, what
    they gave, and the models and checkpoints that are of use. The uses of its holdouts stay one use each.

    Raises:
        UsageError: somebody works on it, or the new name cannot be one.
        StudyExists: that name is taken.
        StudyNotFound, StudyMismatch, StoreUnavailable, DatabaseUnavailable
        ArtifactTooLarge: the other database does not take one of its models.
    """
    unseen.check_free(target, new)
    whole, attributes = _read(db, name)
    kept = {field.name: getattr(whole.study, field.name) for field in fields(NewStudy)}
    with unseen.made(target, NewStudy(**kept | {"name": new}), *attributes) as (study, beside):
        job_ids = _write(target, whole, study, beside)
        files = [_copy_file(db, target, study, each, job_ids) for each in whole.artifacts]
        shown = unseen.show(target, study, whole.study.phase, **whole.standing)
    return Copied(shown, sum(files), len(files) - sum(files))


def _read(db: Database, name: str) -> tuple[WholeStudy, tuple[dict[str, object], ...]]:
    with db.reading() as tx:
        study = studies.get(tx, name)
        if jobs.is_any_held(tx, study.id):
            raise UsageError(
                f"study '{name}' is being worked on", f"`hpo stop {name}` first, then copy it"
            )
        beside_ours.check(tx, study)
        found = optuna_study.find(tx, study, UUID_ATTRIBUTE)
        whole = whole_studies.read(tx, study, found)
    with db.translated():
        of_user = {} if found is None else db.optuna.get_study_user_attrs(found)
        of_system = {} if found is None else db.optuna.get_study_system_attrs(found)
    return whole, (of_user, of_system)


def _write(db: Database, whole: WholeStudy, study: StudyRecord, beside: int) -> dict[int, int]:
    """Everything but files; returns the new ids of jobs, by those that they had."""
    trial_ids: dict[int, int] = {}
    for trials in in_batches(whole.trials):
        for trial in trials:
            trial._user_attrs.pop(JOB_ATTRIBUTE, None)  # it is the number of another
        with unseen.filling(db, study) as tx:
            trial_ids |= whole_trials.add(tx, beside, trials)
    job_ids: dict[int, int] = {}
    for rows in in_batches(whole.jobs):
        with unseen.filling(db, study) as tx:
            job_ids |= whole_studies.add_jobs(tx, study.id, rows, trial_ids)
    with unseen.filling(db, study) as tx:
        whole_studies.add_rest(tx, study, whole, job_ids)
    return job_ids


def _copy_file(
    db: Database,
    target: Database,
    study: StudyRecord,
    old: ArtifactRecord,
    job_ids: Mapping[int, int],
) -> bool:
    """False where its bytes are gone or damaged: the copy is without them, as the study is."""
    with db.translated():
        content = artifacts.take(db.artifacts, old)
    if content is None:
        return False
    job_id = job_ids[old.job_id]
    new_id = f"{old.kind}-{job_id}-{uuid.uuid4()}{Path(old.id).suffix}"
    new = replace(old, id=new_id, job_id=job_id)
    with unseen.filling(target, study) as tx:
        artifacts.announce(tx, new)
    with target.translated():
        artifacts.put(target.artifacts, new.id, content)
    try:
        with unseen.filling(target, study) as tx:
            artifacts.validate(tx, new)
    except UsageError:  # its row may have gone before its bytes came
        with target.translated():
            artifacts.remove(target.artifacts, new)
        raise
    return True
