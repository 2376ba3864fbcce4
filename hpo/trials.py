"""The Optuna side of a search job: its trial is created, suggested, reported, judged and told.

Neither `Study.ask` nor `enqueue_trial` is used: trials that wait have no lease, and every write
here passes the fence of the job's lease (storage.fence).
"""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, PercentilePruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState

from hpo.history import PrunersStudy, SamplersStudy
from hpo.provenance import Provenance
from hpo.seeds import derive_seed
from storage import jobs
from storage.database import Database
from storage.errors import StudyMismatch, TrialExists
from storage.fence import fenced
from storage.history import History
from storage.records import BASELINE, JobRecord, Lease, StudyRecord
from storage.states import JobState
from studies.space import Choice, Parameter, Real, Space, Whole

UUID_ATTRIBUTE = "hpo:study"
JOB_ATTRIBUTE = "hpo:job"
REASON_ATTRIBUTE = "hpo:reason"
PROVENANCE_ATTRIBUTE = "hpo:provenance"
RESUMED_ATTRIBUTE = "hpo:resumed_across"
MAX_STARTUP_TRIALS = 10

log = logging.getLogger(__name__)
S = TypeVar("S", bound=optuna.Study)
optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", ExperimentalWarning)

_TRIAL_STATES = {
    JobState.SUCCEEDED: TrialState.COMPLETE,
    JobState.PRUNED: TrialState.PRUNED,
    JobState.FAILED: TrialState.FAIL,
}


@dataclass(frozen=True)
class Ending:
    """How a job ended: the state it goes to, with what was measured or why."""

    state: JobState
    score: float | None = None
    loss: float | None = None
    reason: str | None = None

    @property
    def columns(self) -> dict[str, object]:
        """What is written to the job's row. A score that was reported stays where none is given."""
        written: dict[str, object] = {"state": self.state, "loss": self.loss, "reason": self.reason}
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
        self._epochs = int(study.settings["epochs"])
        self._held: dict[int, tuple[str, FrozenTrial]] = {}
        with db.translated():
            self._storage = History(db)
            self._study = self._load(PrunersStudy, pruner=make_pruner(study.trials, self._epochs))
            if self._study.user_attrs.get(UUID_ATTRIBUTE) != study.uuid:
                raise StudyMismatch(
                    f"Optuna's study '{study.name}' is not the one that hpo made: another took its"
                    " name, create a study of another name"
                )

    def begin(self, job: JobRecord, lease: Lease, space: Space) -> JobRecord:
        """Creates the job's trial, or goes on with the one it has, until all parameters of the
        space stand in the job's row; returns that row."""
        with self._db.translated():
            if job.params is not None and self._is_suggested(job, space):
                return job
            trial_id = job.trial_id or self._create(job, lease)
            # A study of its own for each trial, which reads them all anew: Optuna's cache must know
            # the trial that another worker may have created, and the sampler what others found.
            study = self._load(SamplersStudy, sampler=self._sampler(job.configuration))
            with fenced(lease):
                trial = optuna.Trial(study, trial_id)
                params = {name: suggest(trial, name, space[name]) for name in space}
        with self._db.transaction() as tx:
            jobs.write(tx, lease, params=params)
            return jobs.get(tx, job.id)

    def _is_suggested(self, job: JobRecord, space: Space) -> bool:
        # Fixed parameters stand in the job's row before they are suggested.
        if job.trial_id is None:
            return False
        return self._storage.get_trial(job.trial_id).params.keys() == space.keys()

    def report(
        self, job: JobRecord, lease: Lease, epoch: int, value: float, **columns: float
    ) -> bool:
        """Writes the value once, and `columns` of the job's row, and says whether to go on with the
        trial.

        A step that was reported before, by a worker that was lost, is not written again.
        """
        assert job.trial_id is not None
        with self._db.translated():
            trial = self._read(job.trial_id, lease)
            reported = trial.intermediate_values
            if epoch not in reported:
                with fenced(lease, epoch=epoch, score=value, **columns):
                    self._storage.set_trial_intermediate_value(job.trial_id, epoch, value)
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
            return self._judge(replace(job, epoch=max(job.epoch, epoch)), trial)

    def is_promising(self, job: JobRecord) -> bool:
        """What the pruner says of the trial as reported so far. The baseline is what all else is
        measured against: it is never pruned. A trial that has come to its end is complete, wherever
        it stands."""
        if job.trial_id is None:
            return True
        with self._db.translated():
            return self._judge(job, self._storage.get_trial(job.trial_id))

    def _read(self, trial_id: int, lease: Lease) -> FrozenTrial:
        """The trial as it was when the lease was taken, and as reported here since: nobody else
        writes it."""
        token, trial = self._held.get(trial_id, (None, None))
        if trial is None or token != lease.token:
            trial = self._storage.get_trial(trial_id)
            self._held[trial_id] = lease.token, trial
        return trial

    def _judge(self, job: JobRecord, trial: FrozenTrial) -> bool:
        if job.configuration == BASELINE or job.epoch >= self._epochs:
            return True
        return not self._study.pruner.prune(self._study, trial)

    def end(self, job: JobRecord, lease: Lease, ending: Ending, **columns: float) -> None:
        """Tells Optuna and ends the job, with `columns` of its row, in one commit."""
        with self._db.translated():
            # A job may be given up before its trial could be created.
            trial_id = job.trial_id or self._create(job, lease)
            trial = self._read(trial_id, lease)
            if ending.reason is not None:
                with fenced(lease):
                    self._storage.set_trial_user_attr(trial_id, REASON_ATTRIBUTE, ending.reason)
            with fenced(lease, **ending.columns, **columns):
                self._storage.set_trial_state_values(
                    trial_id, _TRIAL_STATES[ending.state], _values(trial, ending)
                )
            del self._held[trial_id]
            self._study.forget()

    def note_resumed_across(self, job: JobRecord, lease: Lease, across: str) -> None:
        """Notes that the job went on from a checkpoint of a machine that is not the same."""
        if (known := job.resumed_across) is not None:
            across = known if across in known else f"{known}; then {across}"
        if job.trial_id is not None:
            with self._db.translated(), fenced(lease, resumed_across=across):
                self._storage.set_trial_user_attr(job.trial_id, RESUMED_ATTRIBUTE, across)
        else:
            with self._db.transaction() as tx:
                jobs.write(tx, lease, resumed_across=across)

    def _load(self, kind: type[S], **parts: Any) -> S:
        try:
            return kind(study_name=self.study.name, storage=self._storage, **parts)
        except KeyError as error:
            raise StudyMismatch(
                f"Optuna's study '{self.study.name}' was removed from the database: its trials are"
                " gone, create a study of another name"
            ) from error

    def _create(self, job: JobRecord, lease: Lease) -> int:
        template = optuna.trial.create_trial(
            state=TrialState.RUNNING,
            user_attrs={JOB_ATTRIBUTE: job.id, PROVENANCE_ATTRIBUTE: self._made_by},
            # Those of the baseline, or of a trial that is run again.
            system_attrs={"fixed_params": dict(job.params)} if job.params else {},
        )
        try:
            with fenced(lease):
                return self._storage.create_new_trial(self._study._study_id, template)
        except TrialExists:
            with self._db.reading() as tx:
                created = jobs.get(tx, job.id).trial_id
            assert created is not None
            return created

    def _sampler(self, configuration: int) -> TPESampler:
        # The same seed on every worker would suggest the same: it belongs to the job.
        return TPESampler(
            n_startup_trials=min(MAX_STARTUP_TRIALS, max(1, self.study.trials // 3)),
            seed=derive_seed(self.study.seed, "sampler", configuration),
        )


def make_pruner(trials: int, epochs: int) -> BasePruner:
    """The default: a trial is hopeless if, after a quarter of the epochs, it stands below three
    quarters of the completed trials at the same epoch.

    The median is too strict a bar here: the completed are those that passed it, so it rises, and
    on a small budget nearly all later trials fall (measured: 11 of 11 after the fifth).
    """
    return PercentilePruner(
        75.0, n_startup_trials=min(5, max(2, trials // 4)), n_warmup_steps=max(1, epochs // 4)
    )


def suggest(trial: optuna.Trial, name: str, parameter: Parameter) -> str | int | float:
    """Optuna's suggestion for one parameter of the space."""
    match parameter:
        case Choice(options=options):
            # Among Optuna's categories None may stand; among ours it may not.
            chosen: str | int | float = trial.suggest_categorical(name, options)  # type: ignore[assignment]
            return chosen
        case Real(low=low, high=high, log=log_scale):
            return trial.suggest_float(name, low, high, log=log_scale)
        case Whole(low=low, high=high, step=step, log=log_scale):
            return trial.suggest_int(name, low, high, step=step, log=log_scale)


def _values(trial: FrozenTrial, ending: Ending) -> list[float] | None:
    """As Optuna itself does: a pruned trial's value is its last report, a failed one has none."""
    if ending.state is JobState.SUCCEEDED:
        assert ending.score is not None
        return [ending.score]
    values: Mapping[int, float] = trial.intermediate_values
    if ending.state is JobState.PRUNED and values:
        return [values[max(values)]]
    return None
