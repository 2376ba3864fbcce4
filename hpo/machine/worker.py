"""A worker: the supervisor of this machine, with its signals."""

import signal
import threading
from collections.abc import Sequence
from functools import partial
from types import FrameType

from hpo import provenance
from hpo.machine import brief
from hpo.machine.portfolio import Portfolio
from hpo.machine.supervisor import Supervisor
from hpo.settings import Settings
from storage.database import Database
from storage.records import StudyRecord


def work(
    settings: Settings, name: str | None, references: Sequence[str] = ()
) -> StudyRecord | None:
    """Works on the study of that name until it is over, or on all of the database without end;
    SIGTERM, SIGINT or SIGUSR1 asks to stop, a second SIGINT stops at once. Returns the study of the
    name as it then stands.

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
        found = settings.find_devices()
        made_by = provenance.of_device(" + ".join(sorted({device.kind for device in found})))
        prepare = partial(brief.make, settings=settings, references=references)
        if name is None:
            portfolio = Portfolio(db, prepare, made_by)
        else:
            portfolio = Portfolio.of_one(db, name, prepare, made_by)
        Supervisor(db, portfolio, found, state_dir=settings.state_dir, pace=settings.pace).run(stop)
        return None if name is None else portfolio.studies[0]
    finally:
        db.close()
