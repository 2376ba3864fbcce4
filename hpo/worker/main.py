"""A worker: the supervisor of this machine, with its signals."""

import logging
import signal
import threading
from collections.abc import Sequence
from functools import partial
from types import FrameType

from hpo import definition_loader, provenance
from hpo.devices import discovery
from hpo.settings import Settings
from hpo.study.phases import OnEnd
from hpo.training.precision import Precisions
from hpo.worker import served_studies
from hpo.worker.served_studies import ServedStudies
from hpo.worker.supervisor import Supervisor
from hpo.worker.wait_times import Ending, Pace
from storage.database import Database
from storage.records import StudyRecord

log = logging.getLogger(__name__)


def work(
    settings: Settings,
    name: str | None,
    references: Sequence[str] = (),
    on_end: OnEnd | None = None,
) -> tuple[Ending, StudyRecord | None]:
    """Works on the study of that name until it is over, or without end on all of the database whose
    definitions load here; SIGTERM, SIGINT or SIGUSR1 asks to stop, a second SIGINT stops at once.
    Returns why it ended, and the study of the name as it then stands. `on_end` is told of each study that this worker ended.

    Raises:
        StudyNotFound, SchemaMismatch, DatabaseUnavailable, BadUrl: of the database.
        DefinitionError: this machine does not have the study's definition.
        DataError, DataMismatch: this machine does not have its data.
        WorkFailed: this machine cannot do the work.
    """
    stop = threading.Event()

    def ask_to_stop(number: int, _frame: FrameType | None) -> None:
        stop.set()
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
        signal.signal(number, ask_to_stop)
    db = Database.open(settings.storage_url, settings.artifacts)
    try:
        found = discovery.find_for(settings)
        made_by = provenance.of_device(" + ".join(sorted({device.kind for device in found})))
        prepare = partial(served_studies.prepare, settings=settings, references=references)
        if name is None:
            served = ServedStudies(db, prepare, made_by)
        else:
            served = ServedStudies.of_one(db, name, prepare, made_by)
        served.on_end = on_end
        for error in definition_loader.load_all(references)[1]:
            log.warning("a definition is not served here: %s", error)
        ending = Supervisor(
            db, served, found, state_dir=settings.state_folder, pace=Pace.of(settings),
            precisions=Precisions(settings.cache_folder),
        ).run(stop)  # fmt: skip
        return ending, None if name is None else served.studies[0]
    finally:
        db.close()
