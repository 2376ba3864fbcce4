"""An objective is called in the child, or what its file judges with."""

import math
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from optuna import TrialPruned

from hpo.training import protocol
from hpo.training.piped_trial import PipedTrial
from studies.objective import HOLDOUT


def call(
    function: Callable[[Any], Any], asked: protocol.Call, pipe: "Connection[Any, Any]"
) -> protocol.Trained | protocol.Pruned | protocol.Diverged:
    """Calls `function` with a trial.

    Raises:
        Interruption: it was told to leave, or nobody is left to work for.
        ValueError, TypeError: what it returned is no value, in Optuna's words; or it asked for other
            parameters than before its worker was lost.
        Exception: whatever it raised.
    """
    trial = PipedTrial(asked, pipe)
    try:
        returned = function(trial)
    except TrialPruned:
        trial.pass_interruption()
        return protocol.Pruned(epoch=trial.last_step)
    except BaseException:
        trial.pass_interruption()  # which it may have made into something else
        raise
    finally:
        trial.close()
    trial.pass_interruption()
    values = _values_of(returned, len(trial.study.directions))
    if left_out := set(asked.known) - trial.params.keys():
        names = ", ".join(sorted(left_out))
        raise ValueError(f"it did not ask for {names}, which its trial has")
    if infinite := [value for value in values if math.isinf(value)]:
        return protocol.Diverged(epoch=trial.last_step, reason=f"its value is {infinite[0]}")
    return protocol.Trained(score=values[0], scores=tuple(values) if len(values) > 1 else ())


def judge(
    function: Callable[[Mapping[str, Any], int], Any], params: Mapping[str, Any], seed: int
) -> protocol.Trained:
    """What `function` says of these parameters, with that seed.

    Raises:
        ValueError, TypeError: what it returned is neither a number nor one for each example.
        Exception: whatever it raised.
    """
    values = np.asarray(function(dict(params), seed), np.float64)
    with np.errstate(over="ignore"):  # what is too large for it is refused
        stored = values.reshape(-1).astype("<f4")
    is_finite = np.isfinite(stored if values.size > 1 else values).all()
    if values.ndim > 1 or not values.size or not is_finite:
        raise ValueError(
            f"holdout gives an array {values.shape}: return a finite number, or one for each example"
        )
    told = protocol.Evaluated(
        split=HOLDOUT, labels=b"", predictions=b"",
        losses=b64encode(stored.tobytes()),
    )  # fmt: skip
    return protocol.Trained(score=float(values.mean()), evaluations=(told,))


def _values_of(returned: object, wanted: int) -> list[float]:
    """Raises:
    ValueError: it is not so many.
    """
    values = returned if isinstance(returned, Sequence) else [returned]
    numbers = []
    for value in values:
        try:
            numbers.append(number := float(value))  # type: ignore[arg-type]  # that is tried
        except (TypeError, ValueError):
            raise ValueError(f"The value {value!r} could not be cast to float") from None
        if math.isnan(number):
            raise ValueError(f"The value {value} is not acceptable")
    if len(numbers) != wanted:
        raise ValueError(
            f"The number of the values {len(numbers)} did not match the number of the objectives {wanted}"
        )
    return numbers
