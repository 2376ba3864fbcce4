"""A supervisor in the test's own process, with real children."""

from collections.abc import Sequence
from pathlib import Path

from hpo import provenance
from hpo.definitions import Definition
from hpo.machine import devices
from hpo.machine.brief import Brief
from hpo.machine.devices import Device
from hpo.machine.pace import Pace
from hpo.machine.portfolio import Portfolio
from hpo.machine.supervisor import Supervisor
from hpo.provenance import Provenance
from storage.database import Database
from storage.records import StudyRecord
from studies.dataset import PreparedData


def portfolio_of(
    db: Database, study: StudyRecord, definition: Definition, data: PreparedData,
    made_by: Provenance,
) -> Portfolio:  # fmt: skip
    """That of a worker on one study, whose data is prepared."""

    def prepare(asked: StudyRecord) -> Brief:
        return Brief(asked, definition, data)

    return Portfolio.of_one(db, study.name, prepare, made_by)


def supervisor_of(
    db: Database, study: StudyRecord, definition: Definition, data: PreparedData, state_dir: Path,
    slots: Sequence[Device] | None = None,
) -> Supervisor:  # fmt: skip
    """A supervisor for one study, by default with two CPU slots."""
    slots = devices.find(2) if slots is None else slots
    made_by = provenance.of_device(slots[0].kind)
    portfolio = portfolio_of(db, study, definition, data, made_by)
    return Supervisor(db, portfolio, slots, state_dir=state_dir, pace=Pace(lease_seconds=30))
