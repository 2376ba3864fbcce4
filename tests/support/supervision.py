"""A supervisor in the test's own process, with real children."""

from collections.abc import Sequence
from pathlib import Path

from hpo import provenance
from hpo.definition_loader import Definition
from hpo.devices import discovery
from hpo.devices.discovery import Device
from hpo.provenance import Provenance
from hpo.training.precision import Precisions
from hpo.worker.served_studies import PreparedStudy, ServedStudies
from hpo.worker.supervisor import Supervisor
from hpo.worker.wait_times import Pace
from storage.database import Database
from storage.records import StudyRecord
from studies.data.prepared_data import PreparedData

PACE = Pace(lease_seconds=30)
CPU = Device("cpu:0", "an abacus")
UNMEASURED = Precisions(Path("/dev/null"))
"""Where nothing was measured, and nothing can be kept."""


def served_by(
    db: Database, study: StudyRecord, definition: Definition, data: PreparedData,
    made_by: Provenance,
) -> ServedStudies:  # fmt: skip
    """That of a worker on one study, whose data is prepared."""

    def prepare(asked: StudyRecord) -> PreparedStudy:
        return PreparedStudy(asked, definition, data)

    return ServedStudies.of_one(db, study.name, prepare, made_by)


def supervisor_of(
    db: Database, study: StudyRecord, definition: Definition, data: PreparedData, state_dir: Path,
    slots: Sequence[Device] | None = None, pace: Pace = PACE,
) -> Supervisor:  # fmt: skip
    """A supervisor for one study, by default with two CPU slots."""
    slots = discovery.find(2) if slots is None else slots
    made_by = provenance.of_device(slots[0].kind)
    served = served_by(db, study, definition, data, made_by)
    precisions = Precisions(state_dir / "precision")
    return Supervisor(db, served, slots, state_dir=state_dir, pace=pace, precisions=precisions)
