"""A search that begins with what another study has found."""

from collections.abc import Sequence
from dataclasses import replace

from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.errors import UsageError
from hpo.search.proposals import distributions
from hpo.search.trial_history import numbered, recall
from storage.records import BASELINE, EarlierTrial, NewStudy, Params, StudyRecord
from studies.errors import SettingsError
from studies.space import Space, active, as_params


def fitting(
    source: StudyRecord, trials: Sequence[EarlierTrial], space: Space, new: NewStudy
) -> list[EarlierTrial]:
    """Those whose configurations lie in `space`; what a configuration lacks there it has as the baseline.
    Of many they are those that a sampler would recall, and the baseline, by which scores are compared.

    Raises:
        UsageError: there are none, or that study compares its trials by something else.
    """
    if (source.metric, source.direction) != (new.metric, new.direction):
        raise UsageError(
            f"study '{source.name}' is to {source.direction} {source.metric}, not to"
            f" {new.direction} {new.metric}",
            "--from takes a study that compares its trials by the same",
        )
    found, reason = [], "nothing is known of it yet"
    for trial in trials:
        try:
            found.append(replace(trial, params=_placed(trial, space, new.baseline)))
        except SettingsError as error:
            reason = str(error)
    if not any(trial.configuration != BASELINE for trial in found):
        raise UsageError(
            f"no trial of study '{source.name}' fits ({reason})",
            "--from takes a study whose space is the same, or a part of it",
        )
    shown = numbered([_shown(trial, space, trial.score) for trial in found])
    kept = {trial.number for trial in recall(shown, new.direction)}
    return [each for at, each in enumerate(found) if at in kept or each.params == new.baseline]


def first_choice(study: StudyRecord, trials: Sequence[EarlierTrial]) -> list[Params]:
    """The best of them that were trained to their end, which is tried before anything is proposed; nothing if
    the best is the baseline itself. Of what is fixed it has those values, or the study does not search it."""
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


def _placed(trial: EarlierTrial, space: Space, baseline: Params) -> Params:
    placed = active(space, {**baseline, **trial.params})
    # What does not apply, or is not in the space, is refused by its name.
    return as_params(space, {**placed, **trial.params})


def _shown(trial: EarlierTrial, space: Space, score: float) -> FrozenTrial:
    return create_trial(
        state=TrialState.COMPLETE if trial.is_complete else TrialState.PRUNED,
        value=score,
        params=dict(trial.params),
        distributions=distributions({name: space[name] for name in trial.params}),
        intermediate_values={trial.epoch: score},
    )
