"""How long a study will take: measured on real children, and counted by hand."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hpo import definitions, estimate
from hpo.creation import Budget
from hpo.definitions import Definition
from hpo.errors import WorkFailed
from hpo.estimate import EPOCHS, SAMPLES, Pace, Sample
from hpo.machine import devices
from studies.dataset import PreparedData
from studies.space import check_params
from tests.conftest import DEFINITIONS
from tests.hpo.finished import BUDGET

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
            "from hpo import definitions\n"
            "from studies.training import Diverged\n"
            f"TOY = definitions.load({str(DEFINITIONS / 'toy.py')!r}).study\n"
            "def train(study, params, images, *, seed, report, resume=None):\n"
            "    if params != study.baseline:\n"
            f"        {trouble}\n"
            "    return TOY.trainer(study, params, images, seed=seed, report=report)\n"
            "STUDY = replace(TOY, name='troubled', trainer=train)\n"
        )
        return definitions.load(str(file))

    return _troubled


def _children() -> list[psutil.Process]:
    return [
        child for child in psutil.Process().children() if "hpo.machine.child" in child.cmdline()
    ]


def test_the_toy_is_measured(toy: Definition, toy_data: PreparedData) -> None:
    """The baseline and a few random configurations of the space are trained for two epochs, each
    is told as it is done, and no child is left."""
    told: list[Sample | None] = []
    pace = estimate.measure(toy, toy_data, devices.find(2), told.append)
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
    assert _children() == []


def test_divergence_is_no_obstacle(
    troubled: Callable[[str], Definition], toy_data: PreparedData
) -> None:
    """Where everything but the baseline diverges at once, there still is an estimate."""
    definition = troubled("return Diverged(1, 'the loss was nan')")
    pace = estimate.measure(definition, toy_data, devices.find(1))
    assert pace.baseline.score is not None
    assert [trial.score for trial in pace.samples] == [None] * SAMPLES
    assert pace.seconds(8, 16, Budget()) > 0


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
        estimate.measure(troubled(trouble), toy_data, devices.find(1))
    assert _children() == []


def test_an_error_is_one_line_and_its_traceback_a_note(
    troubled: Callable[[str], Definition], toy_data: PreparedData
) -> None:
    """A person reads one line, however many the error has; --debug shows the child's traceback."""
    definition = troubled("raise ValueError('no such layer,\\nlook:\\n  here')")
    with pytest.raises(WorkFailed) as caught:
        estimate.measure(definition, toy_data, devices.find(1))
    assert str(caught.value).startswith(
        "the definition raises ValueError: no such layer, look: here: mend it"
    )
    (note,) = caught.value.__notes__
    assert "Traceback" in note and "troubled.py" in note


def test_silence_is_broken_though_epochs_are_reported(
    troubled: Callable[[str], Definition],
    toy_data: PreparedData,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sign of life comes when nothing was told for long, also where children report at a faster
    pace: two epochs of 0.3 s each, in 0.5 s of patience."""
    monkeypatch.setattr(estimate, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(estimate, "SAMPLES", 1)
    told: list[Sample | None] = []
    slow = "report = lambda epoch, tell=report: (__import__('time').sleep(0.3), tell(epoch))[1]"
    estimate.measure(troubled(slow), toy_data, devices.find(1), told.append)
    assert told[-1] is not None and None in told[-2:]


def test_the_estimate_by_hand() -> None:
    """Of 10 epochs the baseline takes 3 + 8 x 1 = 11 s, another (5 + 8 x 2 + 7 + 8 x 4) / 2 = 30 s.
    Search: 11 + 10 x 30 x 0.7 = 221. Select: 2 seeds of 3 x 30 + 11, 202. Final: 3 seeds of 30 + 11,
    on two data sets, 246. Two slots halve it."""
    assert Pace(BASELINE, OTHERS, 1).seconds(10, 11, BUDGET) == pytest.approx(221 + 202 + 246)
    assert Pace(BASELINE, OTHERS, 2).seconds(10, 11, BUDGET) == pytest.approx(669 / 2)


def test_the_estimate_with_little_to_go_by() -> None:
    """With two trials, select has one beside the baseline: 11 + 21, 2 x 41, 6 x 41. Without any
    sample all are as fast as the baseline: 11 x (1 + 7 + 8 + 6)."""
    assert Pace(BASELINE, OTHERS, 1).seconds(10, 2, BUDGET) == pytest.approx(32 + 82 + 246)
    assert Pace(BASELINE, (), 1).seconds(10, 11, BUDGET) == pytest.approx(11 * 28)
