"""Seeds: all derived from the study's own."""

import itertools

from hpo.search.seeds import derive_seed


def test_a_seed_is_a_function_of_its_arguments() -> None:
    """The same on every machine, for ever: a study can be reproduced by its seed."""
    assert derive_seed(0, "search", 3) == 1704062217
    assert derive_seed(0, "select", 1, 0) == 861926032


def test_seeds_differ() -> None:
    """No two studies, purposes or numbers share a seed."""
    seeds = {
        derive_seed(study, purpose, first, second)
        for study in range(5)
        for purpose in ("search", "sampler", "select", "final")
        for first, second in itertools.product(range(1, 12), range(12))
    }
    assert len(seeds) == 5 * 4 * 11 * 12


def test_seeds_fit_everywhere() -> None:
    """31 bits: numpy, Python, Keras and a signed column take them."""
    assert all(0 <= derive_seed(2**40 + n, "search", n) < 2**31 for n in range(200))
