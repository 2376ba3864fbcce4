"""What stands below the charts of a report."""

from dataclasses import replace
from itertools import pairwise

import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import create_trial

from hpo.report import charts
from hpo.report.report_data import Contents
from storage.records import JobRecord
from storage.states import Direction


@pytest.mark.parametrize(("number", "best"), [(12, 2), (100, 10)])
def test_importances_say_what_they_look_at(contents: Contents, number: int, best: int) -> None:
    """The method by its name, of how many trials, and what it does not say; few are called few."""
    study = optuna.create_study(direction="maximize")
    for index in range(number):
        study.add_trial(
            create_trial(
                value=index / number,
                params={"x": index / number, "y": index % 7 / 7},
                distributions={"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)},
            )
        )
    figures = {each.id: each for each in charts.draw(replace(contents, trials=study))}
    caption = figures["importances"].caption
    assert "PED-ANOVA: of each hyperparameter by itself" in caption
    assert (
        f"the best tenth of the completed trials ({best} of {number}) and in all of them" in caption
    )
    assert "neither how much the validation accuracy changes with a hyperparameter" in caption
    assert ("little more than a hint" in caption) == (best < 5)


def test_curves_and_history_say_that_each_is_of_one_training(contents: Contents) -> None:
    """The best was chosen among many, the baseline is one."""
    figures = {each.id: each for each in charts.draw(contents)}
    assert "the best was chosen for its score among many" in figures["curves"].caption
    assert "the best of many is partly luck" in figures["history"].caption


def test_where_less_is_better_the_lowest_is_the_best(contents: Contents) -> None:
    """In the line of the best so far, and by colour: the lowest is as blue as the highest was."""
    drawn = {each.id: each.chart for each in charts.draw(contents)}
    study = replace(contents.study, direction=Direction.MINIMIZE)
    status = replace(contents.status, study=study)
    lower = {each.id: each.chart for each in charts.draw(replace(contents, status=status))}
    best = next(line for line in lower["history"].data if line.name == "best so far")
    assert all(later <= sooner for sooner, later in pairwise(best.y))
    ends = [
        [end for _, end in figures["coordinates"].data[-1].marker.colorscale]
        for figures in (drawn, lower)
    ]
    assert ends[0] == ends[1][::-1]
    heights = {line.y[0]: line.line.color for line in lower["coordinates"].data[:-1]}
    assert heights[min(heights)] != heights[max(heights)]


def test_constraints_are_told_apart(contents: Contents) -> None:
    """Dotted lines break one, and a legend says so."""
    study = optuna.create_study(direction="maximize")
    for index in range(6):
        trial = create_trial(
            value=index / 6,
            params={"x": index / 7},
            distributions={"x": FloatDistribution(0, 1)},
            system_attrs={"constraints:size": index - 3.0},
        )
        study.add_trial(trial)
    figures = {each.id: each for each in charts.draw(replace(contents, trials=study))}
    *lines, _ = figures["coordinates"].chart.data
    assert {line.name for line in lines if line.name} == {"Feasible", "Infeasible"}
    assert [line.line.dash for line in lines if not line.name].count("dot") == 2


def _numbers(jobs: list[JobRecord]) -> list[int]:
    return sorted(job.trial_number or 0 for job in jobs)


@pytest.mark.parametrize("is_any_feasible", [True, False])
def test_what_violates_a_constraint_has_its_colour(
    contents: Contents, is_any_feasible: bool
) -> None:
    """And is no step of the best so far, of which there may be none."""
    best = contents.status.best
    status = replace(
        contents.status,
        jobs=tuple(
            replace(job, is_feasible=is_any_feasible and job != best)
            for job in contents.status.jobs
        ),
    )
    changed = replace(contents, status=status, best=status.best)
    drawn = {each.id: each.chart for each in charts.draw(changed)}
    points = {line.name: line.x for line in drawn["history"].data if line.mode == "markers"}
    assert list(points.get("completed", ())) == _numbers(status.feasible)
    assert list(points["infeasible"]) == _numbers(status.infeasible)
    (line,) = [line for line in drawn["history"].data if line.name == "best so far"]
    assert best is not None and best.score not in line.y
    assert bool(line.y) is is_any_feasible


def test_whole_numbers_are_marked_by_themselves(contents: Contents) -> None:
    """No axis shows half a layer; one of real numbers is marked evenly."""
    study = optuna.create_study(direction="maximize")
    space = {"layers": IntDistribution(1, 3), "rate": FloatDistribution(0, 1)}
    for index in range(6):
        params = {"layers": 1 + index % 3, "rate": index / 7}
        study.add_trial(create_trial(value=index / 6, params=params, distributions=space))
    figures = {each.id: each for each in charts.draw(replace(contents, trials=study))}
    layout = figures["coordinates"].chart.layout
    marks: dict[str, list[str]] = {}
    for mark in layout.annotations:
        marks.setdefault(layout.xaxis.ticktext[mark.x], []).append(mark.text)
    assert marks["layers"] == ["1", "2", "3"]
    assert len(marks["rate"]) == 5
