"""The trials of a study as TensorBoard reads them: a run each, with its curves and its parameters. The
package `tensorboard` alone is needed, and TensorFlow is never imported."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hpo.bundle.trial_curves import curves_of
from hpo.errors import UsageError
from hpo.status.trial_details import TrialDetails
from storage.states import TRAINED, JobState

FILE = "events.out.tfevents.0.hpo"
"""Always the same, so that who exports again writes over what was exported."""


def write(trials: Sequence[TrialDetails], folder: Path) -> None:
    """Writes a folder for each trial.

    Raises:
        UsageError: `tensorboard` is not installed, or the folder cannot be written.
    """
    try:
        from tensorboard.summary.writer.record_writer import RecordWriter
    except ImportError as error:
        raise UsageError(
            f"--tensorboard needs {error.name}, which is missing",
            'pip install "hpo[tensorboard]"',
        ) from error
    for details in trials:
        run = folder / f"trial-{details.job.trial_number}"
        new = run / f".{FILE}.new"
        try:
            run.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                writer = RecordWriter(file)
                for event in _events(details):
                    writer.write(event)
            new.replace(run / FILE)
        except OSError as error:
            raise UsageError(
                f"{run} cannot be written ({error.strerror})", "name another"
            ) from error


def _events(details: TrialDetails) -> Iterator[bytes]:
    """As its event files have them, one by one."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams.summary_v2 import (
        hparams_pb,  # what its api imports imports TensorFlow
    )

    job = details.job
    began_seconds = (job.started_ms or details.study.created_ms) / 1000
    yield Event(wall_time=began_seconds, file_version="brain.Event:2").SerializeToString()
    params = {
        name: "None" if value is None else value for name, value in (job.params or {}).items()
    }
    begin = hparams_pb(params, f"trial {job.trial_number}, {details.study.name}", began_seconds)
    told = [(begin, began_seconds, 0)]
    if job.state.is_final:
        ended_seconds = (job.ended_ms or 0) / 1000
        told.append((_end_of(begin, job.state, ended_seconds), ended_seconds, 0))
    for name, points in curves_of(details).items():
        for point in points:
            value = Summary.Value(tag=name, simple_value=point.value)
            told.append((Summary(value=[value]), point.time_ms / 1000, point.step))
    for summary, seconds, step in told:
        yield Event(wall_time=seconds, step=step, summary=summary).SerializeToString()


def _end_of(begin: Any, state: JobState, ended_seconds: float) -> Any:
    """What goes with the begin of a session; the package's own function for it imports TensorFlow."""
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    status = api_pb2.STATUS_SUCCESS if state in TRAINED else api_pb2.STATUS_FAILURE
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=ended_seconds)
    data = plugin_data_pb2.HParamsPluginData(
        version=metadata.PLUGIN_DATA_VERSION, session_end_info=info
    )
    end = type(begin)()
    end.CopyFrom(begin)
    end.value[0].tag = metadata.SESSION_END_INFO_TAG
    end.value[0].metadata.plugin_data.content = data.SerializeToString()
    return end
