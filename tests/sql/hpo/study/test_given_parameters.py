"""What a person gives a search: what is fixed in all its trials, and what is to be tried soon."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.trials import Trials
from hpo.study.creation import create
from hpo.study.extension import extend
from hpo.study.given_parameters import enqueue
from hpo.study.planning import Budget
from storage import schema
from storage.database import Database
from storage.errors import StudyExists
from storage.records import Params, StudyRecord
from storage.states import JobState, Phase, Sampler
from storage.tables import jobs, studies
from studies.space import Choice, Real, Whole
from tests.support.claims import claim_next, jobs_of, work_until
from tests.support.fixtures import MADE_BY, SPACE
from tests.support.marks import on

GOOD = {"x": 0.25, "kind": "good"}


def _begin(db: Database, study: StudyRecord, number: int, definition: Definition) -> list[Params]:
    """So many of the study's next trials, as they begin."""
    found: list[Params] = []
    trials = Trials(db, study, MADE_BY)
    for _ in range(number):
        job, lease = claim_next(db, study)
        found.append(dict(trials.begin(job, lease, definition.study.space).params or {}))
    return found


def _with_space(toy: Definition, **fields: Any) -> Definition:
    return replace(toy, searched=replace(toy.study, **fields))


def test_what_is_fixed_all_trials_have_but_the_baseline(db: Database, toy: Definition) -> None:
    """It is read as the space has it, and kept with the study."""
    study = create(db, "fixed", toy, Budget(trials=2, fixed={"kind": "good", "x": ".5"}))
    assert (study.fixed, study.points) == ({"x": 0.5, "kind": "good"}, 2)
    with pytest.raises(StudyExists, match=r"other fix \(x=0.5 kind=good\): leave --fix out"):
        create(db, "fixed", toy, Budget(fixed={"kind": "good"}))
    assert _begin(db, study, 2, toy) == [study.baseline, study.fixed]


def test_a_search_goes_on_in_what_is_left(db: Database, toy: Definition) -> None:
    """By any sampler; the baseline keeps its own values, and is one of the configurations there are."""
    space = {
        "kind": Choice(("good", "bad")), "n": Whole(1, 3), "m": Whole(1, 2, when={"kind": "bad"}),
    }  # fmt: skip
    definition = _with_space(toy, space=space, baseline={"kind": "bad", "n": 1, "m": 1})
    with pytest.raises(UsageError, match="has 4 configurations: --trials 5"):
        create(db, "many", definition, Budget(trials=5, fixed={"kind": "good"}))
    for sampler in Sampler:
        asked = Budget(trials=4, fixed={"kind": "good"}, sampler=sampler)
        study = create(db, sampler.value, definition, asked)
        assert study.points == 4
        baseline, *others = _begin(db, study, 4, definition)
        assert baseline == {"kind": "bad", "n": 1, "m": 1}
        assert sorted(each["n"] for each in others) == [1, 2, 3]
        assert all(each.keys() == {"kind", "n"} and each["kind"] == "good" for each in others)


@on("sqlite")
@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        ({"kind": "ugly"}, "parameter 'kind' cannot be 'ugly': allowed"),
        ({"x": "much"}, "parameter 'x' cannot be 'much'"),
        ({"y": "1"}, "parameter 'y' is not in the space"),
    ],
)
def test_what_cannot_be_fixed_makes_no_study(
    db: Database, toy: Definition, fixed: Params, said: str
) -> None:
    """One line says which."""
    with pytest.raises(UsageError, match=said):
        create(db, "fixed", toy, Budget(fixed=fixed))
    with db.reading() as tx:
        assert studies.find(tx, "fixed") is None


def test_what_is_enqueued_are_the_next_trials(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """In its order, in place of such as were not begun; what it leaves open is chosen."""
    enqueue(db, "toy", [GOOD, {"x": np.int64(0)}], SPACE)
    assert [job.params for job in jobs_of(db, study)] == [study.baseline, GOOD, {"x": 0.0}, None]
    baseline, first, second, _ = _begin(db, study, 4, toy)
    assert (baseline, first, second["x"]) == (study.baseline, GOOD, 0.0)
    assert second["kind"] in ("good", "bad")
    assert len(jobs_of(db, study)) == 4


@on("postgresql", "mariadb")
def test_a_job_that_is_being_taken_is_passed_over(db: Database, study: StudyRecord) -> None:
    """Nobody waits for whoever takes it, and the next has what is given."""
    second = jobs_of(db, study)[1]
    with db.transaction() as tx:
        tx.execute(sa.select(schema.jobs).where(schema.jobs.c.id == second.id).with_for_update())
        enqueue(db, "toy", [GOOD], SPACE)
    assert [job.params for job in jobs_of(db, study)] == [study.baseline, None, GOOD, None]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([GOOD, {"colour": 1}], "entry 2: parameter 'colour' is not in the space"),
        ([{"x": 2}], "parameter 'x' cannot be 2"),
        ([{"x": math.nan}], "what is enqueued: x is nan"),
        ([{"x": [1, 2]}], r"x is \[1, 2\]: give each a single value"),
        ([GOOD, {}], "no parameters"),
        (["x"], "map each parameter to its value"),
        ([GOOD, GOOD], "entry 2: study 'toy' has x=0.25 kind=good already"),
        ([{"x": 0.5, "kind": "bad"}], "study 'toy' has x=0.5 kind=bad already"),
        ([{"x": each / 10} for each in range(4)], r"has 3 trials left to begin, and 4 .*--trials 5`"),
    ],
)  # fmt: skip
def test_what_is_refused_enqueues_nothing(
    db: Database, study: StudyRecord, entries: list[Params], said: str
) -> None:
    """All or nothing, in one line."""
    with pytest.raises(UsageError, match=said):
        enqueue(db, "toy", entries, SPACE)
    assert [job.params for job in jobs_of(db, study)] == [study.baseline, None, None, None]


@on("sqlite")
def test_what_is_forbidden_fixed_or_does_not_apply_is_not_enqueued(
    db: Database, toy: Definition
) -> None:
    """By its name; nor what may not come to apply."""
    space = {
        "kind": Choice(("good", "bad")), "n": Whole(1, 3), "m": Real(1, 2, when={"kind": "bad"}),
    }  # fmt: skip
    definition = _with_space(
        toy, space=space, baseline={"kind": "good", "n": 1}, forbidden=[{"kind": "bad", "n": 3}]
    )
    open_, fixed = (
        create(db, name, definition, Budget(trials=3, fixed=given))
        for name, given in (("open", None), ("fixed", {"kind": "good"}))
    )
    for study, params, said in (
        (open_, {"kind": "bad", "n": 3}, "the space forbids"),
        (open_, {"kind": "good", "m": 1.5}, "parameter 'm' does not apply here"),
        (open_, {"m": 1.5}, "whether parameter 'm' applies depends on kind"),
        (fixed, {"kind": "bad"}, "kind is fixed at 'good'"),
        (fixed, {"m": 1.5}, "parameter 'm' does not apply where kind=good"),
    ):
        with pytest.raises(UsageError, match=said):
            enqueue(db, study.name, [params], definition.study.space)
    enqueue(db, "fixed", [{"n": 2}], definition.study.space)
    assert jobs_of(db, fixed)[1].params == {"kind": "good", "n": 2}


def test_what_was_not_begun_when_the_search_ended_is_when_it_is_extended(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """All of it. A study that is past its search takes nothing, and says what does."""
    _begin(db, study, 2, toy)
    enqueue(db, "toy", [GOOD, {"x": 0.0}], SPACE)
    with db.transaction() as tx:
        jobs.cancel(tx, study.id, [JobState.OPEN], "the search ended", also_begun=False)
        locked = studies.lock(tx, "toy")
        studies.write(tx, locked, reason="the search ended")
    with pytest.raises(UsageError, match=r"no trial left to begin, and 1 .*--extend --trials 5`"):
        enqueue(db, "toy", [{"x": 0.125}], SPACE)
    extend(db, "toy", Budget(trials=5))
    waiting = [job.params for job in jobs_of(db, study) if job.state == JobState.OPEN]
    assert waiting == [GOOD, {"x": 0.0}, None]


@on("sqlite")
def test_a_study_that_is_done_takes_nothing(db: Database, study: StudyRecord) -> None:
    """It has no trial left."""
    work_until(db, study, Phase.DONE)
    with pytest.raises(UsageError, match="no trial left to begin"):
        enqueue(db, "toy", [GOOD], SPACE)
