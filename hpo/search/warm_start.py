"""A search that begins with what another study has found."""

from collections.abc import Sequence
from dataclasses import replace

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.errors import UsageError
from hpo.search.proposals import admits, distributions
from hpo.search.trial_history import numbered, recall
from storage.records import EarlierTrial, NewStudy, Params, StudyRecord
from storage.states import Direction
from studies.errors import SettingsError
from studies.space import Space, active, as_params


def fitting(
    source: StudyRecord, trials: Sequence[EarlierTrial], space: Space | None, new: NewStudy
) -> list[EarlierTrial]:
    """Those whose configurations lie in `space`, or all where nobody knows it, as of an objective; what a
    configuration lacks there it has as the baseline. Of many they are those that a sampler would recall, and
    the baseline, by which scores are compared.

    Raises:
        UsageError: there are none, or that study compares its trials by something else.
    """
    directions = _refuse_incomparable(source, new)
    found, reason = [], "nothing is known of it yet"
    for trial in trials:
        try:
            placed = trial.params if space is None else _placed(trial, space, new.baseline)
            found.append(replace(trial, params=placed))
        except SettingsError as error:
            reason = str(error)
    if not any(not source.is_baseline(trial.configuration) for trial in found):
        raise UsageError(
            f"no trial of study '{source.name}' fits ({reason})",
            "--from takes a study whose space is the same, or a part of it",
        )
    shown = numbered([_shown(trial, {}, trial.score) for trial in found])
    kept = {trial.number for trial in recall(shown, *directions)}
    return [each for at, each in enumerate(found) if at in kept or each.params == new.baseline]


def _refuse_incomparable(source: StudyRecord, new: NewStudy) -> tuple[Direction, ...]:
    """How both compare their trials. What the value of an objective is, or of an imported study, nobody
    knows, but which way it is better."""
    wanted = tuple(map(Direction, new.settings.get("directions") or [new.direction]))
    is_either_called = source.is_called or "epochs" not in new.settings
    if source.directions != wanted:
        raise UsageError(
            f"study '{source.name}' is to {' and '.join(source.directions)} {source.metric}, not to"
            f" {' and '.join(wanted)} {new.metric}",
            "--from takes a study with the same directions, in the same order",
        )
    if source.metric != new.metric and not is_either_called:
        raise UsageError(
            f"study '{source.name}' is to {source.direction} {source.metric}, not to"
            f" {new.direction} {new.metric}",
            "--from takes a study that compares its trials by the same",
        )
    return wanted


def first_choice(study: StudyRecord, trials: Sequence[EarlierTrial]) -> list[Params]:
    """The best of them that were trained to their end, which is tried before anything is proposed; nothing if
    the best is the baseline itself, and of several directions, where none is. Of what is fixed it has those
    values, or the study does not search it."""
    if study.has_front:
        return []
    complete = [trial for trial in trials if trial.is_complete and _is_searched(study, trial)]
    best = min(complete, key=lambda trial: study.direction.key(trial.score), default=None)
    return [] if best is None or best.params == study.baseline else [best.params]


def _is_searched(study: StudyRecord, trial: EarlierTrial) -> bool:
    """Whether all that is fixed and applies to it has these values; the baseline's are its own."""
    is_kept = all(trial.params.get(name, value) == value for name, value in study.fixed.items())
    return is_kept or trial.params == study.baseline


def as_history(
    trials: Sequence[EarlierTrial], space: Space, baseline: Params, baseline_score: float | None
) -> list[FrozenTrial]:
    """Them as a sampler is shown trials. On other images all scores are higher or lower: once the new
    baseline has a score, and if they tried it too, each counts by how far it was from that."""
    then = [trial.score for trial in trials if trial.is_complete and trial.params == baseline]
    shift = baseline_score - then[-1] if then and baseline_score is not None else 0.0
    return [_shown(trial, space, trial.score + shift) for trial in trials]


class EarlierCalls:
    """Them as the sampler of an objective is shown trials, for one of its trials: which parameters there are
    is known as it asks for them. As Optuna has it, a value that the objective could not have now, as a
    choice that is gone, tells nothing of the parameter; what came of it stays."""

    def __init__(self, trials: Sequence[EarlierTrial]) -> None:
        self._trials = trials
        self.shown = [_shown(trial, {}, trial.score) for trial in trials]

    def show(self, name: str, distribution: BaseDistribution) -> None:
        """Shows what they had for a parameter that is asked for."""
        for trial, shown in zip(self._trials, self.shown, strict=True):
            if name in trial.params and admits(distribution, trial.params[name]):
                # Of whatever copies there are of it: they share these.
                shown.params[name] = trial.params[name]
                shown.distributions[name] = distribution


def _placed(trial: EarlierTrial, space: Space, baseline: Params) -> Params:
    placed = active(space, {**baseline, **trial.params})
    # What does not apply, or is not in the space, is refused by its name.
    return as_params(space, {**placed, **trial.params})


def _shown(trial: EarlierTrial, space: Space, score: float) -> FrozenTrial:
    """With its parameters that are in the space. One of several scores has no reports: Optuna takes none there."""
    has_several = trial.scores is not None
    return create_trial(
        state=TrialState.COMPLETE if trial.is_complete else TrialState.PRUNED,
        values=trial.scores if has_several else [score],
        params={name: value for name, value in trial.params.items() if name in space},
        distributions=distributions({name: space[name] for name in trial.params if name in space}),
        intermediate_values={} if has_several else {trial.epoch: score},
    )
