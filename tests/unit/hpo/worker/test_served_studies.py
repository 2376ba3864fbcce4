"""Served studies: which studies a worker serves, and which is next."""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import optuna
import pytest

from hpo.definition_loader import Definition
from hpo.errors import DefinitionError
from hpo.study import creation, extension
from hpo.study.planning import Budget
from hpo.study.stop_and_resume import halt, resume
from hpo.worker import served_studies as portfolios
from hpo.worker.served_studies import PreparedStudy, ServedStudies
from storage.database import Database
from storage.errors import DataMismatch, StudyNotFound
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import Phase
from storage.tables import jobs, studies
from studies.data.prepared_data import PreparedData
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY
from tests.support.marks import on
from tests.support.waiting import eventually

Make = Callable[..., StudyRecord]


@pytest.fixture
def make(db: Database, toy: Definition) -> Make:
    """Makes a study of the toy, by name and priority."""

    def _make(name: str, priority: int = 0) -> StudyRecord:
        return creation.create(db, name, toy, Budget(trials=4), priority=priority)

    return _make


@dataclass
class Machine:
    """What there is on a machine: studies that it cannot train, by the reason."""

    toy: Definition
    data: PreparedData
    lacking: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ends_it: str = ""
    """The study whose code ends the process that reads it."""

    def prepare(self, study: StudyRecord) -> PreparedStudy:
        self.asked.append(study.name)
        if study.name == self.ends_it:
            sys.exit("no such file: data.csv")
        if (reason := self.lacking.get(study.name)) is not None:
            raise DefinitionError(reason)
        return PreparedStudy(study, self.toy, self.data)


@pytest.fixture
def machine(toy: Definition, toy_data: PreparedData) -> Machine:
    """One that lacks nothing."""
    return Machine(toy, toy_data)


@pytest.fixture
def fleet(db: Database, machine: Machine) -> ServedStudies:
    """That of a worker on all studies."""
    return ServedStudies(db, machine.prepare, MADE_BY)


def _serves(served: ServedStudies, *names: str) -> bool:
    served.look()
    return sorted(prepared.study.name for prepared in served.in_turn()) == sorted(names)


def _turn(served: ServedStudies) -> list[str]:
    served.look()
    return [prepared.study.name for prepared in served.in_turn()]


def test_the_highest_priority_first_and_then_the_fewest_at_work(
    db: Database, make: Make, fleet: ServedStudies
) -> None:
    """Of equal priority that study is next on which the fewest work; a higher one is always
    before, while anything of it waits; the priority may change."""
    first, second, urgent = make("first"), make("second"), make("urgent", 5)
    eventually(lambda: _serves(fleet, "first", "second", "urgent"))
    assert _turn(fleet) == ["urgent", "first", "second"]
    _, lease = claim_next(db, urgent)
    claim_next(db, first)
    assert _turn(fleet) == ["urgent", "second", "first"]
    claim_next(db, second)
    assert _turn(fleet) == ["urgent", "first", "second"]
    with db.transaction() as tx:
        jobs.release(tx, lease)
    make("second", 9)
    assert _turn(fleet) == ["second", "urgent", "first"]


def test_a_study_that_is_made_or_extended_is_taken_up(
    db: Database, make: Make, fleet: ServedStudies
) -> None:
    """One that is over or halted is not in turn; one that is made later is, and one that goes on."""
    assert _serves(fleet) and not fleet.is_over
    study = make("toy")
    eventually(lambda: _serves(fleet, "toy"))
    halt(db, "toy")
    assert _serves(fleet) and fleet.is_halted(study.id)
    resume(db, "toy")
    assert _serves(fleet, "toy")
    with db.transaction() as tx:
        studies.write(tx, study, phase=Phase.DONE)
    assert _serves(fleet) and not fleet.is_over
    extension.extend(db, "toy", Budget(trials=9))
    eventually(lambda: _serves(fleet, "toy"))
    assert fleet.trials(study.id).study.trials == 9


@on("sqlite")
def test_what_one_machine_lacks_leaves_the_others_served(
    db: Database, make: Make, fleet: ServedStudies, machine: Machine,
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A study that cannot be trained here is passed over with one warning, however often it is
    tried, and served once what it lacks has come."""
    monkeypatch.setattr(portfolios, "RETRY_SECONDS", 0.0)
    make("alien"), make("toy")
    machine.lacking["alien"] = "no such definition here"
    with caplog.at_level(logging.WARNING):
        eventually(lambda: _serves(fleet, "toy") and machine.asked.count("alien") > 2)
    (record,) = caplog.records
    assert "study alien is not served here: no such definition here" in record.message
    machine.lacking.clear()
    eventually(lambda: _serves(fleet, "alien", "toy"))


@on("sqlite")
def test_a_study_may_end_before_it_is_found_that_it_cannot_be_served(
    db: Database, make: Make, fleet: ServedStudies, caplog: pytest.LogCaptureFixture
) -> None:
    """Its child may be the last to hear of it: the reason is told all the same, and the others are
    served."""
    study, _ = make("toy"), make("other")
    eventually(lambda: _serves(fleet, "other", "toy"))
    with db.transaction() as tx:
        studies.write(tx, study, phase=Phase.STOPPED)
    assert _serves(fleet, "other")
    fleet.refuse(study, "its definition was changed meanwhile")
    assert "study toy is not served here: its definition was changed" in caplog.text
    assert _serves(fleet, "other")


@on("sqlite")
def test_other_data_than_the_fleets_is_not_trained_on(
    db: Database,
    make: Make,
    fleet: ServedStudies,
    machine: Machine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A worker on one study is refused at its start; one on all passes that study over."""
    study = make("toy")
    with db.transaction() as tx:
        studies.agree_on_data(tx, study, "another")
    with pytest.raises(DataMismatch):
        ServedStudies.of_one(db, "toy", machine.prepare, MADE_BY)
    eventually(lambda: _serves(fleet) and "is not that of study 'toy'" in caplog.text)


@on("sqlite")
def test_a_study_that_optuna_has_lost(
    db: Database, make: Make, fleet: ServedStudies, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody removed it in the dashboard: it is passed over, the others are served."""
    make("toy"), make("other")
    optuna.delete_study(study_name="toy", storage=db.optuna)
    eventually(lambda: _serves(fleet, "other") and "'toy' was removed" in caplog.text)


@on("sqlite")
def test_one_study_by_its_name(db: Database, make: Make, machine: Machine) -> None:
    """Nothing else is served, it is over when that study is, and one that is not there is named."""
    with pytest.raises(StudyNotFound, match="no study 'toy'"):
        ServedStudies.of_one(db, "toy", machine.prepare, MADE_BY)
    study, other = make("toy"), make("other", 9)
    served = ServedStudies.of_one(db, "toy", machine.prepare, MADE_BY)
    assert _turn(served) == ["toy"] and not served.is_over
    assert served.trials(other.id).study.name == "other"  # a journal may hold entries of it
    with db.transaction() as tx:
        studies.write(tx, study, phase=Phase.DONE)
    assert _turn(served) == [] and served.is_over


@on("sqlite")
def test_steps_are_due_where_nobody_works(db: Database, make: Make, fleet: ServedStudies) -> None:
    """A study is in turn while something waits, or all its jobs have ended: whoever ended the last
    may have been killed before the next phase began."""
    study = make("toy")
    eventually(lambda: _serves(fleet, "toy"))
    held: list[tuple[JobRecord, Lease]] = [claim_next(db, study)]
    with db.transaction() as tx:
        jobs.write(tx, held[0][1], trial_id=1)
    held += [claim_next(db, study) for _ in range(3)]
    assert _turn(fleet) == []
    with db.transaction() as tx:
        jobs.write(tx, held[0][1], lease_expires_ms=0)
    assert _turn(fleet) == ["toy"]
    with db.transaction() as tx:
        for _, lease in held:
            jobs.write(tx, lease, state="succeeded")
    assert _turn(fleet) == ["toy"]


def test_a_definition_that_ends_its_process_ends_no_worker(
    make: Make, machine: Machine, fleet: ServedStudies, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused like any that cannot be prepared, in a line, and others are served."""
    make("ending", priority=1)
    make("good")
    machine.ends_it = "ending"
    eventually(lambda: _serves(fleet, "good"))
    eventually(lambda: _serves(fleet, "good") and machine.asked.count("ending") == 1)
    (line,) = [text for text in caplog.messages if "study ending is not served here" in text]
    assert "SystemExit" in line and "no such file: data.csv" in line
