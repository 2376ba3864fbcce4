"""The trials of a study as MLflow keeps them: a run each, nested under one of the study."""

import os
import re
from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from hpo.bundle.trial_curves import curves_of
from hpo.errors import HpoError, UsageError
from hpo.study.trial_details import TrialDetails
from storage.records import StudyRecord
from storage.states import JobState

if TYPE_CHECKING:
    from mlflow import MlflowClient

STUDY, TRIAL, STATE, VERDICT = "hpo.study", "hpo.trial", "hpo.state", "hpo.verdict"
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"
FORBIDDEN = re.compile(r"[^\w.\- :]")
"""What MLflow takes in no name."""
MOST_PARAMS, MOST_METRICS, MOST_CHARACTERS, MOST_RUNS = 100, 1000, 5000, 50_000
MOST_SAID = 200


def log(study: StudyRecord, trials: Sequence[TrialDetails], verdict: str, uri: str) -> str:
    """Logs a run for each trial that has none yet, into the experiment of the study's name; those that
    had not ended when they were logged are logged anew. Returns the id of the study's run.

    Raises:
        UsageError: MLflow is not installed.
        HpoError: it does not do what it is asked.
    """
    # It would tell its makers of us, and try for minutes to reach a server that is not there.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise UsageError(
            f"--mlflow needs a package that is missing ({error.name})", 'pip install "hpo[mlflow]"'
        ) from error
    try:
        return _Study(MlflowClient(uri), study).log(trials, verdict)
    except (MlflowException, OSError) as error:
        said = shorten(str(error), MOST_SAID, placeholder=" ...")
        raise HpoError(f"MLflow does not take the study ({said})") from error


class _Study:
    """A study in MLflow: an experiment, with runs that its uuid is a tag of."""

    def __init__(self, client: "MlflowClient", study: StudyRecord) -> None:
        self._client = client
        self._study = study
        known = client.get_experiment_by_name(study.name)
        self._experiment = known.experiment_id if known else client.create_experiment(study.name)

    def log(self, trials: Sequence[TrialDetails], verdict: str) -> str:
        known = self._known_runs()
        parent = known.pop("", None)
        if parent is None:
            parent = self._create(self._study.name, self._study.started_ms, {TRIAL: ""})
        about = {
            STATE: self._study.phase.value, VERDICT: verdict, NOTE: verdict,
            "hpo.definition": self._study.definition, "hpo.metric": self._study.metric,
        }  # fmt: skip
        for key, value in about.items():
            self._client.set_tag(parent, key, value[:MOST_CHARACTERS])
        for details in trials:
            if (number := str(details.job.trial_number)) not in known:
                self._log_trial(parent, number, details)
        if self._study.phase.is_over:
            self._client.set_terminated(parent, "FINISHED", self._study.ended_ms)
        return parent

    def _known_runs(self) -> dict[str, str]:
        """The runs that were logged before, by the numbers of their trials; that of the study has none. One
        of a trial that had not ended is deleted."""
        ours = f"tags.`{STUDY}` = '{self._study.uuid}'"
        runs = {}
        for run in self._client.search_runs([self._experiment], ours, max_results=MOST_RUNS):
            number = run.data.tags[TRIAL]
            if number and run.info.status == "RUNNING":
                self._client.delete_run(run.info.run_id)
            else:
                runs[number] = run.info.run_id
        return runs

    def _log_trial(self, parent: str, number: str, details: TrialDetails) -> None:
        from mlflow.entities import Metric, Param

        job = details.job
        tags = {PARENT: parent, TRIAL: number, STATE: job.state.value}
        if job.reason:
            tags[NOTE] = job.reason[:MOST_CHARACTERS]
        if details.attempts:
            tags["hpo.place"] = details.place(details.attempts[-1])
        run = self._create(f"trial {number}", job.started_ms, tags)
        params = [
            Param(_name(name), str(value)[:MOST_CHARACTERS])
            for name, value in (job.params or {}).items()
        ]
        for at in range(0, len(params), MOST_PARAMS):
            self._client.log_batch(run, params=params[at : at + MOST_PARAMS])
        metrics = [
            Metric(_name(name), point.value, point.time_ms, point.step)
            for name, points in curves_of(details).items()
            for point in points
        ]
        for at in range(0, len(metrics), MOST_METRICS):
            self._client.log_batch(run, metrics=metrics[at : at + MOST_METRICS])
        if job.state.is_final:
            status = {JobState.SUCCEEDED: "FINISHED", JobState.FAILED: "FAILED"}
            self._client.set_terminated(run, status.get(job.state, "KILLED"), job.ended_ms)

    def _create(self, name: str, started_ms: int | None, tags: dict[str, str]) -> str:
        run = self._client.create_run(
            self._experiment, started_ms, {STUDY: self._study.uuid, **tags}, name
        )
        return str(run.info.run_id)


def _name(name: str) -> str:
    return FORBIDDEN.sub("_", name)[:250] or "_"
