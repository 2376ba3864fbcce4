"""What is asked of a study before it is made: how much is to be trained, and how that is searched."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.study.given_parameters import count_configurations, read_fixed, read_given
from storage.records import NewStudy, Params, StudyRecord
from storage.states import Direction, Pruner, Sampler
from studies.objective import Objective
from studies.study import Study

DEFAULTS: Mapping[str, Any] = {
    "select_top": 5, "select_seeds": 3, "final_seeds": 10, "seed": 0,
    "sampler": Sampler.TPE, "pruner": Pruner.HALVING,
}  # fmt: skip
OF_OBJECTIVES: Mapping[str, Any] = {"trials": 16, "final_seeds": 0, "pruner": Pruner.PERCENTILE}
"""What is otherwise where a function is called: nobody knows its rungs, and whether it has any seeds."""
NOT_JUDGED: Mapping[str, Any] = {"select_top": 1, "select_seeds": 1}
"""What is otherwise then, where the search is all there is."""
TRIALS_PER_PARAMETER = 2
"""A larger space is searched with more trials by default."""
LEAST_TRIALS = 16
"""Where there are few parameters."""
MOST = 1_000_000
# It names folders and pages, too.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Budget:
    """How much is asked to be trained, and how that is searched. `trials` are search jobs, the baseline
    among them; seeds are so many at most. What is None was not asked for: an existing study has it as it
    was created, a new one by default."""

    trials: int | None = None
    select_top: int | None = None
    select_seeds: int | None = None
    final_seeds: int | None = None
    timeout_seconds: float | None = None
    target: float | None = None
    patience: int | None = None
    sampler: Sampler | None = None
    pruner: Pruner | None = None
    source: str | None = None
    """The study with whose trials the search begins."""
    baseline: Params | None = None
    """What an objective's first trial is called with."""
    fixed: Params | None = None
    """What is not searched; a text may be a number, a truth or none as JSON has them."""
    total_timeout_seconds: float | None = None
    """When the study is to be over as a whole."""

    def __post_init__(self) -> None:
        """Raises:
        UsageError: a number that cannot be meant.
        """
        if self.final_seeds == 0 and (self.select_top or self.select_seeds):
            raise UsageError(
                "--final-seeds 0 ends a study with its search, and there is no select",
                "leave --select-top and --select-seeds out",
            )
        counts = {
            "--trials": (self.trials, 1),
            "--select-top": (self.select_top, 1),
            "--select-seeds": (self.select_seeds, 1),
            "--final-seeds": (self.final_seeds or None, 2),
            "--patience": (self.patience, 1),
        }
        for name, (value, least) in counts.items():
            _refuse_other(name, value, int, "whole number")
            if value is not None and not least <= value <= MOST:
                raise UsageError(f"{name} {value} is not between {least} and {MOST}")
        timeouts = {
            "--timeout": self.timeout_seconds,
            "--total-timeout": self.total_timeout_seconds,
        }
        for name, seconds in timeouts.items():
            _refuse_other(name, seconds, (int, float), "number of seconds")
            if seconds is not None and not 0.001 <= seconds < math.inf:
                raise UsageError(
                    f"{name} {seconds:g} leaves no time, or all", "give 0.001 s or more"
                )
        _refuse_other("--target", self.target, (int, float), "score")
        if self.target is not None and not math.isfinite(self.target):
            raise UsageError(f"--target {self.target:g} is no score", "give a number")

    @property
    def timeout_ms(self) -> int | None:
        return _in_ms(self.timeout_seconds)

    @property
    def total_timeout_ms(self) -> int | None:
        return _in_ms(self.total_timeout_seconds)


def _refuse_other(name: str, value: object, kind: Any, words: str) -> None:
    """What comes from Python may be anything."""
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise UsageError(f"{name} {value!r} is no {words}")


def _in_ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def check(name: str, seed: int | None) -> None:
    """Raises:
    UsageError: the name or the seed cannot be one.
    """
    _refuse_other("--seed", seed, int, "whole number")
    if seed is not None and not 0 <= seed < 2**63:
        raise UsageError(f"--seed {seed} is no seed", "give a number from 0 to 2^63 - 1")
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"'{name}' cannot name a study",
            "use up to 100 letters, digits, '.', '_' and '-', a letter or digit first",
        )


def plan(
    name: str,
    definition: Definition,
    budget: Budget,
    seed: int | None = None,
    existing: StudyRecord | None = None,
) -> NewStudy:
    """The study that is asked for; what is not asked for is as in the `existing` one, else as by
    default."""
    asked: dict[str, Any] = {
        "seed": seed,
        "trials": budget.trials,
        "select_top": budget.select_top,
        "select_seeds": budget.select_seeds,
        "final_seeds": budget.final_seeds,
        "timeout_ms": budget.timeout_ms,
        "target": budget.target,
        "patience": budget.patience,
        "sampler": budget.sampler,
        "pruner": budget.pruner,
        "source": budget.source,
        "total_timeout_ms": budget.total_timeout_ms,
    }
    study = definition.searched
    points: int | float = math.inf
    given = {} if budget.baseline is None else read_given("--baseline", budget.baseline)
    baseline: Params = given
    space = study.space if isinstance(study, Study) else None
    fixed = {} if budget.fixed is None else read_fixed(budget.fixed, space)
    known: Mapping[str, Any] = {**DEFAULTS, **OF_OBJECTIVES}
    if isinstance(study, Objective) and not budget.final_seeds:
        known = {**known, **NOT_JUDGED}
    if len(study.all_directions) > 1:
        known = {**known, "pruner": Pruner.NONE}
    if isinstance(study, Study):
        baseline = given or study.baseline
        searched = len(study.space) - len(fixed)
        known = {**DEFAULTS, "trials": max(LEAST_TRIALS, TRIALS_PER_PARAMETER * searched)}
    if existing is not None:
        known = vars(existing)
        baseline = baseline or existing.baseline
        fixed = fixed or existing.fixed
    if space is not None:
        points = count_configurations(space, fixed, baseline)
    amounts: dict[str, Any] = {
        field: known.get(field) if value is None else value for field, value in asked.items()
    }
    return NewStudy(
        name=name,
        definition=study.name,
        definition_hash=definition.hash,
        settings=study.settings(),
        baseline=dict(baseline),
        fixed=dict(fixed),
        metric=study.metric_words,
        direction=Direction(study.direction),
        points=int(points) if points <= MOST else None,
        **amounts,
    )


def refuse_unsearchable(definition: Definition, new: NewStudy) -> None:
    """Raises:
    UsageError: the study's space has fewer points than there are to be trials, or no grid although
        that is its sampler; or an objective is asked for what only a declared study tells.
    SettingsError: a setting that it cannot be made without is not given.
    """
    definition.searched.check_complete()
    if isinstance(definition.searched, Objective):
        _refuse_for_objective(new, definition.searched.unfit_holdout)
        return
    if new.baseline != definition.study.baseline:
        raise UsageError(f"'{new.definition}' has a baseline of its own", "leave --baseline out")
    if new.trials == 1:
        raise UsageError(
            "--trials 1 is the baseline alone: nothing would be found, and nothing compared",
            "`hpo try DEFINITION` trains it for a first look; a study takes 2 or more",
        )
    if new.points is None and new.sampler is Sampler.GRID:
        raise UsageError(
            f"the space of '{new.definition}' has no grid: it has real numbers, or more than {MOST}"
            " configurations",
            "give --sampler tpe, random or qmc, or a space of choices and whole numbers",
        )
    if new.points is not None and new.trials > new.points:
        raise UsageError(
            f"the space of '{new.definition}' has {new.points} configurations: --trials"
            f" {new.trials} would train some of them again",
            f"--trials {new.points} tries them all",
        )


def _refuse_for_objective(new: NewStudy, unfit_holdout: str | None) -> None:
    """Raises:
    UsageError: what is asked for needs what only a declared study tells.
    """
    directions = new.settings["directions"]
    asked = {
        "--target": new.target is not None, "--patience": new.patience is not None,
        "--baseline": bool(new.baseline), "--final-seeds": bool(new.final_seeds), "--pruner percentile": new.pruner is Pruner.PERCENTILE,
    }  # fmt: skip
    if len(directions) > 1 and (
        unfit := [option for option, is_asked in asked.items() if is_asked]
    ):
        raise UsageError(
            f"with {len(directions)} directions no trial is the best, which {unfit[0]} goes by",
            f"leave {', '.join(unfit)} out",
        )
    if new.sampler not in (Sampler.TPE, Sampler.RANDOM):
        raise UsageError(
            f"--sampler {new.sampler} needs a space that is known before it is searched, and an objective"
            " says while it runs what it searches",
            "give --sampler tpe or random",
        )
    if new.pruner is Pruner.HALVING:
        raise UsageError(
            "--pruner halving needs to know how many epochs a trial has",
            "give --pruner percentile or none",
        )
    if new.final_seeds and not new.baseline:
        raise UsageError(
            "an objective is judged against a baseline, and none is given",
            "name a file with its parameters, --baseline FILE, or leave --final-seeds out",
        )
    if new.final_seeds and unfit_holdout is not None:
        raise UsageError(
            f"what is called holdout in the file cannot judge: {unfit_holdout}",
            "write it so, or give it another name",
        )
    if new.final_seeds and new.trials == 1:
        raise UsageError(
            "--trials 1 is the baseline alone: nothing would be compared", "give 2 or more"
        )
    if not new.final_seeds and (new.select_top, new.select_seeds) != (1, 1):
        raise UsageError(
            "an objective's search is followed by select where it is judged",
            "give --baseline and --final-seeds too, or leave --select-top and --select-seeds out",
        )
