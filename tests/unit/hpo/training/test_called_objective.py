"""An objective's trial: each question goes to the supervisor, and is Optuna's in all else."""

import math
import re
import sys
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna.distributions import FloatDistribution, IntDistribution, json_to_distribution
from optuna.study import StudyDirection
from optuna.terminator import report_cross_validation_scores

from hpo.training import protocol
from hpo.training.called_objective import call, judge
from hpo.training.piped_trial import PipedTrial
from hpo.training.protocol import (
    Answer,
    Attribute,
    Call,
    Diverged,
    Kept,
    Pruned,
    Refused,
    Report,
    Suggest,
    Suggested,
    Trained,
)
from hpo.training.reporter import SupervisorGone, ToldToLeave

CALLED = Call(
    definition="f.py:objective", definition_hash="h", settings={"directions": ["minimize"]},
    study="mine", seed=7, number=3, began_ms=0, checkpoint_stem="/nowhere",
)  # fmt: skip


class Played:
    """The other end of the pipe: it answers as it is told to, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[protocol.FromChild] = []
        self.answer = Answer(go_on=True)
        self.internal = 1.0
        self.refusal: str | None = None
        ours, self.pipe = Pipe()
        Thread(target=self._serve, args=(ours,), daemon=True).start()

    def _serve(self, pipe: Any) -> None:
        while True:
            try:
                asked = protocol.receive_from_child(pipe)
            except (EOFError, OSError):
                return
            self.heard.append(asked)
            if self.refusal is not None:
                protocol.send(pipe, Refused(reason=self.refusal))
            elif isinstance(asked, Suggest):
                protocol.send(pipe, Suggested(internal=self.internal))
            else:
                protocol.send(pipe, self.answer)

    def trial(self, **changes: Any) -> PipedTrial:
        return PipedTrial(CALLED.model_copy(update=changes), self.pipe)


@pytest.fixture
def played() -> Iterator[Played]:
    """That hangs up in the end."""
    made = Played()
    yield made
    made.pipe.close()


def test_each_kind_of_parameter_is_asked_for(played: Played) -> None:
    """As Optuna writes its distribution, and comes back as the type that Optuna gives."""
    trial = played.trial()
    assert trial.suggest_float("x", 0.0, 2.0) == 1.0
    assert type(trial.suggest_int("n", 0, 4)) is int
    assert trial.suggest_categorical("c", ["a", None, True]) is None
    assert trial.suggest_loguniform("l", 0.1, 10.0) == 1.0
    asked = [json_to_distribution(each.distribution) for each in played.heard]  # type: ignore[union-attr]  # all are of one kind
    assert asked[0] == FloatDistribution(0.0, 2.0)
    assert asked[1] == IntDistribution(0, 4)
    assert asked[3] == FloatDistribution(0.1, 10.0, log=True)
    assert trial.params == {"x": 1.0, "n": 1, "c": None, "l": 1.0}
    assert trial.distributions["x"] == FloatDistribution(0.0, 2.0)


def test_what_was_suggested_is_not_asked_for_again(played: Played) -> None:
    """Another kind under its name is refused as Optuna does."""
    trial = played.trial()
    trial.suggest_float("x", 0.0, 2.0)
    assert trial.suggest_float("x", 0.0, 2.0) == 1.0
    assert len(played.heard) == 1
    with pytest.raises(ValueError, match="different distribution kind"):
        trial.suggest_int("x", 0, 2)


def test_it_is_a_trial_as_optuna_has_it(played: Played) -> None:
    """Every public name of Optuna's base class is there, and none raises that it is not made."""
    trial = played.trial()
    names = [name for name in dir(optuna.trial.BaseTrial) if not name.startswith("_")]
    assert not [name for name in names if not hasattr(trial, name)]
    assert (trial.number, trial.seed) == (3, 7)
    assert trial.datetime_start is not None


def test_callbacks_find_what_they_ask_of_its_study(played: Played) -> None:
    """As those of optuna-integration do; what would end it for others is refused."""
    study = played.trial().study
    assert (study.study_name, study.direction) == ("mine", StudyDirection.MINIMIZE)
    assert study.directions == [StudyDirection.MINIMIZE]
    assert not study._is_multi_objective()
    with pytest.raises(NotImplementedError, match="hpo stop"):
        study.stop()


def test_optunas_helpers_write_of_it(played: Played) -> None:
    """As what keeps scores of cross-validation for a terminator does."""
    trial = played.trial()
    report_cross_validation_scores(trial, [0.5, 0.75])  # type: ignore[arg-type]  # a stand-in
    report_cross_validation_scores(trial, np.array([0.5, 0.75]))  # type: ignore[arg-type]  # as scikit-learn gives them
    for kept in played.heard:
        assert isinstance(kept, Attribute) and kept.is_systems and kept.value == [0.5, 0.75]
    with pytest.raises(ValueError, match="its own trial"):
        trial.storage.set_trial_system_attr(99, "a", 1)


def test_an_artifact_is_uploaded_for_it(played: Played, tmp_path: Path) -> None:
    """By Optuna's own helper, which looks whether it is a trial; what is noted of it stays with the trial."""
    (tmp_path / "picture").write_text("p")
    (tmp_path / "store").mkdir()
    store = FileSystemArtifactStore(tmp_path / "store")
    artifact_id = upload_artifact(
        artifact_store=store,
        file_path=str(tmp_path / "picture"),
        study_or_trial=played.trial(),  # type: ignore[arg-type]  # a stand-in
    )
    assert (tmp_path / "store" / artifact_id).read_text() == "p"
    (kept,) = played.heard
    assert isinstance(kept, Attribute) and kept.is_systems and artifact_id in kept.key


def test_several_values(played: Played) -> None:
    """As many as there are directions, which reports know nothing of."""
    both = CALLED.model_copy(update={"settings": {"directions": ["minimize", "maximize"]}})
    told = call(lambda _: (1.0, 2.0), both, played.pipe)
    assert told == Trained(score=1.0, scores=(1.0, 2.0))
    with pytest.raises(ValueError, match="3 did not match the number of the objectives 2"):
        call(lambda _: (1.0, 2.0, 3.0), both, played.pipe)
    assert isinstance(call(lambda _: (1.0, float("inf")), both, played.pipe), Diverged)
    trial = PipedTrial(both, played.pipe)
    assert trial.study._is_multi_objective()
    for asked in (lambda: trial.report(1.0, 1), trial.should_prune):
        with pytest.raises(NotImplementedError, match="multi-objective"):
            asked()


def test_its_folder_is_kept_behind_a_report(played: Played, tmp_path: Path) -> None:
    """So that what is reported is never behind what is kept; and goes with the trial."""

    def objective(trial: Any) -> float:
        for step in (1, 2):
            (trial.checkpoint_folder / "step").write_text(str(step))
            trial.report(0.5, step)
        return 0.5

    asked = CALLED.model_copy(update={"checkpoint_stem": str(tmp_path / "a")})
    assert isinstance(call(objective, asked, played.pipe), Trained)
    assert [type(each) for each in played.heard] == [Report, Kept, Report, Kept]
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == []


def test_who_leaves_keeps_its_folder_first(played: Played, tmp_path: Path) -> None:
    """However short the time since the last."""
    trial = played.trial(checkpoint_stem=str(tmp_path / "a"), checkpoint_seconds=600)
    (trial.checkpoint_folder / "step").write_text("1")
    trial.report(0.5, 1)
    played.answer = Answer(go_on=True, leave=True)
    with pytest.raises(ToldToLeave):
        trial.report(0.5, 2)
    assert [type(each) for each in played.heard] == [Report, Report, Kept]


def test_a_report_may_end_it(played: Played) -> None:
    """Where others are better; before a report nothing is known."""
    trial = played.trial()
    assert not trial.should_prune()
    trial.report(0.5, 0)
    assert not trial.should_prune()
    played.answer = Answer(go_on=False)
    trial.report(float(np.float32(0.25)), 4)
    assert trial.should_prune()
    assert [(each.epoch, each.score) for each in played.heard if isinstance(each, Report)] == [
        (0, 0.5),
        (4, 0.25),
    ]


def test_what_cannot_be_ordered_is_not_reported(played: Played) -> None:
    """No number, or a step again; what Optuna refuses is refused in its words."""
    trial = played.trial()
    trial.report(0.5, 1)
    trial.report(0.7, 1)
    trial.report(float("nan"), 2)
    assert len(played.heard) == 1
    with pytest.raises(TypeError, match="supposed to be a float"):
        trial.report("good", 3)  # type: ignore[arg-type]  # that is what is refused
    with pytest.raises(ValueError, match="non-negative"):
        trial.report(0.5, -1)
    with pytest.raises(ValueError, match="which no database takes"):
        trial.report(0.5, 2**31)


def test_one_that_is_told_to_leave_ends(played: Played) -> None:
    """Though the objective may not let that pass."""
    played.answer = Answer(go_on=True, leave=True)

    def stubborn(trial: PipedTrial) -> float:
        try:
            trial.report(0.5, 2)
        except BaseException:
            return 1.0
        return 0.0

    with pytest.raises(ToldToLeave):
        call(stubborn, CALLED, played.pipe)


def test_one_that_made_something_else_of_it_ends_all_the_same(played: Played) -> None:
    """As a framework does that wraps whatever is raised in it."""
    played.answer = Answer(go_on=True, leave=True)

    def wrap(trial: PipedTrial) -> float:
        try:
            trial.report(0.5, 2)
        except BaseException as error:
            raise RuntimeError("training stopped") from error
        return 0.0

    with pytest.raises(ToldToLeave):
        call(wrap, CALLED, played.pipe)


def test_a_thread_that_it_left_behind_asks_for_nothing(played: Played) -> None:
    """Its question would be one of the next trial."""
    kept = list[PipedTrial]()

    def forget(trial: PipedTrial) -> float:
        kept.append(trial)
        return 0.5

    assert call(forget, CALLED, played.pipe) == Trained(score=0.5)
    with pytest.raises(RuntimeError, match="the trial is over"):
        kept[0].report(0.5, 3)
    assert played.heard == []


def test_without_a_supervisor_it_ends(played: Played) -> None:
    """Nobody is left to ask."""
    trial = played.trial()
    played.pipe.close()
    with pytest.raises(SupervisorGone):
        trial.suggest_float("x", 0, 1)
    with pytest.raises(SupervisorGone):
        trial.report(0.5, 1)


def test_attributes_and_constraints_are_kept(played: Played) -> None:
    """A constraint once, as Optuna has it; what is refused is said."""
    trial = played.trial()
    trial.set_user_attr("size", [1, {"a": None}])
    trial.set_constraint("memory", 3)
    trial.set_constraint("memory", 5)
    assert played.heard == [
        Attribute(key="size", value=[1, {"a": None}]),
        Attribute(key="memory", value=3.0, is_constraint=True),
    ]
    assert (trial.user_attrs, trial.constraints) == ({"size": [1, {"a": None}]}, {"memory": 3.0})
    trial.set_constraint("time", float("inf"))
    assert played.heard.pop() == Attribute(key="time", value=sys.float_info.max, is_constraint=True)
    with pytest.raises(ValueError, match="not JSON compliant"):
        trial.set_user_attr("loss", float("nan"))
    with pytest.raises(TypeError, match="not JSON serializable"):
        trial.set_user_attr("loss", object())
    with pytest.raises(ValueError, match="NaN is not allowed"):
        trial.set_constraint("speed", float("nan"))
    with pytest.raises(NotImplementedError, match="use set_user_attr"):
        trial.set_system_attr("a", 1)
    played.refusal = "attributes that begin with 'hpo:' are hpo's own"
    with pytest.raises(ValueError, match="hpo's own"):
        trial.set_user_attr("hpo:job", 1)
    assert "hpo:job" not in trial.user_attrs


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), [0.5], (2,), True])
def test_what_can_be_a_value_is_one(played: Played, value: Any) -> None:
    """As Optuna casts it."""
    outcome = call(lambda _: value, CALLED, played.pipe)
    assert isinstance(outcome, Trained) and outcome.loss is None
    assert outcome.score == float(value[0] if isinstance(value, list | tuple) else value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "The value None could not be cast to float"),
        ("good", "could not be cast to float"),
        (float("nan"), "The value nan is not acceptable"),
        ([0.1, 0.2], "The number of the values 2 did not match the number of the objectives 1"),
        ([], "The number of the values 0 did not match"),
        ({}, "could not be cast to float"),
    ],
)
def test_what_is_no_value_is_refused_in_optunas_words(
    played: Played, value: Any, words: str
) -> None:
    """Whoever knows them from there finds them here."""
    with pytest.raises(ValueError, match=words):
        call(lambda _: value, CALLED, played.pipe)


def _pruned(trial: PipedTrial) -> float:
    trial.report(0.5, 6)
    raise optuna.TrialPruned


def test_how_else_it_ends(played: Played) -> None:
    """Pruned where it stands; of an infinite value nothing is known but that it is none."""
    assert call(_pruned, CALLED, played.pipe) == Pruned(epoch=6)
    infinite = call(lambda _: float("-inf"), CALLED, played.pipe)
    assert infinite == Diverged(epoch=0, reason="its value is -inf")


@pytest.mark.parametrize(
    ("objective", "asks_again"),
    [(lambda trial: trial.suggest_float("x", 0, 1), True), (lambda _: 0.5, False)],
)
def test_one_that_asks_for_other_parameters_than_before_is_none(
    played: Played, objective: Callable[[Any], float], asks_again: bool
) -> None:
    """What its trial has already it must ask for: a value belongs to all of them."""
    played.internal = 0.5
    again = CALLED.model_copy(update={"known": ("x",)})
    if asks_again:
        assert call(objective, again, played.pipe) == Trained(score=0.5)
    else:
        with pytest.raises(ValueError, match="did not ask for x, which its trial has"):
            call(objective, again, played.pipe)


@pytest.mark.parametrize("judged", [2.5, np.float32(2.5), [1, 4], np.array([True, False])])
def test_what_judges_gives_numbers(judged: Any) -> None:
    """One, or one for each example, of which losses and hits are kept in single precision."""
    told = judge(lambda params, seed: judged, {"x": 1}, 7)
    (evaluated,) = told.evaluations
    assert evaluated.split == "holdout"
    assert np.frombuffer(evaluated.losses, "<f4").tolist() == np.atleast_1d(judged).tolist()
    assert told.score == np.mean(judged)


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        (None, "array ()"), ("good", "could not convert string to float"), ([[1.0]], "array (1, 1)"),
        ([], "array (0,)"), ([1.0, math.nan], "array (2,)"), (math.inf, "array ()"),
        ([1.0, 1e39], "array (2,)"),
    ],
)  # fmt: skip
def test_what_is_no_judgement(judged: Any, words: str) -> None:
    """It is an error of the objective's file."""
    with pytest.raises(ValueError, match=re.escape(words)):
        judge(lambda params, seed: judged, {"x": 1}, 7)
