"""What a study is by default."""

from hpo import definition_loader
from hpo.study import planning
from hpo.study.planning import Budget


def test_a_larger_space_is_searched_with_more_trials() -> None:
    """By default; 16 of the seven parameters of `cifar100`. Who gives a number has that."""
    few, many = (definition_loader.load(name) for name in ("cifar100", "cifar100-wide"))
    assert planning.plan("few", few, Budget()).trials == 16
    assert planning.plan("many", many, Budget()).trials == 2 * len(many.study.space) == 40
    assert planning.plan("many", many, Budget(trials=9)).trials == 9
