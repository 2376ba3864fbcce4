"""The trials of an objective, which asks for their parameters one by one while it runs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    _get_single_value,
    check_distribution_compatibility,
    distribution_to_json,
)
from optuna.samplers import BaseSampler
from optuna.study._constrained_optimization import _CONSTRAINTS_KEY as CONSTRAINTS
from optuna.trial import FrozenTrial
from sqlalchemy.engine import Connection

from hpo.search import samplers
from hpo.search.optuna_study import OURS
from hpo.search.promotion import Advice
from hpo.search.proposals import admits
from hpo.search.trial_history import SamplersStudy
from hpo.search.trials import MOST_HELD, Ending, Trials
from hpo.search.warm_start import EarlierCalls, first_choice
from storage.records import JobRecord, Lease
from storage.tables import trials
from storage.tables.trials import Param
from studies.json_values import check_json, check_size, check_text
from studies.space import MOST_NAME


@dataclass(frozen=True)
class _Chooser:
    """What chooses the parameters of one trial, and what it knows, for as long as a lease lasts."""

    study: SamplersStudy
    sampler: BaseSampler
    together: Mapping[str, Any]
    """What was chosen at once, of the parameters that all trials had so far."""
    earlier: EarlierCalls


class CalledTrials(Trials):
    """As the others, but that they begin without parameters."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._choosers: dict[int, _Chooser] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._known: dict[int, int] = {}
        """How many parameters each trial had when its lease was taken."""

    def create(self, tx: Connection, job: JobRecord, lease: Lease) -> JobRecord:
        """Creates the trial of a job that is claimed in this transaction, unless it has one; returns the
        job's row."""
        return job if job.trial_id is not None else self._create_in(tx, job, lease, {}, {})

    def begin_empty(self, job: JobRecord, lease: Lease) -> JobRecord:
        """Creates the job's trial, or goes on with the one it has; returns the job's row, with the parameters
        that the trial has already."""
        if job.trial_id is None:
            job = self._create(job, lease, {}, {})
        assert job.trial_id is not None
        with self._db.translated():
            trial = self._read(job.trial_id, lease)
        self._forget(job.trial_id)
        while len(self._known) > MOST_HELD:  # of a lease that was lost nobody asks again
            self._forget(next(iter(self._known)))
        self._known[job.trial_id] = len(trial.params)
        return replace(job, params=trial.params)

    def suggest(
        self, job: JobRecord, lease: Lease, name: str, distribution: BaseDistribution
    ) -> float:
        """Which value the trial has, as Optuna stores it: the one that it has already, that which was given
        to its job, or what the sampler says.

        Raises:
            ValueError: the trial has that parameter, or another has, with what does not go with this.
            SettingsError: no database takes it.
        """
        assert job.trial_id is not None
        with self._db.translated():
            trial = self._read(job.trial_id, lease)
            if name in trial.params:
                check_distribution_compatibility(trial.distributions[name], distribution)
                return distribution.to_internal_repr(trial.params[name])
            value = self._value_of(job, trial, name, distribution)
            internal = distribution.to_internal_repr(value)
            value = distribution.to_external_repr(internal)  # a whole number may be given as 5.0
            params = {**trial.params, name: value}
            check_text("the name of a parameter", name, MOST_NAME)
            check_json(f"parameter {name!r}", value)
            check_size(f"what parameter {name!r} may be", distribution_to_json(distribution))
            # Who asks again, because no answer came to the commit, is told what was written.
            del self._held[job.trial_id]
            known, param = self._distributions.get(name), Param(internal, distribution)
            write = partial(trials.set_param, name=name, param=param, known=known)
            if self._write(job.trial_id, lease, write, params={**(job.params or {}), **params}):
                self._distributions[name] = distribution
            trial.params = params
            trial.distributions = {**trial.distributions, name: distribution}
            self._held[job.trial_id] = lease.token, trial
            return internal

    def keep(
        self, job: JobRecord, lease: Lease, key: str, value: Any, *,
        is_constraint: bool, is_systems: bool = False,
    ) -> None:  # fmt: skip
        """Keeps an attribute of the trial, one of Optuna's helpers, or a constraint, which samplers heed.

        Raises:
            ValueError: the attribute is one of ours, or a constraint is given as another attribute.
            SettingsError: no database takes it.
        """
        assert job.trial_id is not None
        if key.startswith(OURS):
            raise ValueError(f"attributes that begin with '{OURS}' are hpo's own")
        if is_systems and key.startswith(CONSTRAINTS):
            raise ValueError("constraints are set by set_constraint")
        check_text("the name of an attribute", key, MOST_NAME - len(CONSTRAINTS) - 1)
        check_json(f"attribute {key!r}", value)
        check_size(f"attribute {key!r}", json.dumps(value))
        if is_constraint:
            key = f"{CONSTRAINTS}:{key}"
        write = partial(
            trials.set_attribute, key=key, value=value, is_systems=is_constraint or is_systems
        )
        self._write(job.trial_id, lease, write)
        if is_constraint:
            trial = self._read(job.trial_id, lease)
            trial._system_attrs = {**trial.system_attrs, key: value}

    def end(self, job: JobRecord, lease: Lease, ending: Ending, **columns: Any) -> None:
        """What was given to the job and never asked for is none of its parameters."""
        if job.trial_id is not None:
            self._forget(job.trial_id)
            with self._db.translated():
                columns["params"] = self._read(job.trial_id, lease).params
        super().end(job, lease, ending, **columns)

    def _judge(self, job: JobRecord, trial: FrozenTrial, epoch: int) -> Advice:
        """What is called again, from its beginning, is not judged before it stands where it did; a baseline
        never is."""
        is_behind = epoch < (trial.last_step or 0)
        is_spared = is_behind or self.study.is_baseline(job.configuration)
        return Advice.GO_ON if is_spared else self._prune(trial)

    def _forget(self, trial_id: int) -> None:
        self._choosers.pop(trial_id, None)
        self._known.pop(trial_id, None)

    def _value_of(
        self, job: JobRecord, trial: FrozenTrial, name: str, distribution: BaseDistribution
    ) -> Any:
        given = {**self.study.fixed, **(job.params or {})}
        if name in given:
            if admits(distribution, given[name]):
                return given[name]
            if not self._is_of_another_study(job):
                raise ValueError(  # in Optuna's words, which goes on with it all the same
                    f"Fixed parameter {name} with value {given[name]} is out of range for"
                    f" distribution {distribution}."
                )
        if distribution.single():
            return _get_single_value(distribution)
        chooser = self._choosers.get(trial._trial_id)
        if chooser is None:
            chooser = self._choosers[trial._trial_id] = self._make_chooser(job, trial)
        if name in chooser.together and admits(distribution, chooser.together[name]):
            return chooser.together[name]
        chooser.earlier.show(name, distribution)
        return chooser.sampler.sample_independent(chooser.study, trial, name, distribution)

    def _is_of_another_study(self, job: JobRecord) -> bool:
        """Whether a job was given the best of another study, whose parameters may have been otherwise."""
        with self._db.reading() as tx:
            best = first_choice(self.study, self._earlier_trials(tx))
        return any(each.items() <= (job.params or {}).items() for each in best)

    def _make_chooser(self, job: JobRecord, trial: FrozenTrial) -> _Chooser:
        """What others found, and try, is read once a trial."""
        with self._db.reading() as tx:
            earlier = EarlierCalls(self._earlier_trials(tx))
        study = self._load(SamplersStudy, earlier=earlier.shown)
        sampler = samplers.make_sampler(
            self.study, {}, job.configuration, self._known.get(trial._trial_id, 0)
        )
        sampler.before_trial(study, trial)
        space = sampler.infer_relative_search_space(study, trial)
        return _Chooser(study, sampler, sampler.sample_relative(study, trial, space), earlier)


def given_to(job: JobRecord, name: str, distribution: BaseDistribution) -> float:
    """The value that a job was given for a parameter, as Optuna stores it.

    Raises:
        ValueError: it was given none, or one that is not of this distribution.
    """
    params = job.params or {}
    if name not in params:
        raise ValueError(f"it asks for {name!r}, which its baseline or its trial does not have")
    if not admits(distribution, params[name]):
        raise ValueError(f"{name!r} cannot be {params[name]!r}, which it is given: {distribution}")
    return distribution.to_internal_repr(params[name])
