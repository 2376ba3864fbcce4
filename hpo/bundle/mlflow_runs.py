"""The trials of a study as MLflow keeps them: a run each, nested under one of the study."""

import os
import re
from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from hpo.bundle.trial_curves import curves_of
from hpo.errors import HpoError, UsageError
from hpo.settings import refuse_password
from hpo.status.trial_details import TrialDetails
from storage.records import StudyRecord
from storage.states import JobState

if TYPE_CHECKING:
    from mlflow import MlflowClient

STUDY, TRIAL, STAND = "hpo.study", "hpo.trial", "hpo.stand"
STATE, VERDICT = "hpo.state", "hpo.verdict"
OF_STUDY = "-"
"""In the place of a trial."""
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"
FORBIDDEN = re.compile(r"[^\w.\- :]")
"""What MLflow takes in no name."""
MOST_PARAMS, MOST_METRICS, MOST_CHARACTERS, MOST_RUNS = 100, 1000, 5000, 50_000
MOST_SAID = 200


def log(study: StudyRecord, trials: Sequence[TrialDetails], verdict: str, uri: str) -> str:
    """Logs a run for each trial, into the experiment of the study's name. Called again it logs what is new,
    and anew what has changed. Returns the id of the study's run.

    Raises:
        UsageError: MLflow is not installed, or the URI holds a password.
        HpoError: it does not do what it is asked.
    """
    refuse_password(
        uri, "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, of a server of MLflow"
    )
    # It would tell its makers of us, try for minutes to reach a server that is not there, and print two
    # lines for each run.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise UsageError(
            f"--mlflow needs {error.name}, which is missing", 'pip install "hpo[mlflow]"'
        ) from error
    try:
        return _Study(MlflowClient(uri), study).log(trials, verdict)
    except (MlflowException, SQLAlchemyError, OSError) as error:
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
        wanted = {
            OF_STUDY: OF_STUDY,
            **{str(each.job.trial_number): _stand(each) for each in trials},
        }
        known = self._known_runs(wanted)
        parent = known.get(OF_STUDY)
        if parent is None:
            parent = self._create(
                self._study.name, self._study.started_ms, {TRIAL: OF_STUDY, STAND: OF_STUDY}
            )
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

    def _known_runs(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """The runs that were logged before, by the numbers of their trials, that of the study among them. One
        that does not stand as `wanted` any more, or was not finished, is deleted."""
        ours = f"tags.`{STUDY}` = '{self._study.uuid}'"
        runs = {}
        for run in self._client.search_runs([self._experiment], ours, max_results=MOST_RUNS):
            number, stand = run.data.tags[TRIAL], run.data.tags[STAND]
            is_whole = run.info.status != "RUNNING" or number == OF_STUDY
            if is_whole and wanted.get(number) == stand:
                runs[number] = run.info.run_id
            else:
                self._client.delete_run(run.info.run_id)
        return runs

    def _log_trial(self, parent: str, number: str, details: TrialDetails) -> None:
        from mlflow.entities import Metric, Param

        job = details.job
        tags = {PARENT: parent, TRIAL: number, STAND: _stand(details), STATE: job.state.value}
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


def _stand(details: TrialDetails) -> str:
    """How far its trainings are."""
    return " ".join(f"{job.id}:{job.state}" for job in details.trainings)[:MOST_CHARACTERS]


def _name(name: str) -> str:
    return FORBIDDEN.sub("_", name)[:250] or "_"
