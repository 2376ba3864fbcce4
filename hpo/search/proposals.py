"""Which configuration a search tries next: one that it did not try before, as long as there is any."""

import math
import random
from itertools import islice
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.search.seeds import derive_seed
from hpo.search.trial_history import SamplersStudy
from studies.space import (
    Choice,
    Parameter,
    Params,
    Real,
    Space,
    Whole,
    as_space,
    forbidden_in,
    is_forbidden,
)
from studies.space_points import count_points, point_at, points

SAMPLES = 10
"""So often the sampler is asked: where it is sure of the best, it says that again and again."""
DRAWS = 20
"""So often chance is asked then; what is left after that is a small part of the space."""
MOST_LEFT = 10_000
"""Of what is left, what is looked at."""


def propose(study: SamplersStudy, sampler: BaseSampler, space: Space, seed: int) -> Params:
    """The sampler's proposal; where that was tried, which a trial that runs was too, or is forbidden, its next
    one, then one by chance, at last one of the points that are left. Only where nothing is left, as of a
    range too narrow to hold more numbers, it is one that was tried."""
    chance = RandomSampler(seed=derive_seed(seed, "chance"))
    for source in (*[sampler] * SAMPLES, *[chance] * DRAWS):
        params = draw(study, source, space)
        if not (is_forbidden(space, params) or study.has_tried(params)):
            return params
    picked = random.Random(seed)  # noqa: S311 - no secret
    if count_points(space) < math.inf:
        left = islice((point for point in points(space) if not study.has_tried(point)), MOST_LEFT)
        if found := list(left):
            return picked.choice(found)
    return _pick(study, chance, space, picked) if is_forbidden(space, params) else params


def _pick(study: optuna.Study, chance: BaseSampler, space: Space, picked: random.Random) -> Params:
    """A configuration that is not forbidden, however few those are: one of the points that there are once its
    real numbers are drawn."""
    trial = create_trial(state=TrialState.RUNNING)
    drawn = {
        name: Choice((chance.sample_independent(study, trial, name, each),), when=space[name].when)
        for name, each in distributions(space).items()
        if isinstance(space[name], Real)
    }
    countable = as_space({**space, **drawn}, forbidden_in(space))
    if (number := count_points(countable)) == math.inf:
        return picked.choice(list(islice(points(countable), MOST_LEFT)))
    return point_at(countable, picked.randrange(int(number)))


def draw(study: optuna.Study, sampler: BaseSampler, space: Space) -> Params:
    """A configuration by this sampler, which learns from the trials of that study: as Optuna asks it,
    first for all parameters together, then for each of which it said nothing."""
    trial = create_trial(state=TrialState.RUNNING)
    sampler.before_trial(study, trial)
    known = sampler.infer_relative_search_space(study, trial)
    drawn = sampler.sample_relative(study, trial, known)
    params: dict[str, Any] = {}
    for name, each in distributions(space).items():
        if space[name].applies(params):
            is_known = name in drawn
            params[name] = (
                drawn[name] if is_known else _draw_alone(study, sampler, trial, name, each)
            )
    return params


def _draw_alone(
    study: optuna.Study,
    sampler: BaseSampler,
    trial: FrozenTrial,
    name: str,
    distribution: BaseDistribution,
) -> Any:
    if isinstance(distribution, CategoricalDistribution) and distribution.single():
        return distribution.choices[0]
    return sampler.sample_independent(study, trial, name, distribution)


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """The space as Optuna has it."""
    return {name: _distribution(parameter) for name, parameter in space.items()}


def admits(distribution: BaseDistribution, value: Any) -> bool:
    """Whether it is one of the values that a parameter of this distribution may have."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number or isinstance(distribution, CategoricalDistribution)):
        return False  # Optuna would make a number of it
    try:
        return distribution._contains(distribution.to_internal_repr(value))
    except (TypeError, ValueError):
        return False


def _distribution(parameter: Parameter) -> BaseDistribution:
    match parameter:
        case Choice(options=options):
            return CategoricalDistribution(options)
        case Real(low=low, high=high, log=log_scale):
            return FloatDistribution(low, high, log=log_scale)
        case Whole(low=low, high=high, step=step, log=log_scale):
            return IntDistribution(low, high, log=log_scale, step=step)
