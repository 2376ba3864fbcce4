"""A worker: the supervisor of this machine, for one study, with its signals."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType

from hpo import definitions
from hpo.definitions import Definition
from hpo.errors import DefinitionError
from hpo.machine import devices
from hpo.machine.supervisor import Supervisor
from hpo.settings import Settings
from storage import studies
from storage.database import Database
from storage.records import StudyRecord
from studies.dataset import prepare


def work(settings: Settings, name: str, references: Sequence[str] = ()) -> StudyRecord:
    """Works on the study until it is over, or until SIGTERM, SIGINT or SIGUSR1 asks to stop;
    a second SIGINT stops at once. Returns the study as it then stands.

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
    db = Database.open(settings.storage_url)
    try:
        with db.reading() as tx:
            study = studies.get(tx, name)
        definition = find_definition(study, references)
        configured = definition.study.with_settings(study.settings)
        data = prepare(configured.data, settings.cache_dir, settings.data_dir)
        with db.transaction() as tx:
            studies.agree_on_data(tx, study, data.sha256)
        return Supervisor(
            db,
            study,
            definition,
            data,
            devices.find(settings.cpu_slots),
            state_dir=settings.state_dir,
            pace=settings.pace,
        ).run(stop)
    finally:
        db.close()


def find_definition(study: StudyRecord, references: Sequence[str] = ()) -> Definition:
    """The definition this machine has under the study's name, with the same hash. Source never
    comes from the database.

    Raises:
        DefinitionError: there is none, or it differs.
    """
    built_in = [study.definition] if study.definition in definitions.BUILT_IN else []
    for definition in map(definitions.load, (*references, *built_in)):
        if definition.name == study.definition:
            if definition.hash == study.definition_hash:
                return definition
            raise DefinitionError(
                f"study '{study.name}' was made with another version of '{study.definition}':"
                " bring this machine to the version it was made with"
            )
    raise DefinitionError(
        f"this machine has no definition '{study.definition}': give its file with --study"
    )
