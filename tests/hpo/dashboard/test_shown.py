"""What the dashboard shows of a study beside what stands in Optuna's tables."""

import json
import time
from collections.abc import Iterator

import pytest
from bottle import HTTPError

from hpo import creation
from hpo.dashboard import clerk as clerk_waits
from hpo.dashboard.clerk import Clerk
from hpo.dashboard.shelf import Shelf
from hpo.dashboard.shown import ShownStorage, looking_at
from hpo.definitions import Definition
from hpo.report import story as stories
from hpo.settings import Settings
from hpo.trials import Trials
from storage import jobs
from storage.database import Database
from storage.records import StudyRecord
from storage.states import JobState
from tests.hpo.done import Done
from tests.waiting import eventually


@pytest.fixture
def clerk(db: Database) -> Iterator[Clerk]:
    """One at work on the test's database."""
    made = Clerk(db)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shown(db: Database, clerk: Clerk) -> ShownStorage:
    """All that there is."""
    return ShownStorage(db, clerk)


@pytest.fixture
def clerk_of_done(toy_done: Done) -> Iterator[Clerk]:
    """One at work on the toy study that is done."""
    made = Clerk(toy_done.db)
    made.start()
    yield made
    made.stop()


def test_a_live_note(db: Database, study: StudyRecord, shown: ShownStorage, clerk: Clerk) -> None:
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
    db: Database, study: StudyRecord, shown: ShownStorage, trials: Trials, toy: Definition
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


def test_one_study_alone(db: Database, study: StudyRecord, clerk: Clerk, toy: Definition) -> None:
    """Where one is named the others are not listed."""
    creation.create(db, "other", toy, creation.Budget(trials=2))
    found = ShownStorage(db, clerk, study.name).get_all_studies()
    assert [each.study_name for each in found] == [study.name]


def test_plots_and_files_at_the_end(toy_done: Done, clerk_of_done: Clerk) -> None:
    """The verdict stands in the note, the report's plots are there, and so are the model and the
    report, as the study's files."""
    db = toy_done.db
    shown = ShownStorage(db, clerk_of_done)
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
    assert set(by_name) == {"toy.html", "toy.keras"}
    shelf = Shelf(db, Settings(), clerk_of_done)
    assert shelf.open_reader(by_name["toy.html"]).read().startswith(b"<!DOCTYPE html>")
    file = clerk_of_done.find_file(by_name["toy.keras"])
    assert file is not None
    assert file.model is not None
    model = shelf.open_reader(by_name["toy.keras"]).read()
    assert model == stories.model_of(db, file.model)
    with pytest.raises(HTTPError, match="no such file"):
        shelf.open_reader("0" * 32)


def test_a_study_of_optuna_alone(db: Database, shown: ShownStorage) -> None:
    """One that hpo knows nothing of is shown as it is."""
    study_id = db.optuna.create_new_study([], "bare")
    assert shown.get_study_system_attrs(study_id) == {}
    assert shown.get_all_trials(study_id) == []


def test_a_study_that_is_removed(
    db: Database, study: StudyRecord, shown: ShownStorage, toy: Definition, trials: Trials
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
    creation.create(db, "next", toy, creation.Budget(trials=2))
    forgotten: list[bool] = []
    shown.on_other = lambda: forgotten.append(True)
    (found,) = shown.get_all_studies()
    assert found.study_name == "next"
    assert bool(forgotten) == (found._study_id == study_id)  # as SQLite gives ids
    assert shown.get_all_trials(found._study_id) == []


def test_what_cannot_be_shown_keeps_nobody_waiting(
    db: Database, study: StudyRecord, shown: ShownStorage, clerk: Clerk,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A mistake of ours is told in the log, once a minute; the page goes on without the note, and the
    clerk does not try again and again."""
    asked = 0

    def fail(*_: object) -> str:
        nonlocal asked
        asked += 1
        raise ZeroDivisionError

    monkeypatch.setattr("hpo.dashboard.note.write", fail)
    study_id = db.optuna.get_study_id_from_name(study.name)
    began = time.monotonic()
    for _ in range(3):
        assert shown.get_study_system_attrs(study_id) == {}
    assert time.monotonic() - began < clerk_waits.WAIT_SECONDS
    assert asked == 1
    assert "not all that is known of study toy can be shown" in caplog.text
