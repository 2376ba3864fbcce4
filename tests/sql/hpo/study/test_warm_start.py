"""A study that begins with what another had found."""

from dataclasses import replace

import pytest

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.proposals import propose
from hpo.search.trial_history import SamplersStudy
from hpo.search.trials import Ending, Trials
from hpo.study import removal
from hpo.study.creation import create
from hpo.study.extension import extend
from hpo.study.planning import Budget
from storage.database import Database
from storage.errors import StudyExists, StudyNotFound
from storage.records import StudyRecord
from storage.states import JobState
from storage.tables import earlier_trials, jobs
from studies.space import Params
from tests.support.claims import claim_next, jobs_of
from tests.support.fixtures import MADE_BY, SPACE

BUDGET = Budget(trials=4, source="toy")
PROPOSE = "hpo.search.trials.propose"


def _search(db: Database, study: StudyRecord, *scores: float, pruned: bool = False) -> list[Params]:
    """The next search jobs, ended with these scores; what they trained."""
    trials, found = Trials(db, study, MADE_BY), []
    for score in scores:
        job, lease = claim_next(db, study)
        job = trials.begin(job, lease, SPACE)
        trials.report(job, lease, 1, score)
        state = JobState.PRUNED if pruned else JobState.SUCCEEDED
        trials.end(job, lease, Ending(state, score, 1.0))
        assert job.params is not None
        found.append(job.params)
    return found


def test_it_begins_with_the_best_and_knows_the_others(
    db: Database, study: StudyRecord, toy: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has as many trials of its own as were asked for; what it knows are copies, which stay when
    the other study is removed, and count by how far they were from their baseline."""
    old = _search(db, study, 0.5, 0.6, 0.9)
    old += _search(db, study, 0.4, pruned=True)
    new = create(db, "new", toy, BUDGET)
    assert (new.source, new.trials) == ("toy", 4)
    removal.remove(db, "toy")
    assert [job.params for job in jobs_of(db, new)] == [old[0], old[2], None, None]
    seen: list[SamplersStudy] = []

    def watched(history: SamplersStudy, *rest: object) -> Params:
        seen.append(history)
        return propose(history, *rest)  # type: ignore[arg-type]  # as it was given them

    monkeypatch.setattr(PROPOSE, watched)
    assert _search(db, new, 0.2, 0.3, 0.25) == [old[0], old[2], jobs_of(db, new)[2].params]
    (history,) = seen
    shown = history.get_trials()
    assert [trial.params for trial in shown] == [*old, old[0], old[2]]
    assert [trial.number for trial in shown] == list(range(6))
    assert [trial.value for trial in shown] == pytest.approx([0.2, 0.3, 0.6, 0.1, 0.2, 0.3])
    assert history.has_tried(old[2]) and not history.has_tried(old[1])
    storage = db.optuna
    assert len(storage.get_all_trials(storage.get_study_id_from_name("new"))) == 3


def test_what_violates_a_constraint_is_not_begun_with(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """However good its score is; the best of the others is."""
    _, good = _search(db, study, 0.5, 0.6)
    trials = Trials(db, study, MADE_BY)
    job, lease = claim_next(db, study)
    job = trials.begin(job, lease, SPACE)
    trials.report(job, lease, 1, 0.9)
    trials.end(job, lease, Ending(JobState.SUCCEEDED, 0.9, 1.0, constraints={"ms at most 5": 1.0}))
    new = create(db, "new", toy, BUDGET)
    assert jobs_of(db, new)[1].params == good


def test_the_same_is_asked_for_again(db: Database, study: StudyRecord, toy: Definition) -> None:
    """In whole or in part it is the study there is; to begin otherwise takes another name. More trials
    do not begin anew."""
    _search(db, study, 0.5, 0.6)
    new = create(db, "new", toy, BUDGET)
    assert create(db, "new", toy, BUDGET) == create(db, "new", toy, Budget()) == new
    with pytest.raises(StudyExists, match=r"exists with other from \(toy\)"):
        create(db, "new", toy, replace(BUDGET, source="another"))
    with pytest.raises(StudyExists, match="leave --from out"):
        create(db, "toy", toy, replace(BUDGET, source="new"))
    assert extend(db, "new", Budget(trials=6)).source == "toy"
    assert [job.params for job in jobs_of(db, new)][4:] == [None, None]
    with db.reading() as tx:
        assert len(earlier_trials.of_study(tx, new)) == 2


def test_one_that_has_nothing_to_give_is_refused(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """Nothing is created."""
    for source, error in (("nobody", StudyNotFound), (study.name, UsageError)):
        with pytest.raises(error, match=f"'{source}'"):
            create(db, "new", toy, replace(BUDGET, source=source))
    with db.reading() as tx:
        assert earlier_trials.of_search(tx, study) == []
    assert "new" not in [each.study_name for each in db.optuna.get_all_studies()]


def test_what_is_given_is_proposed_to_nobody_else(
    db: Database, study: StudyRecord, toy: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two slots may choose before the first of them has begun."""
    _, best = _search(db, study, 0.5, 0.6)
    new = create(db, "new", toy, BUDGET)
    _search(db, new, 0.2)
    trials = Trials(db, new, MADE_BY)
    given, ahead = claim_next(db, new), claim_next(db, new)
    seen: list[SamplersStudy] = []

    def chosen(history: SamplersStudy, *_: object) -> Params:
        seen.append(history)
        return {"x": 0.123, "kind": "bad"}

    monkeypatch.setattr(PROPOSE, chosen)
    trials.begin(*ahead, SPACE)
    assert trials.begin(*given, SPACE).params == best
    assert seen[0].has_tried(best) and not seen[0].has_tried({"x": 0.5, "kind": "good"})


def test_what_was_not_begun_when_the_search_ended_is_tried_when_it_goes_on(
    db: Database, study: StudyRecord, toy: Definition
) -> None:
    """Its job was given up with the others; the first that makes up for them has it."""
    _, best = _search(db, study, 0.5, 0.6)
    new = create(db, "new", toy, BUDGET)
    _search(db, new, 0.2)
    with db.transaction() as tx:
        jobs.cancel(tx, new.id, [JobState.OPEN], "the timeout", also_begun=False)
    extend(db, "new", Budget(trials=6))
    made = jobs_of(db, new)[4:]
    assert [job.params for job in made] == [best, None, None, None, None]


def test_it_is_removed_with_what_it_knew(db: Database, study: StudyRecord, toy: Definition) -> None:
    """And the other study stays."""
    _search(db, study, 0.5, 0.6)
    new = create(db, "new", toy, BUDGET)
    removal.remove(db, "new")
    with db.reading() as tx:
        assert earlier_trials.of_study(tx, new) == []
        assert len(earlier_trials.of_search(tx, study)) == 2
