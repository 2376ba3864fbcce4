"""A plugin of pytest's: which of the tests run, by their cost, and what is said of those that do not.

`make test` runs what is quick and wants nothing but Python, `make test-all` the rest as well.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import PROGRAMS, missing

OPTION = "--part"
LEFT_OUT = "hpo_left_out"
Reasons = Counter[str]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--part quick` and `--part rest` are all, without one that is in the other."""
    parser.addoption(OPTION, choices=("quick", "rest"), help="what `make test` runs, or the rest")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are cores: a third of the time tests wait for what other processes do."""
    del config
    return len(os.sched_getaffinity(0)) + 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is not of the part, and skips what wants programs that are not here. What trains
    with Keras is of two processes, so that no other imports TensorFlow."""
    part = config.getoption(OPTION)
    reasons: dict[pytest.Item, list[str]] = {item: list(_costs(item)) for item in items}
    left_out = [item for item in items if part and bool(reasons[item]) == (part == "quick")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    for item in items:
        if _folder(item) == "keras":
            item.add_marker(pytest.mark.xdist_group("-".join(Path(item.nodeid).parts[1:3])))
    # What takes long comes first, then what one process does as a whole: at the end nobody waits for it.
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, _folder(item) != "keras"))
    told = Counter(reasons[item][0] for item in left_out if reasons[item])
    if "CI" not in os.environ:  # there all are installed, and one that is not is a failure
        for item in items:
            if absent := missing(_programs(item)):
                told[_shown(absent[0])] += 1
                mend = f"apt-get install {PROGRAMS[absent[0]][1]}"
                item.add_marker(pytest.mark.skip(f"{absent[0]} is not installed: {mend}"))
    if hasattr(config, "workeroutput"):
        config.workeroutput[LEFT_OUT] = dict(told)
    else:
        config.stash[_LEFT_OUT] = told


def _folder(item: pytest.Item) -> str:
    """That which says what it costs."""
    return Path(item.nodeid).parts[1]


_LEFT_OUT = pytest.StashKey[Reasons]()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Each process of pytest-xdist has left out the same."""
    if found := getattr(node, "workeroutput", {}).get(LEFT_OUT):
        node.config.stash[_LEFT_OUT] = Counter(found)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Last of all, says what did not run, why, and which command brings it."""
    told = config.stash.get(_LEFT_OUT, Counter())
    part = config.getoption(OPTION)
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not (told or part):
        return
    if told:
        reporter.write_line("Not run:")
    for reason, count in sorted(told.items()):
        reporter.write_line(f"{count:5} tests that {reason}")
    if part == "quick":
        reporter.write_line("`make test-all` runs these, too, and installs what it can.")
    reporter.write_line("`make test-engines` runs what wants an engine.")


def _costs(item: pytest.Item) -> Iterator[str]:
    """Why a test is not quick."""
    for program in _programs(item):
        yield _shown(program)
    for mark in item.iter_markers("slow"):
        yield f"take long: {mark.args[0]}"


def _programs(item: pytest.Item) -> Iterator[str]:
    for mark in item.iter_markers("needs"):
        yield from mark.args


def _shown(program: str) -> str:
    return f"want {PROGRAMS[program][0]}, {program}"
