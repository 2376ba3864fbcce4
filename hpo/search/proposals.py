"""Which configuration a search tries next: one that it did not try before, as long as there is any."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
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
from studies.space import Choice, Parameter, Params, Real, Space, Whole

SAMPLES = 10
"""So often the sampler is asked: where it is sure of the best, it says that again and again."""
DRAWS = 20
"""So often chance is asked then; what is left after that is a small part of the space."""
MOST_LEFT = 10_000
"""Of what is left, what is looked at."""


def propose(study: SamplersStudy, sampler: BaseSampler, space: Space, seed: int) -> Params:
    """The sampler's proposal; where that was tried, which a trial that runs was too, its next one,
    then one by chance, at last one of the points that are left. Only where nothing is left, as of a
    range too narrow to hold more numbers, it is one that was tried."""
    chance = RandomSampler(seed=derive_seed(seed, "chance"))
    for source in (*[sampler] * SAMPLES, *[chance] * DRAWS):
        params = draw(study, source, space)
        if not study.has_tried(params):
            return params
    if any(isinstance(parameter, Real) for parameter in space.values()):
        return params
    left = islice((point for point in _points(space) if not study.has_tried(point)), MOST_LEFT)
    return random.Random(seed).choice(list(left) or [params])  # noqa: S311 - no secret


def draw(study: optuna.Study, sampler: BaseSampler, space: Space) -> Params:
    """A configuration by this sampler, which learns from the trials of that study: as Optuna asks it,
    first for all parameters together, then for each of which it said nothing."""
    trial = create_trial(state=TrialState.RUNNING)
    sampler.before_trial(study, trial)
    known = sampler.infer_relative_search_space(study, trial)
    drawn = sampler.sample_relative(study, trial, known)
    return {
        name: drawn[name] if name in drawn else _draw_alone(study, sampler, trial, name, each)
        for name, each in distributions(space).items()
    }


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


def as_trial(params: Params, space: Space, attributes: Mapping[str, Any]) -> FrozenTrial:
    """A trial of a configuration as it begins, with these user attributes, for Optuna's storage."""
    return create_trial(
        state=TrialState.RUNNING,
        params=dict(params),
        distributions=distributions(space),
        user_attrs=dict(attributes),
    )


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """The space as Optuna has it."""
    return {name: _distribution(parameter) for name, parameter in space.items()}


def _distribution(parameter: Parameter) -> BaseDistribution:
    match parameter:
        case Choice(options=options):
            return CategoricalDistribution(options)
        case Real(low=low, high=high, log=log_scale):
            return FloatDistribution(low, high, log=log_scale)
        case Whole(low=low, high=high, step=step, log=log_scale):
            return IntDistribution(low, high, log=log_scale, step=step)


def _points(space: Space) -> Iterator[Params]:
    """Every point of a space without real numbers."""
    for point in product(*map(values, space.values())):
        yield dict(zip(space, point, strict=True))


def values(parameter: Parameter) -> Sequence[str | bool | int | float]:
    """What a parameter may be, of which that can be told."""
    match parameter:
        case Choice(options=options):
            return options
        case Whole(low=low, high=high, step=step):
            return range(low, high + 1, step)
        case Real():
            raise AssertionError("real numbers cannot be told one by one")
