"""The studies that a worker serves, what this machine has to train each, and which of them is next."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Thread

from hpo import definition_finder
from hpo.definition_loader import Definition
from hpo.errors import DefinitionError, WorkFailed
from hpo.periodic import Every
from hpo.provenance import Provenance
from hpo.search.called_trials import CalledTrials
from hpo.search.trials import Trials
from hpo.settings import Settings
from hpo.study.phases import OnEnd
from hpo.training.precision import FLOAT32
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.records import StudyRecord
from storage.summary_records import Demand
from storage.tables import studies
from studies.data.prepared_data import PreparedData

RETRY_SECONDS = 60.0
"""How long a study that cannot be served here is left alone: files may be brought meanwhile."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedStudy:
    """One study, as it was when this was made, and what this machine has to train it."""

    study: StudyRecord
    definition: Definition
    data: PreparedData


def prepare(
    study: StudyRecord, settings: Settings, references: Sequence[str] = ()
) -> PreparedStudy:
    """Finds the study's definition and prepares its data here, which may take minutes; asks no
    database.

    Raises:
        DefinitionError: this machine does not have the study's definition.
        DataError: this machine does not have its data.
    """
    definition = definition_finder.find(study, settings, references)
    definition_finder.remember(settings, definition)
    configured = definition.searched.with_settings(study.settings)
    return PreparedStudy(
        study, definition, configured.prepare(settings.cache_folder, settings.data_dir)
    )


def precision_of(study: StudyRecord) -> str:
    """What a study is trained in."""
    return str(study.trained_settings.get("precision", FLOAT32))


Prepare = Callable[[StudyRecord], PreparedStudy]


class ServedStudies:
    """One study by its name, or all of the database that are not over.

    Every method raises DatabaseUnavailable where the database does not answer; calling it again is
    then right.
    """

    def __init__(
        self, db: Database, prepare: Prepare, made_by: Provenance, name: str | None = None
    ) -> None:
        self.made_by = made_by
        self.on_end: OnEnd | None = None
        """What is told of the end of a study that is written here."""
        self.name = name
        self._db = db
        self._prepare = prepare
        self._demands: dict[int, Demand] = {}
        self._prepared: dict[int, PreparedStudy] = {}
        self._trials: dict[int, Trials] = {}
        self._preparation: _Preparation | None = None
        self._refusals: dict[int, _Refusal] = {}

    @classmethod
    def of_one(
        cls, db: Database, name: str, prepare: Prepare, made_by: Provenance
    ) -> "ServedStudies":
        """That of a worker on one study, which must be served.

        Raises:
            StudyNotFound, DataMismatch, and whatever `prepare` raises.
        """
        made = cls(db, prepare, made_by, name)
        made._read()
        (study,) = made.studies
        made._accept(prepare(study))
        return made

    @property
    def studies(self) -> list[StudyRecord]:
        """As they stood when they were last looked at."""
        return [demand.study for demand in self._demands.values()]

    @property
    def is_over(self) -> bool:
        """There will be nothing more to do. All of a database's studies are never over."""
        return self.name is not None and all(study.phase.is_over for study in self.studies)

    def is_halted(self, study_id: int) -> bool:
        """Whether the study is not to be worked on for now."""
        demand = self._demands.get(study_id)
        return demand is not None and demand.study.halted_ms is not None

    def look(self) -> None:
        """Reads the studies and what there is to do, but none of their jobs; has one that is new
        prepared, in the background, because data may take minutes to come."""
        known = {study.uuid: study for study in self.studies}
        self._read()
        for study in self.studies:
            self._tell_of_halt(known.get(study.uuid, study), study)
        self._settle_preparation()
        if self._preparation is None and (wanted := self._next_to_prepare()) is not None:
            self._preparation = _Preparation(wanted, self._prepare)

    @property
    def is_preparing(self) -> bool:
        """Whether the data of one is being made ready."""
        return self._preparation is not None

    @property
    def without_waiting(self) -> list[StudyRecord]:
        """Those of which no job waited when they were looked at, but for what is refused here; and those whose
        time may come while jobs wait."""
        return [
            demand.study
            for demand in self._demands.values()
            if not demand.study.phase.is_over
            and (not demand.waits or demand.study.total_timeout_ms is not None)
            and demand.study.id not in self._refusals
        ]

    def in_turn(self, *, goes_on: bool = False) -> list[PreparedStudy]:
        """The studies of which this worker may claim, the next first: one of the highest priority,
        among these one that the fewest slots of the whole fleet work on. Where one just `goes_on`, what was
        seen of its jobs is old."""
        return [
            replace(self._prepared[demand.study.id], study=demand.study)
            for demand in self._ranked()
            if demand.study.id in self._prepared and (goes_on or demand.waits or not demand.leased)
        ]

    def note(self, study: StudyRecord) -> None:
        """A study was read elsewhere."""
        demand = self._demands.get(study.id)
        if demand is not None and demand.study.uuid == study.uuid:
            self._tell_of_halt(demand.study, study)
            self._demands[study.id] = Demand(study, demand.leased, demand.waits)
            self._drop_outdated()

    def refuse(self, study: StudyRecord, reason: str) -> None:
        """The study, which may be over by now, cannot be served here after all, for now.

        Raises:
            WorkFailed: it is the one study that this worker is for.
        """
        if self.name is not None:
            raise WorkFailed(f"{reason}; this worker leaves, its jobs are free for others")
        self._prepared.pop(study.id, None)
        known = self._refusals.get(study.id)
        self._refusals[study.id] = _Refusal(reason)
        if known is None or known.reason != reason:
            log.warning(
                "study %s is not served here: %s; tried again every %.0f s",
                study.name, reason, RETRY_SECONDS,
            )  # fmt: skip

    @property
    def needs_keras(self) -> bool:
        """Whether any of the studies of which this worker may claim is trained by Keras."""
        return any(each.definition.searched.needs_keras for each in self._prepared.values())

    @property
    def precisions(self) -> set[str]:
        """Those that Keras is to train these studies in; `auto` where that is to be decided."""
        return {
            precision_of(self._demands[study_id].study)
            for study_id, each in self._prepared.items()
            if each.definition.searched.needs_keras
        }

    def refuse_keras(self, reason: str) -> None:
        """Refuses those studies."""
        for each in list(self._prepared.values()):
            if each.definition.searched.needs_keras:
                self.refuse(each.study, reason)

    def trials(self, study_id: int) -> Trials:
        """The Optuna side of any study of this database, served here or not."""
        if study_id not in self._trials:
            with self._db.reading() as tx:
                study = studies.get_by_id(tx, study_id)
            kind = CalledTrials if study.is_called else Trials
            self._trials[study_id] = kind(self._db, study, self.made_by)
        return self._trials[study_id]

    def called_trials(self, study_id: int) -> CalledTrials:
        """That of an objective."""
        trials = self.trials(study_id)
        assert isinstance(trials, CalledTrials), "its trials begin without parameters"
        return trials

    def _read(self) -> None:
        with self._db.reading() as tx:
            if self.name is not None and self._demands:
                (known,) = self.studies
                self.name = studies.name_of(tx, known.uuid) or self.name  # it may be another by now
            demands = studies.demands(tx, self.name)
        self._demands = {demand.study.id: demand for demand in demands}
        self._drop_outdated()

    def _drop_outdated(self) -> None:
        """What was made of a study that is not there any more, whose id another may have by now; and of
        one that was extended, which has another sampler and another pruner."""
        known = {number: demand.study for number, demand in self._demands.items()}
        self._prepared = {
            number: each
            for number, each in self._prepared.items()
            if number in known and known[number].uuid == each.study.uuid
        }
        self._trials = {
            number: each
            for number, each in self._trials.items()
            if number in known
            and (known[number].uuid, known[number].trials) == (each.study.uuid, each.study.trials)
        }

    @staticmethod
    def _tell_of_halt(before: StudyRecord, study: StudyRecord) -> None:
        was, is_halted = (each.halted_ms is not None for each in (before, study))
        if was != is_halted:
            log.info("%s is %s", study.name, "halted" if is_halted else "resumed")

    def _ranked(self) -> list[Demand]:
        workable = (
            demand
            for demand in self._demands.values()
            if demand.study.halted_ms is None and not demand.study.phase.is_over
        )
        return sorted(workable, key=lambda each: (-each.study.priority, each.leased, each.study.id))

    def _next_to_prepare(self) -> StudyRecord | None:
        wanted = [
            demand.study
            for demand in self._ranked()
            if demand.study.id not in self._prepared
            and ((refusal := self._refusals.get(demand.study.id)) is None or refusal.retry.is_due)
        ]
        # Those that were never tried first: one that fails again and again keeps nobody waiting.
        return min(wanted, key=lambda study: study.id in self._refusals, default=None)

    def _accept(self, prepared: PreparedStudy) -> None:
        self.trials(prepared.study.id)  # which there must be
        with self._db.transaction() as tx:
            studies.agree_on_data(tx, prepared.study, prepared.data.sha256)
        self._prepared[prepared.study.id] = prepared

    def _settle_preparation(self) -> None:
        made = self._preparation
        if made is None or not made.prepared.done():
            return
        study = made.study
        if study.id in self._demands:
            try:
                self._accept(made.settle())
            except DatabaseUnavailable:
                raise
            except Exception as error:
                # Whatever is wrong with one study, the others are served.
                log.debug("%s cannot be prepared", study.name, exc_info=True)
                self.refuse(study, str(error) or type(error).__name__)
            else:
                self._refusals.pop(study.id, None)
                log.info("serves study %s", study.name)
        self._preparation = None


class _Refusal:
    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.retry = Every(RETRY_SECONDS)
        self.retry.restart()


class _Preparation:
    """A prepared study in the making, in a thread that keeps nobody from leaving."""

    def __init__(self, study: StudyRecord, prepare: Prepare) -> None:
        self.study = study
        self.prepared: Future[PreparedStudy] = Future()
        self._prepare = prepare
        Thread(target=self._run, name=f"prepare-{study.name}", daemon=True).start()

    def settle(self) -> PreparedStudy:
        """What came of it; raises what it raised, but that nothing in it ends this process."""
        error = self.prepared.exception()
        if error is not None and not isinstance(error, Exception):  # as of sys.exit
            raise DefinitionError(f"its code ends the process that reads it ({error!r})") from error
        return self.prepared.result()

    def _run(self) -> None:
        try:
            self.prepared.set_result(self._prepare(self.study))
        except BaseException as error:
            self.prepared.set_exception(error)
