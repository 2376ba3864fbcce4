"""The Optuna side of a search job: its trial is created, suggested, reported, judged and told.

Neither `Study.ask` nor `enqueue_trial` is used: trials that wait have no lease, and every write
here is made under the lease of the job, in one commit with its row (storage.tables.trials).
"""

import copy
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import optuna
from optuna.pruners import BasePruner, NopPruner, PercentilePruner
from optuna.study._constrained_optimization import _CONSTRAINTS_KEY as CONSTRAINTS
from optuna.study._constrained_optimization import _get_feasible_trials
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy.engine import Connection

from hpo.provenance import Provenance
from hpo.search import optuna_study, rungs, samplers
from hpo.search.optuna_study import OURS, UUID_ATTRIBUTE
from hpo.search.promotion import Advice
from hpo.search.proposals import distributions, propose
from hpo.search.trial_history import PrunersStudy, SamplersStudy
from hpo.search.warm_start import as_history
from storage.database import Database
from storage.errors import ParamsTaken
from storage.optuna_trial_cache import History
from storage.records import BASELINE, EarlierTrial, JobRecord, Lease, StudyRecord
from storage.states import JobState, Pruner
from storage.tables import earlier_trials, jobs, paused_jobs, trials
from storage.tables.trials import NewTrial, Param
from studies.space import Params, Space
from studies.space_points import fix, is_whole

JOB_ATTRIBUTE = f"{OURS}job"
REASON_ATTRIBUTE = f"{OURS}reason"
PROVENANCE_ATTRIBUTE = f"{OURS}provenance"
RESUMED_ATTRIBUTE = f"{OURS}resumed_across"
MOST_HELD = 256
"""More than a machine trains at once. One that is dropped is read again when it is asked for."""

log = logging.getLogger(__name__)
S = TypeVar("S", bound=optuna.Study)

_TRIAL_STATES = {
    JobState.SUCCEEDED: TrialState.COMPLETE,
    JobState.PRUNED: TrialState.PRUNED,
    # Not FAIL: the sampler ignores failed trials and would suggest the region again.
    JobState.DIVERGED: TrialState.PRUNED,
    JobState.FAILED: TrialState.FAIL,
}


@dataclass(frozen=True)
class Ending:
    """How a job ended: the state it goes to, with what was measured or why."""

    state: JobState
    score: float | None = None
    loss: float | None = None
    reason: str | None = None
    scores: tuple[float, ...] = ()
    """All of them, where there are several."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What else a training told of its last epoch; its trial keeps that."""
    constraints: Mapping[str, float] = field(default_factory=dict)
    """How far beyond its bounds that is."""

    @property
    def columns(self) -> dict[str, object]:
        """What is written to the job's row. A score that was reported stays where none is given."""
        written: dict[str, object] = {"state": self.state, "loss": self.loss, "reason": self.reason}
        if self.scores:
            written["scores"] = list(self.scores)
        return written if self.score is None else written | {"score": self.score}


class Trials:
    """The trials of one study. Every method raises DatabaseUnavailable where the database does
    not answer, and those that write raise LeaseLost where the lease is lost. Making this, and
    `begin`, raise StudyMismatch where Optuna's study is gone."""

    def __init__(self, db: Database, study: StudyRecord, provenance: Provenance) -> None:
        self._db = db
        self._made_by = provenance.model_dump(mode="json")
        self.study = study
        """As it was when this was made."""
        self._epochs = study.epochs
        self._held: dict[int, tuple[str, FrozenTrial]] = {}
        self._earlier: list[EarlierTrial] | None = None
        with db.translated():
            self._storage = History(db, grows=study.epochs is None)
            self._study = self._load(PrunersStudy, pruner=_make_pruner(study))
            if self._study.user_attrs.get(UUID_ATTRIBUTE) != study.uuid:
                raise optuna_study.gone(study)

    def begin(self, job: JobRecord, lease: Lease, space: Space) -> JobRecord:
        """Creates the job's trial with all its parameters, which then stand in the job's row too, or
        goes on with the one it has; returns that row."""
        while job.trial_id is None:
            with self._db.translated():
                params, newest_id = self._choose(job, space)
            with suppress(ParamsTaken):
                return self._create(job, lease, params, space, newest_id)
        return job

    def _choose(self, job: JobRecord, space: Space) -> tuple[Params, int | None]:
        """What a job is to train, and the newest trial, by Optuna's id, in sight of which that was
        chosen; None where it was given, as to the baseline, or to a trial that is run again."""
        given = job.params
        if given is not None and is_whole(space, given):
            return given, None
        part = fix(fix(space, self.study.fixed), given or {})
        # A study of its own for each choice, which reads them all anew: what others found, and try.
        with self._db.reading() as tx:
            reports = paused_jobs.last_reports(tx, job.study_id)
            known = self._read_earlier(tx, space)
            known["given"] = jobs.given(tx, job.study_id)
        study = self._load(SamplersStudy, reports=reports, **known)
        sampler = samplers.make_sampler(self.study, part, job.configuration)
        seed = samplers.seed_of(self.study, job.configuration)
        return propose(study, sampler, part, seed), study.newest_id

    def _read_earlier(self, tx: Connection, space: Space) -> dict[str, Any]:
        """Of another study, where the search began with what that found."""
        if self.study.source is None:
            return {}
        score = earlier_trials.score_of_baseline(tx, self.study)
        known = self._earlier_trials(tx)
        return {"earlier": as_history(known, space, self.study.baseline, score)}

    def _earlier_trials(self, tx: Connection) -> list[EarlierTrial]:
        if self._earlier is None:  # it stays as it was when the study was made
            self._earlier = earlier_trials.of_study(tx, self.study) if self.study.source else []
        return self._earlier

    def report(
        self, job: JobRecord, lease: Lease, epoch: int, value: float, loss: float | None = None,
        *, resumable: bool = False, **columns: float,
    ) -> Advice:  # fmt: skip
        """Writes the value once, and `columns` of the job's row, and says what is to become of the
        trial, which is paused only where it is `resumable`.

        A step that was reported before, by a worker that was lost, is not written again.
        """
        assert job.trial_id is not None
        here = columns | rungs.value_at(self.study, job, epoch, value, loss)
        with self._db.translated():
            trial = self._read(job.trial_id, lease)
            reported = trial.intermediate_values
            if epoch not in reported:
                write = partial(trials.report, step=epoch, value=value)
                # An objective may report its steps in any order.
                last = max(job.epoch, epoch)
                self._write(job.trial_id, lease, write, epoch=last, score=value, **here)
                reported[epoch] = value
            else:
                if reported[epoch] != value:
                    log.warning(
                        "trial %s, epoch %s gave %s when trained again, not %s as reported",
                        job.trial_number, epoch, value, reported[epoch],
                    )  # fmt: skip
                if columns:
                    with self._db.transaction() as tx:
                        jobs.write(tx, lease, **columns)
            advice = self._judge(replace(job, epoch=max(job.epoch, epoch)), trial, epoch)
        if advice is Advice.GO_ON:
            return rungs.compare(self._db, self.study, job, lease, epoch, resumable=resumable)
        return advice

    def judge(self, job: JobRecord) -> Advice:
        """What the pruner says of the trial as reported so far. The baseline is what all else is
        measured against: it is never pruned. A trial that has come to its end is complete, wherever
        it stands."""
        if job.trial_id is None:
            return Advice.GO_ON
        with self._db.translated():
            return self._judge(job, self._storage.read_trial(job.trial_id), job.epoch)

    def resume(self, job: JobRecord, lease: Lease, epoch: int) -> Advice:
        """Whether the trial may go on after a checkpoint of that epoch: whoever wrote it at a rung may
        have been lost before the job was paused."""
        return rungs.compare(self._db, self.study, job, lease, epoch, resumable=True)

    def _read(self, trial_id: int, lease: Lease) -> FrozenTrial:
        """The trial as it was when the lease was taken, and as reported here since: nobody else
        writes it."""
        token, trial = self._held.pop(trial_id, (None, None))
        if trial is None or token != lease.token:
            trial = self._storage.read_trial(trial_id)
        self._hold(trial, lease)
        return trial

    def _hold(self, trial: FrozenTrial, lease: Lease) -> None:
        self._held[trial._trial_id] = lease.token, trial
        if len(self._held) > MOST_HELD:
            # The one that was longest not asked for; of a lease that was lost nobody asks again.
            del self._held[next(iter(self._held))]

    def _judge(self, job: JobRecord, trial: FrozenTrial, epoch: int) -> Advice:  # noqa: ARG002 - of others
        is_at_end = self._epochs is not None and job.epoch >= self._epochs
        return Advice.GO_ON if job.configuration == BASELINE or is_at_end else self._prune(trial)

    def _prune(self, trial: FrozenTrial) -> Advice:
        is_hopeless = self._study.pruner.prune(self._study, trial)
        return Advice.PRUNE if is_hopeless else Advice.GO_ON

    def end(self, job: JobRecord, lease: Lease, ending: Ending, **columns: Any) -> None:
        """Tells Optuna and ends the job, with `columns` of its row, in one commit."""
        # A job may be given up before its trial could be created.
        trial_id = job.trial_id or self._create(job, lease, {}, {}).trial_id
        assert trial_id is not None, "it was created"
        with self._db.translated():
            trial = self._read(trial_id, lease)
        values = _values(trial, ending)
        beyond = {f"{CONSTRAINTS}:{name}": value for name, value in ending.constraints.items()}
        trial._system_attrs = {**trial.system_attrs, **beyond}
        columns["is_feasible"] = bool(_get_feasible_trials([trial]))

        def write(tx: Connection, trial_id: int) -> None:
            if ending.reason is not None:
                trials.set_attribute(tx, trial_id, REASON_ATTRIBUTE, ending.reason)
            trials.add_attributes(tx, trial_id, ending.metrics)
            trials.add_attributes(tx, trial_id, beyond, is_systems=True)
            trials.end(tx, trial_id, _TRIAL_STATES[ending.state], values)

        if self._write(trial_id, lease, write, **ending.columns, **columns):
            self._storage.tell(_ended(trial, _TRIAL_STATES[ending.state], values))
        del self._held[trial_id]
        self._study.forget()

    def note_resumed_across(self, job: JobRecord, lease: Lease, across: str) -> None:
        """Notes that the job went on from a checkpoint of a machine that is not the same."""
        if (known := job.resumed_across) is not None:
            across = known if across in known else f"{known}; then {across}"
        if job.trial_id is not None:
            write = partial(trials.set_attribute, key=RESUMED_ATTRIBUTE, value=across)
            self._write(job.trial_id, lease, write, resumed_across=across)
        else:
            with self._db.transaction() as tx:
                jobs.write(tx, lease, resumed_across=across)

    def _write(
        self, trial_id: int, lease: Lease, write: Callable[[Connection, int], None], **columns: object
    ) -> bool:  # fmt: skip
        """Has `write` change the trial of that id, and changes columns of the job's row in the same commit.
        Where somebody who has no lease told Optuna that the trial has ended, it is the row alone, and then False:
        what we measure counts."""
        with self._db.transaction() as tx:
            runs = trials.lock(tx, trial_id)
            jobs.write(tx, lease, **columns)  # first: another may have written the same by now
            if runs:
                write(tx, trial_id)
        if not runs:
            log.warning("the trial of job %s was ended by somebody else", lease.job_id)
        return runs

    def _load(self, kind: type[S], **parts: Any) -> S:
        try:
            return kind(study_name=self.study.name, storage=self._storage, **parts)
        except KeyError as error:
            raise optuna_study.gone(self.study) from error

    def _create(
        self, job: JobRecord, lease: Lease, params: Params, space: Space,
        newest_id: int | None = None,
    ) -> JobRecord:  # fmt: skip
        """Gives the job's row as it then stands.

        Raises:
            ParamsTaken: a trial newer than that one has these parameters.
        """
        with self._db.transaction() as tx:
            return self._create_in(tx, job, lease, params, space, newest_id)

    def _create_in(
        self, tx: Connection, job: JobRecord, lease: Lease, params: Params, space: Space,
        newest_id: int | None = None,
    ) -> JobRecord:  # fmt: skip
        kinds = distributions({name: space[name] for name in params})
        new = NewTrial(
            {name: Param(each.to_internal_repr(params[name]), each) for name, each in kinds.items()},
            {JOB_ATTRIBUTE: job.id, PROVENANCE_ATTRIBUTE: self._made_by},
            newest_id,
        )  # fmt: skip
        chosen = {"params": dict(params)} if params else {}
        try:
            made = trials.create(tx, lease, self._study._study_id, new, **chosen)
        except KeyError as error:  # of the study
            raise optuna_study.gone(self.study) from error
        if made is None:
            return jobs.get(tx, job.id)
        begun = create_trial(
            state=TrialState.RUNNING,
            params=dict(params),
            distributions=kinds,
            user_attrs=dict(new.attributes),
        )
        begun._trial_id, begun.number = made
        self._hold(begun, lease)  # should this not be committed, that lease is nobody's
        begun_job = replace(job, trial_id=made[0], trial_number=made[1])
        return replace(begun_job, params=dict(params)) if params else begun_job


def _make_pruner(study: StudyRecord) -> BasePruner:
    """Optuna's part: with the percentile pruner a trial is hopeless if, after a quarter of the epochs,
    it stands below three quarters of the completed trials at the same epoch. Rungs are our own.

    The median is too strict a bar here: the completed are those that passed it, so it rises, and
    on a small budget nearly all later trials fall (measured: 11 of 11 after the fifth).
    """
    if study.pruner is not Pruner.PERCENTILE:
        return NopPruner()
    startup_trials = min(5, max(2, study.trials // 4))
    warmup_steps = 0 if study.epochs is None else max(1, study.epochs // 4)
    return PercentilePruner(75.0, n_startup_trials=startup_trials, n_warmup_steps=warmup_steps)


def _ended(trial: FrozenTrial, state: TrialState, values: list[float] | None) -> FrozenTrial:
    """As a history reads it: of attributes it has the constraints alone."""
    ended = copy.copy(trial)
    ended.state, ended.values, ended.datetime_complete = state, values, datetime.now()
    ended._user_attrs = {}
    ended._system_attrs = {
        key: value for key, value in trial.system_attrs.items() if key.startswith(CONSTRAINTS)
    }
    return ended


def _values(trial: FrozenTrial, ending: Ending) -> list[float] | None:
    """As Optuna itself does: a pruned trial's value is its last report, a failed one has none."""
    if ending.state is JobState.SUCCEEDED:
        assert ending.score is not None
        return list(ending.scores) or [ending.score]
    values: Mapping[int, float] = trial.intermediate_values
    if _TRIAL_STATES[ending.state] is TrialState.PRUNED and values:
        return [values[max(values)]]
    return None
