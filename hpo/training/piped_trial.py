"""A stand-in of Optuna's trial, in the child: each question goes to the supervisor, that alone has the
database."""

import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    check_distribution_compatibility,
    distribution_to_json,
)
from optuna.study import StudyDirection
from optuna.trial import BaseTrial, Trial

from hpo.training import protocol
from hpo.training.checkpoint_folder import CheckpointFolder
from hpo.training.reporter import Interruption, SupervisorGone, ToldToLeave

MOST_STEP = 2**31 - 1


@dataclass(frozen=True)
class StudyOfTrial:
    """What callbacks of other libraries ask of a trial's study; it holds no trials."""

    study_name: str
    directions: list[StudyDirection]
    """Whether each value is to be low or high."""

    @property
    def direction(self) -> StudyDirection:
        """That of the one value there is."""
        if self._is_multi_objective():
            raise RuntimeError("its values have several directions: ask for `directions`")
        return self.directions[0]

    def _is_multi_objective(self) -> bool:
        return len(self.directions) > 1

    def stop(self) -> None:
        """Refused."""
        raise NotImplementedError("other workers are on this study: use `hpo stop`, or --target")


@dataclass(frozen=True)
class StorageOfTrial:
    """What Optuna's helpers write of a trial beside its interface, such as scores of cross-validation."""

    _trial: "PipedTrial"

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        """Kept with the trial; a value that JSON has."""
        if trial_id != self._trial._trial_id:
            raise ValueError("an objective writes of its own trial alone")
        # Scores come as scikit-learn gives them, which JSON does not take.
        told = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        self._trial.keep(protocol.Attribute(key=key, value=told, is_systems=True))


class PipedTrial(BaseTrial):
    """Optuna's `Trial` as an objective knows it."""

    def __init__(self, asked: protocol.Call, pipe: "Connection[Any, Any]") -> None:
        self.seed = asked.seed
        """Another for each trial: what an objective leaves to chance may follow from it."""
        self.last_step = 0
        self.study = StudyOfTrial(
            asked.study, [StudyDirection[each.upper()] for each in asked.settings["directions"]]
        )
        """What an objective may ask of its study."""
        self.storage = StorageOfTrial(self)
        """Where Optuna's helpers write of it."""
        self._trial_id = asked.number  # as these call it
        self._folder = CheckpointFolder(asked)
        self._number = asked.number
        self._began = datetime.fromtimestamp(asked.began_ms / 1000)
        self._pipe = pipe
        self._in_turn = Lock()
        self._params: dict[str, Any] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._attributes: dict[str, Any] = {}
        self._constraints: dict[str, float] = {}
        self._reported: set[int] = set()
        self._is_behind = False
        self._is_over = False
        self._interruption: Interruption | None = None
        self._reported_at = time.monotonic()

    @property  # type: ignore[misc]  # as every class has it, which nobody sets
    def __class__(self) -> type:
        """Optuna's helpers, such as `upload_artifact`, ask whether it is a `Trial` before they use it as one."""
        return Trial

    def close(self) -> None:
        """Its function has returned: a thread that it left behind asks for nothing any more."""
        with self._in_turn:
            self._is_over = True
        self._folder.remove()

    @property
    def checkpoint_folder(self) -> Path:
        """A folder for what the objective needs to go on, which is kept behind reports, when so many seconds
        have passed, and when its worker leaves. Called again, on whatever machine, it has what was
        kept last."""
        return self._folder.open()

    def pass_interruption(self) -> None:
        """Raises what ended the trial, though the objective may not have let it pass."""
        if self._interruption is not None:
            raise self._interruption

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """A real number between both, included."""
        return float(self._suggest(name, FloatDistribution(low, high, log=log, step=step)))

    def suggest_int(
        self, name: str, low: int, high: int, *, step: int = 1, log: bool = False
    ) -> int:
        """A whole number between both, included."""
        return int(self._suggest(name, IntDistribution(low, high, log=log, step=step)))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        """One of them."""
        return self._suggest(name, CategoricalDistribution(choices))

    def suggest_uniform(self, name: str, low: float, high: float) -> float:
        """Optuna's older name."""
        return self.suggest_float(name, low, high)

    def suggest_loguniform(self, name: str, low: float, high: float) -> float:
        """Optuna's older name."""
        return self.suggest_float(name, low, high, log=True)

    def suggest_discrete_uniform(self, name: str, low: float, high: float, q: float) -> float:
        """Optuna's older name."""
        return self.suggest_float(name, low, high, step=q)

    def _suggest(self, name: str, distribution: BaseDistribution) -> Any:
        if name in self._distributions:
            check_distribution_compatibility(self._distributions[name], distribution)
            return self._params[name]
        question = protocol.Suggest(name=name, distribution=distribution_to_json(distribution))
        answer = self._ask(question)
        assert isinstance(answer, protocol.Suggested), f"out of turn: {answer}"
        value = distribution.to_external_repr(answer.internal)
        self._params[name], self._distributions[name] = value, distribution
        return value

    def report(self, value: float, step: int) -> None:
        """A value on the way, after that step."""
        self._refuse_several("report")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"The `value` argument is of type '{type(value)}' but supposed to be a float."
            ) from None
        try:
            at = int(step)
        except (TypeError, ValueError):
            raise TypeError(
                f"The `step` argument is of type '{type(step)}' but supposed to be an int."
            ) from None
        if at < 0:
            raise ValueError(f"`step={at}` must be non-negative.")
        if at > MOST_STEP:
            raise ValueError(f"`step={at}` is larger than {MOST_STEP}, which no database takes.")
        # What is no number no database orders; a second report of a step Optuna ignores, too.
        if at in self._reported or not math.isfinite(number):
            return
        now = time.monotonic()
        seconds, self._reported_at = now - self._reported_at, now
        self._reported.add(at)
        self.last_step = max(self.last_step, at)
        not_resumed = self._folder.not_resumed
        told = protocol.Report(epoch=at, score=number, seconds=seconds, not_resumed=not_resumed)
        answer = self._ask(told)
        assert isinstance(answer, protocol.Answer), f"out of turn: {answer}"
        self._is_behind = not answer.go_on
        self._folder.not_resumed = None
        if answer.go_on:
            self._keep_folder(is_last=answer.leave)
        if answer.leave and answer.go_on:
            self._interruption = ToldToLeave(at)
            raise self._interruption

    def _keep_folder(self, *, is_last: bool) -> None:
        try:
            kept = self._folder.save(is_last=is_last)
        except OSError as error:  # it goes on from an older one at worst
            print(f"the folder is not kept: {error}", flush=True)  # noqa: T201 - told if the child is lost
        else:
            if kept is not None:
                self._ask(kept)
        self._folder.settle()

    def should_prune(self) -> bool:
        """Whether the others were so much better that it is to raise `optuna.TrialPruned`."""
        self._refuse_several("should_prune")
        return self._is_behind

    def _refuse_several(self, asked: str) -> None:
        if self.study._is_multi_objective():
            raise NotImplementedError(
                f"Trial.{asked} is not supported for multi-objective optimization."
            )

    def set_user_attr(self, key: str, value: Any) -> None:
        """Kept with the trial; a value that JSON has."""
        self.keep(protocol.Attribute(key=key, value=value))
        self._attributes[key] = value

    def keep(self, attribute: protocol.Attribute) -> None:
        """Has it written; raises for what JSON does not have."""
        json.dumps(attribute.value, allow_nan=False)
        self._ask(attribute)

    def set_constraint(self, key: str, value: float) -> None:
        """Kept with the trial, which is feasible where no constraint is above zero."""
        number = float(value)
        if math.isnan(number):
            raise ValueError(f"Attempted to set a constraint for {key!r}, but NaN is not allowed.")
        if key not in self._constraints:
            # JSON has no infinity.
            finite = min(max(number, -sys.float_info.max), sys.float_info.max)
            self._ask(protocol.Attribute(key=key, value=finite, is_constraint=True))
            self._constraints[key] = number

    def set_system_attr(self, key: str, value: Any) -> None:
        """Refused."""
        raise NotImplementedError("attributes of the system are Optuna's own: use set_user_attr")

    @property
    def number(self) -> int:
        """Of the trial in its study, from 0."""
        return self._number

    @property
    def params(self) -> dict[str, Any]:
        """What was suggested until now."""
        return dict(self._params)

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """Of what was suggested."""
        return dict(self._distributions)

    @property
    def user_attrs(self) -> dict[str, Any]:
        """What was kept with the trial."""
        return dict(self._attributes)

    @property
    def constraints(self) -> dict[str, float]:
        """What was set."""
        return dict(self._constraints)

    @property
    def datetime_start(self) -> datetime | None:
        """When it began, in local time."""
        return self._began

    def _ask(self, question: protocol.FromChild) -> protocol.ToChild:
        """Raises:
        ValueError: it was refused.
        """
        self.pass_interruption()
        with self._in_turn:
            if self._is_over:
                raise RuntimeError("the trial is over: its objective has returned")
            try:
                protocol.send(self._pipe, question)
                answer = protocol.receive_in_child(self._pipe)
            except (EOFError, OSError) as error:
                self._interruption = SupervisorGone("the supervisor is gone")
                raise self._interruption from error
        if isinstance(answer, protocol.Refused):
            raise ValueError(answer.reason)
        return answer
