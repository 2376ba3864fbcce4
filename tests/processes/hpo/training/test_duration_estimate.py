"""How long a study will take: measured on real children, and counted by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hpo import definition_loader
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.errors import WorkFailed
from hpo.study.planning import Budget, plan
from hpo.training import duration_estimate
from hpo.training.duration_estimate import EPOCHS, SAMPLES, Pace, Sample
from studies.data.prepared_data import PreparedData
from studies.space import check_params
from tests.conftest import DEFINITIONS
from tests.support.children import none_stays
from tests.support.finished import BUDGET

BASELINE = Sample({"x": 0.5}, 0.7, seconds=3.0, epoch_seconds=1.0)
OTHERS = (Sample({"x": 0.1}, 0.7, 5.0, 2.0), Sample({"x": 0.9}, None, 7.0, 4.0))


@pytest.fixture
def troubled(tmp_path: Path) -> Callable[[str], Definition]:
    """The toy definition whose training does this first, the baseline spared."""

    def _troubled(trouble: str) -> Definition:
        file = tmp_path / "troubled.py"
        file.write_text(
            "import os\n"
            "from dataclasses import replace\n"
            "from hpo import definition_loader\n"
            "from studies.training_outcomes import Diverged\n"
            f"TOY = definition_loader.load({str(DEFINITIONS / 'toy.py')!r}).study\n"
            "def train(study, params, images, *, seed, report, resume=None):\n"
            "    if params != study.baseline:\n"
            f"        {trouble}\n"
            "    return TOY.trainer(study, params, images, seed=seed, report=report)\n"
            "STUDY = replace(TOY, name='troubled', trainer=train)\n"
        )
        return definition_loader.load(str(file))

    return _troubled


@pytest.fixture(autouse=True)
def _no_child_stays() -> Iterator[None]:
    with none_stays():
        yield


def _measure(
    definition: Definition,
    data: PreparedData,
    slots: int,
    tell: Callable[[Sample | None], None] = lambda _: None,
    stall_seconds: float = 120.0,
) -> Pace:
    found = discovery.find(slots)
    return duration_estimate.measure(definition, data, found, tell, stall_seconds=stall_seconds)


def test_the_toy_is_measured(toy: Definition, toy_data: PreparedData) -> None:
    """The baseline and a few random configurations of the space are trained for two epochs, each
    is told as it is done, and no child is left."""
    told: list[Sample | None] = []
    pace = _measure(toy, toy_data, 2, told.append)
    trials = [trial for trial in told if trial is not None]
    assert pace.baseline.params == toy.study.baseline
    assert len(pace.samples) == SAMPLES
    assert {id(trial) for trial in trials} == {id(pace.baseline), *map(id, pace.samples)}
    for trial in trials:
        check_params(toy.study.space, trial.params)
        assert trial.score is not None and 0 < trial.score < 1
        assert trial.seconds >= EPOCHS * trial.epoch_seconds > 0
    assert len({trial.params["x"] for trial in trials}) == SAMPLES + 1
    assert pace.slots == 2


def test_divergence_is_no_obstacle(
    troubled: Callable[[str], Definition], toy_data: PreparedData
) -> None:
    """Where everything but the baseline diverges at once, there still is an estimate."""
    definition = troubled("return Diverged(1, 'the loss was nan')")
    pace = _measure(definition, toy_data, 1)
    assert pace.baseline.score is not None
    assert [trial.score for trial in pace.samples] == [None] * SAMPLES
    assert pace.seconds(8, plan("x", definition, Budget())) > 0


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("raise ValueError('no such layer')", "the definition raises ValueError: no such layer"),
        ("os._exit(3)", "the child exited with code 3"),
    ],
)
def test_a_definition_that_fails_is_told(
    trouble: str,
    said: str,
    troubled: Callable[[str], Definition],
    toy_data: PreparedData,
) -> None:
    """An error, or the end of a child, ends the measuring with its cause; no child is left."""
    with pytest.raises(WorkFailed, match=said):
        _measure(troubled(trouble), toy_data, 1)


def test_a_baseline_that_diverges_is_told(
    toy_data: PreparedData, troubled: Callable[[str], Definition]
) -> None:
    """A study of it would stop after its first trial."""
    definition = troubled("pass\n    return Diverged(1, 'the loss was nan')")
    with pytest.raises(WorkFailed, match="the baseline diverged in epoch 1: the loss was nan: "):
        _measure(definition, toy_data, 1)


def test_an_error_is_one_line_and_its_traceback_a_note(
    troubled: Callable[[str], Definition], toy_data: PreparedData
) -> None:
    """A person reads one line, however many the error has; --debug shows the child's traceback."""
    definition = troubled("raise ValueError('no such layer,\\nlook:\\n  here')")
    with pytest.raises(WorkFailed) as caught:
        _measure(definition, toy_data, 1)
    assert str(caught.value).startswith(
        "the definition raises ValueError: no such layer, look: here: mend it"
    )
    (note,) = caught.value.__notes__
    assert "Traceback" in note and "troubled.py" in note


def test_a_definition_that_hangs_is_told(
    troubled: Callable[[str], Definition], toy_data: PreparedData
) -> None:
    """What says nothing for the stall timeout does not hold anybody up for ever: one line says
    where it stands; no child is left."""
    definition = troubled("__import__('threading').Event().wait()")
    with pytest.raises(WorkFailed, match=r"no progress for 2 s at /.*/troubled.py:8: ") as caught:
        _measure(definition, toy_data, 2, stall_seconds=2.0)
    assert "\n" not in str(caught.value)


def _seconds(pace: Pace, toy: Definition, trials: int) -> float:
    return pace.seconds(10, plan("toy", toy, replace(BUDGET, trials=trials)))


def test_the_estimate_by_hand(toy: Definition) -> None:
    """Of 10 epochs the baseline takes 3 + 8 x 1 = 11 s, another (5 + 8 x 2 + 7 + 8 x 4) / 2 = 30 s.
    Search: 11, and 10 others pause after 2 and 4 epochs, where half goes on: 20 + 10 + 3 x 6 of their 100
    epochs are 48%: 10 x 30 x 48% = 144.
    Select: a seed of three and another of two, 5 x 30. Final: 3
    seeds of 30 + 11, on two data sets, 246. Two slots halve it."""
    assert _seconds(Pace(BASELINE, OTHERS, 1), toy, 11) == pytest.approx(155 + 150 + 246)
    assert _seconds(Pace(BASELINE, OTHERS, 2), toy, 11) == pytest.approx(551 / 2)


def test_the_estimate_with_little_to_go_by(toy: Definition) -> None:
    """With two trials, the other one goes on and enters select: 11 + 30, 30, 6 x 41. Without any sample
    all are as fast as the baseline: 11 x (1 + 4.8 + 5 + 12)."""
    assert _seconds(Pace(BASELINE, OTHERS, 1), toy, 2) == pytest.approx(41 + 30 + 246)
    assert _seconds(Pace(BASELINE, (), 1), toy, 11) == pytest.approx(11 * (18 + 4.8))
