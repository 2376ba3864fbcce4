"""What the dashboard shows of a study beside what stands in Optuna's tables."""

import json
import time
from collections.abc import Iterator

import pytest
from bottle import HTTPError
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial
from optuna_dashboard._inmemory_cache import _CachedExtraStudyProperty

from hpo.dashboard import notes_and_plots
from hpo.dashboard.downloads import Downloads
from hpo.dashboard.notes_and_plots import LiveContent
from hpo.dashboard.optuna_storage import StorageView, Sum, Sums, looking_at
from hpo.definition_loader import Definition
from hpo.report.report_data import model_of
from hpo.result import finished_study
from hpo.result.result import conclude
from hpo.search.trials import Trials
from hpo.settings import Settings
from hpo.status.study_status import Status, read_status
from hpo.study import creation, planning
from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs
from tests.support.done import Done
from tests.support.waiting import eventually


@pytest.fixture
def live(db: Database) -> Iterator[LiveContent]:
    """One at work on the test's database."""
    made = LiveContent(db)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shown(db: Database, live: LiveContent) -> StorageView:
    """All that there is."""
    return StorageView(db, live)


@pytest.fixture
def live_of_done(toy_done: Done) -> Iterator[LiveContent]:
    """One at work on the toy study that is done."""
    made = LiveContent(toy_done.db)
    made.start()
    yield made
    made.stop()


def test_a_live_note(
    db: Database, study: StudyRecord, shown: StorageView, live: LiveContent
) -> None:
    """Whoever looks at a study is told how it stands, and again as soon as that changes; whoever
    looks at the list of all waits for nothing."""
    study_id = db.optuna.get_study_id_from_name(study.name)
    (listed,) = shown.get_all_studies()
    assert not any("note" in name for name in listed.system_attrs)
    with looking_at(study_id):
        (looked_at,) = shown.get_all_studies()
    first = looked_at.system_attrs
    assert "No trial has been completed yet." in first["dashboard:note_str:0"]
    with db.transaction() as tx:
        jobs.claim(tx, study.id, "me", 60, "gpu:7")

    def look() -> object:
        attributes = shown.get_study_system_attrs(study_id)
        changed = "gpu:7" in attributes["dashboard:note_str:0"]
        return attributes if changed else None

    assert eventually(look)["dashboard:note_ver"] > first["dashboard:note_ver"]  # type: ignore[index]
    assert db.optuna.get_study_system_attrs(study_id) == {}  # nothing of it was written


def test_what_a_trial_is_told_with(
    db: Database, study: StudyRecord, shown: StorageView, trials: Trials, toy: Definition
) -> None:
    """Where it was trained, how often it was begun, what it cost and why it ended, as attributes of
    the trial; they follow a trial that runs."""
    with db.transaction() as tx:
        job, lease = jobs.claim(tx, study.id, "me", 60, "gpu:7") or pytest.fail("nothing to do")
    trials.begin(job, lease, toy.study.space)
    study_id = db.optuna.get_study_id_from_name(study.name)
    (trial,) = shown.get_all_trials(study_id)
    assert trial.user_attrs == {
        "worker": "?", "device": "gpu:7", "hardware": "an abacus", "attempts": 1,
        "device seconds": 0,
    }  # fmt: skip
    with db.transaction() as tx:
        jobs.release(tx, lease, loss="the plug\nwas pulled", device_seconds=1.26)
        jobs.claim(tx, study.id, "me", 60, "gpu:8")
    (trial,) = shown.get_all_trials(study_id)
    told = {name: trial.user_attrs[name] for name in ("device", "attempts", "device seconds")}
    assert told == {"device": "gpu:8", "attempts": 2, "device seconds": 1.3}
    assert trial.user_attrs["reason"] == "the plug"


def test_one_study_alone(
    db: Database, study: StudyRecord, live: LiveContent, toy: Definition
) -> None:
    """Where one is named the others are not listed."""
    creation.create(db, "other", toy, planning.Budget(trials=2))
    found = StorageView(db, live, study.name).get_all_studies()
    assert [each.study_name for each in found] == [study.name]


def test_plots_and_files_at_the_end(toy_done: Done, live_of_done: LiveContent) -> None:
    """The verdict stands in the note, the report's plots are there, and so are the model and the
    report, as the study's files."""
    db = toy_done.db
    shown = StorageView(db, live_of_done)
    study_id = db.optuna.get_study_id_from_name("toy")

    def look() -> dict[str, str] | None:
        attributes = shown.get_study_system_attrs(study_id)
        return attributes if any("artifacts:" in name for name in attributes) else None

    attributes = eventually(look)
    assert "**Verdict: " in attributes["dashboard:note_str:0"]
    plots = [name for name in attributes if name.startswith("dashboard:plot_data:")]
    assert {"dashboard:plot_data:curves:0", "dashboard:plot_data:timeline:0"} <= set(plots)
    assert all("data" in json.loads(attributes[plot]) for plot in plots)
    files = [json.loads(value) for name, value in attributes.items() if "artifacts:" in name]
    by_name = {file["filename"]: file["artifact_id"] for file in files}
    assert set(by_name) == {"toy.html", "toy.bin"}
    downloads = Downloads(db, Settings(), live_of_done)
    assert downloads.open_reader(by_name["toy.html"]).read().startswith(b"<!DOCTYPE html>")
    file = live_of_done.find_file(by_name["toy.bin"])
    assert file is not None
    assert file.model is not None
    model = downloads.open_reader(by_name["toy.bin"]).read()
    assert model == model_of(db, file.model)
    with pytest.raises(HTTPError, match="no such file"):
        downloads.open_reader("0" * 32)


def test_a_study_that_is_done_is_shown_by_its_winner(
    toy_done: Done, live_of_done: LiveContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its best trial, whatever the search ranked highest, and with the verdict, at the top."""
    db, shown = toy_done.db, StorageView(toy_done.db, live_of_done)
    status = read_status(db, "toy")
    assert status.winner is not None and status.best is not None
    others = [job for job in status.of_phase(Phase.SEARCH) if job.id != status.winner.id]
    monkeypatch.setattr(Status, "winner", others[-1])
    study_id = db.optuna.get_study_id_from_name("toy")
    with looking_at(study_id):
        (found,) = shown.get_all_studies()
    conclusion = conclude(finished_study.read(db, "toy"))
    number = others[-1].trial_number
    assert found.user_attrs["verdict"] == conclusion.verdict
    assert found.user_attrs["winner"] == f"trial {number}"
    best = shown.get_best_trial(study_id)
    assert (best.number, best.params) == (number, others[-1].params)
    assert "device seconds" in best.user_attrs


def test_plots_that_failed_once_come_the_next_time(
    toy_done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing changes any more in a study that is done."""
    page, live = notes_and_plots._Page("toy", time.monotonic()), LiveContent(toy_done.db)

    def fail(_: object) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("hpo.report.charts.draw", fail)
        live._keep(page)
    assert (page.failed, page.plots) == (True, {})
    assert "**Verdict: " in page.body  # which waits for no plot
    live._keep(page)
    assert "dashboard:plot_data:curves:0" in page.plots


def test_a_study_of_optuna_alone(db: Database, shown: StorageView) -> None:
    """One that hpo knows nothing of is shown as it is."""
    study_id = db.optuna.create_new_study([], "bare")
    assert shown.get_study_system_attrs(study_id) == {}
    assert shown.get_all_trials(study_id) == []


def test_a_study_that_is_removed(
    db: Database, study: StudyRecord, shown: StorageView, toy: Definition, trials: Trials
) -> None:
    """It goes from Optuna's tables and ours; another that gets its ids, as SQLite gives them, is not
    taken for it."""
    with db.transaction() as tx:
        job, lease = jobs.claim(tx, study.id, "me", 60, "gpu:7") or pytest.fail("nothing to do")
    trials.begin(job, lease, toy.study.space)
    study_id = db.optuna.get_study_id_from_name(study.name)
    shown.get_all_studies()
    with pytest.raises(HTTPError) as refused:
        shown.delete_study(study_id)
    assert refused.value.status_code == 409
    with db.transaction() as tx:
        jobs.write(tx, lease, state=JobState.SUCCEEDED)
    assert len(shown.get_all_trials(study_id)) == 1
    shown.delete_study(study_id)
    assert shown.get_all_studies() == []
    for gone in (shown.get_study_system_attrs, shown.get_all_trials):
        with pytest.raises(HTTPError) as missing:
            gone(study_id)
        assert missing.value.status_code == 404
    creation.create(db, "next", toy, planning.Budget(trials=2))
    forgotten: list[bool] = []
    shown.on_other = lambda: forgotten.append(True)
    (found,) = shown.get_all_studies()
    assert found.study_name == "next"
    assert bool(forgotten) == (found._study_id == study_id)  # as SQLite gives ids
    assert shown.get_all_trials(found._study_id) == []


def test_what_cannot_be_shown_keeps_nobody_waiting(
    db: Database, study: StudyRecord, shown: StorageView, live: LiveContent,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A mistake of ours is told in the log, once a minute; the page goes on without the note, and the
    thread does not try again and again."""
    asked = 0

    def fail(*_: object) -> str:
        nonlocal asked
        asked += 1
        raise ZeroDivisionError

    monkeypatch.setattr("hpo.dashboard.study_note.write", fail)
    study_id = db.optuna.get_study_id_from_name(study.name)
    began = time.monotonic()
    for _ in range(3):
        assert shown.get_study_system_attrs(study_id) == {}
    assert time.monotonic() - began < notes_and_plots.WAIT_SECONDS
    assert asked == 1
    assert "not all that is known of study toy can be shown" in caplog.text


def _trial(number: int, state: TrialState, high: float) -> FrozenTrial:
    trial = create_trial(
        state=state,
        value=0.5 if state == TrialState.COMPLETE else None,
        params={"x": high, "n": number},
        distributions={"x": FloatDistribution(0, high), "n": IntDistribution(0, 99)},
        user_attrs={f"attribute {number % 3}": number},
        intermediate_values={1: 0.5} if number == 2 else {},
    )
    trial.number = number
    return trial


def _told(summed: _CachedExtraStudyProperty) -> tuple[object, ...]:
    return (
        summed.intersection_search_space,
        summed.union_search_space,
        sorted(summed.union_user_attrs),
        summed.has_intermediate_values,
    )


def test_it_says_what_the_dashboards_own_says() -> None:
    """Whatever trials there are at each poll, running or not; each trial that ended is looked at once
    where none before it runs."""
    sums, states = Sums(), (TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED)
    trials: list[FrozenTrial] = []
    for number, state in enumerate(states * 3):
        if trials:  # the one before has ended meanwhile
            trials[-1] = _trial(number - 1, TrialState.PRUNED, number)
        trials.append(_trial(number, state, number + 1))
        truth = _CachedExtraStudyProperty()
        truth.update(trials)
        summed = sums.get(1)
        summed.update(trials)
        assert _told(summed) == _told(truth)
    assert sums.get(2) is not sums.get(1)


def test_nothing_is_summed_up_twice() -> None:
    """Where all have ended, those that are known are not looked at."""
    trials = [_trial(number, TrialState.PRUNED, 1) for number in range(3)]
    summed = Sum()
    summed.update(trials)
    trials[0].user_attrs = {"it was": "looked at"}
    summed.update(trials)
    assert sorted(dict(summed.union_user_attrs)) == [f"attribute {number}" for number in range(3)]
