"""A study as Python code holds it: its name, and where it lies. All that is told is read when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from hpo import definition_finder
from hpo.bundle import EXPORTS
from hpo.errors import HpoError, UsageError
from hpo.python import progress, rendering
from hpo.python.trial import Trial
from hpo.result import end_hook
from hpo.result.conclusion import read_conclusion
from hpo.settings import Settings, change_settings
from hpo.status import fleet_status
from hpo.status.study_status import Status, read_status
from hpo.status.trial_rows import Cell, trial_rows
from hpo.study import extension, given_parameters, removal, stop_and_resume
from hpo.study.planning import Budget
from hpo.worker import local_worker
from storage.database import Database
from storage.errors import StorageError
from studies.json_values import plain

if TYPE_CHECKING:
    from pandas import DataFrame

    from hpo.result.result import Conclusion, Result
    from hpo.result.value_verdict import ValueVerdict

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
TIMES = ["datetime_start", "datetime_complete"]


@dataclass(frozen=True, repr=False)
class Study:
    """A study in a database; `hpo.create_study` and `hpo.open_study` give one.

    It holds nothing but its name: another process may work on the study at the same time, and what is asked
    here is answered as it is then. In a notebook it is shown as `hpo status` shows it.
    """

    name: str
    settings: Settings
    references: Sequence[str] = ()
    """Files of definitions, among them that of this study where it is not built in."""
    _is_new: bool = field(default=False, compare=False)
    """Whether it was made here, and nothing would be lost with it."""

    def __repr__(self) -> str:
        try:
            phase = self.phase
        except (HpoError, StorageError) as error:  # as that it was removed: that is how it stands
            phase = str(error)
        return f"<hpo.Study {self.name!r}: {phase}>"

    def _repr_html_(self) -> str | None:
        try:
            status = self.status()
            return rendering.as_html(status, self._conclude(status))
        except (HpoError, StorageError):  # then it is shown as text, which says why
            return None

    def run(
        self,
        *,
        cpu_slots: int | None = None,
        devices: str | None = None,
        per_device: int | None = None,
        progress_bar: bool = True,
    ) -> Self:
        """Works on the study with all of this machine until it is over, however many other workers do.

        `cpu_slots` are trainings side by side on the CPU, `per_device` those on each GPU, `devices` the GPUs,
        as "0,2". An interrupt (Ctrl-C, or the notebook's stop button) loses nothing: what runs is kept at the
        end of its epoch, and the same call goes on.

        Raises:
            WorkFailed: the baseline cannot be trained, then a study that was made by this object is removed;
                or the worker died.
            DataUnavailable: the data cannot be had.
            DefinitionError: this machine does not have the study's definition.
        """
        settings = change_settings(
            self.settings, cpu_slots=cpu_slots, devices=devices, per_device=per_device
        )
        study = self.status().study
        if study.phase.is_over:
            return self
        definition = definition_finder.find(study, settings, self.references)
        definition = definition.with_settings(study.settings)
        definition.refuse_without_keras()
        definition.searched.prepare(settings.cache_folder, settings.data_dir)
        audience = progress.audience(progress_bar)
        try:
            with end_hook.telling_failure(settings, self.name), closing(self._open()) as db:
                status = local_worker.work(settings, definition, db, self.name, audience)
                if self._is_new:
                    local_worker.remove_untrainable(db, status, definition.reference)
        except KeyboardInterrupt:
            audience.tell(f"{self.name}: nothing is lost, the same call goes on")
            raise
        end_hook.tell_end(settings, status.study)
        return self

    @property
    def phase(self) -> str:
        """search, select, final, done or stopped."""
        return self.status().study.phase.value

    def status(self) -> Status:
        """How it stands, at one moment: jobs, workers, costs, and how long it will take."""
        return self._do(read_status, with_attributes=True)

    def workers(self) -> list[dict[str, Any]]:
        """Who is at work on it, where, and on what."""
        return fleet_status.as_json(self._do(fleet_status.call))

    @property
    def best(self) -> Trial | None:
        """What was compared with the baseline in the end; before that, and where nothing is judged, the best
        trial so far. None while no trial is complete, and of several directions the first by the first value."""
        status = self.status()
        found = status.winner or status.best
        return None if found is None else Trial.of_job(found)

    @property
    def front(self) -> list[Trial]:
        """Of several directions the trials that no other beats."""
        return [Trial.of_job(job) for job in self.status().front]

    @property
    def verdict(self) -> str | None:
        """What the finish says in a sentence; None before the study is done, and where nothing is judged."""
        conclusion = self._conclude()
        return None if conclusion is None else conclusion.verdict

    @property
    def result(self) -> "Result | ValueVerdict | None":
        """Winner and baseline with all evidence; None before the study is done, and where nothing is judged."""
        conclusion = self._conclude()
        return None if conclusion is None else conclusion.result or conclusion.by_values

    def trials(self) -> list[dict[str, Cell]]:
        """A row for each trial that was begun, with the columns of Optuna's `trials_dataframe`."""
        return trial_rows(self.status())

    def trials_dataframe(self) -> "DataFrame":
        """Those rows as a frame of pandas.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise UsageError(
                "pandas is not installed",
                "`pip install pandas`, or take the rows that trials() gives",
            ) from error
        frame = pandas.DataFrame(self.trials())
        for column in frame.columns.intersection(TIMES):
            frame[column] = pandas.to_datetime(frame[column], format="ISO8601")
        return frame

    def report(self, file: str | Path | None = None) -> Path:
        """Writes the report, NAME.html by default, and returns where it lies; a name that ends in .md has it
        written in Markdown, without pictures.

        Raises:
            NoResult: no trial is complete yet.
            UsageError: the file cannot be written.
        """
        from hpo.report import report_file

        written = Path(file or f"{self.name}.html")
        is_markdown = written.suffix == ".md"
        with closing(self._open()) as db:
            text = report_file.compose(db, self.settings, self.name, is_markdown, self.references)
        report_file.write(written, text)
        return written

    def export(self, folder: str | Path | None = None) -> Path:
        """Writes the bundle of a study that is done, to exports/NAME by default, and returns where it lies: the
        best configuration with its proof and the trained model.

        Raises:
            NoResult: it is not done, or of a kind that has no bundle.
            UsageError: no bundle can stand there, or the definition is another version.
        """
        from hpo.bundle import exporter

        bundle = EXPORTS / self.name if folder is None else Path(folder)
        exporter.export(self.settings, self.name, bundle, self.references)
        return bundle

    def enqueue(self, *params: Mapping[str, Any]) -> Self:
        """Has the next trials that nobody has begun train these; what they leave open the search chooses.

        Raises:
            UsageError: nothing was enqueued, for the reason that it says.
        """
        space = given_parameters.searched_space(self.status().study, self.settings, self.references)
        self._do(given_parameters.enqueue, params, space)
        return self

    def extend(
        self,
        trials: int,
        *,
        timeout_seconds: float | None = None,
        total_timeout_seconds: float | None = None,
        target: float | None = None,
        patience: int | None = None,
    ) -> Self:
        """Raises its total of trials; `run`, or workers, go on. Timeouts and target are these from now on, as with
        `hpo create --extend`."""
        asked = Budget(
            trials=plain(trials),
            timeout_seconds=plain(timeout_seconds),
            total_timeout_seconds=plain(total_timeout_seconds),
            target=plain(target),
            patience=plain(patience),
        )
        self._do(extension.extend, asked)
        return self

    def retry(self, trial: int) -> Self:
        """Has a failed trial run again, as one trial more."""
        self._do(extension.retry, trial)
        return self

    def stop(self) -> Self:
        """Keeps it from being worked on, wherever workers are, until `resume`."""
        self._do(stop_and_resume.halt)
        return self

    def resume(self) -> Self:
        """Lets it be worked on again."""
        self._do(stop_and_resume.resume)
        return self

    def remove(self) -> None:
        """Removes it with its trials, results, models and checkpoints, for good.

        Raises:
            UsageError: somebody works on it.
        """
        self._do(removal.remove)

    def _do(
        self,
        function: Callable[Concatenate[Database, str, Given], Answer],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Answer:
        """Connections are given back at once: a notebook lives for days."""
        with closing(self._open()) as db:
            return function(db, self.name, *args, **kwargs)

    def _open(self) -> Database:
        return Database.open(self.settings.storage_url, self.settings.artifacts)

    def _conclude(self, status: Status | None = None) -> "Conclusion | None":
        with closing(self._open()) as db:
            study = (status or read_status(db, self.name)).study
            return read_conclusion(db, study)
