"""The trials of a study for TensorBoard and MLflow, as these read them."""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hpo.bundle.trial_curves import curves_of
from hpo.status.trial_details import as_json, read_trial
from tests.support.bundles import Reader
from tests.support.commandline import CommandLine
from tests.support.done import Done


@pytest.fixture
def owner(toy_done: Done, shell: CommandLine) -> Reader:
    """Somebody who has the database of a study that is done."""
    return Reader(shell, shell.folder, toy_done.url)


class NoTensorFlow:
    """What imports it fails, and not quietly."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        assert name != "tensorflow", "it takes seconds"
        return None


@pytest.fixture
def without_tensorflow() -> Iterator[None]:
    """Nobody imports it; what reads event files does without it where it is asked to. A test before may have: it
    is there again afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "meta_path", [NoTensorFlow(), *sys.meta_path])
        patch.delitem(sys.modules, "tensorflow", raising=False)
        yield


def test_tensorboard_shows_curves_and_parameters(
    owner: Reader, toy_done: Done, tmp_path: Path, without_tensorflow: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Of every trial, and of each training of it; exported again they are the same."""
    for _ in range(2):
        said = owner.succeed("export", "toy", "--tensorboard", tmp_path / "events")
        assert said == f"4 trials, see `tensorboard --logdir {tmp_path / 'events'}`\n"
    files = sorted(tmp_path.glob("events/*/*"))
    assert [file.parent.name for file in files] == [f"trial-{number}" for number in range(4)]
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", ModuleType("notf"))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata

    read = EventAccumulator(str(files[0].parent)).Reload()
    details = read_trial(toy_done.db, "toy", 0)
    points = read.Scalars("validation accuracy")
    assert {each.step: each.value for each in points} == pytest.approx(details.reports)
    assert points[-1].wall_time == pytest.approx((details.job.ended_ms or 0) / 1000)
    assert [each.step for each in read.Scalars("final validation accuracy")] == [0, 1, 2]
    (score,) = read.Scalars("score")
    assert score.value == pytest.approx(details.job.score)
    begin, end = (
        metadata.parse_session_start_info_plugin_data(content)
        if "start" in tag
        else metadata.parse_session_end_info_plugin_data(content)
        for tag, content in sorted(read.PluginTagToContent("hparams").items(), reverse=True)
    )
    assert begin.hparams["x"].number_value == 0.5
    assert begin.hparams["kind"].string_value == "bad"
    assert end.end_time_secs == pytest.approx((details.job.ended_ms or 0) / 1000)


def test_mlflow_has_a_run_of_each_trial(owner: Reader, tmp_path: Path) -> None:
    """Nested under one that says the verdict; logged again there is none more."""
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert owner.succeed("export", "toy", "--mlflow", uri).startswith("4 trials, nested under ")
    told = json.loads(owner.succeed("export", "toy", "--mlflow", uri, "--json"))
    from mlflow import MlflowClient

    client: Any = MlflowClient(uri)
    experiment = client.get_experiment_by_name("toy").experiment_id
    runs = {run.info.run_name: run for run in client.search_runs([experiment])}
    parent = runs.pop("toy")
    assert told == {"trials": 4, "run": parent.info.run_id}
    assert parent.data.tags["hpo.verdict"] == parent.data.tags["mlflow.note.content"] != ""
    assert sorted(runs) == [f"trial {number}" for number in range(4)]
    baseline = runs["trial 0"]
    assert baseline.info.status == parent.info.status == "FINISHED"
    assert baseline.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert baseline.data.params == {"x": "0.5", "kind": "bad"}
    history = client.get_metric_history(baseline.info.run_id, "validation accuracy")
    assert [each.step for each in history] == list(range(1, 9))
    assert history[-1].value == baseline.data.metrics["score"]
    seeds = client.get_metric_history(baseline.info.run_id, "final validation accuracy")
    assert len(seeds) == 3


@pytest.mark.parametrize(
    ("tool", "module"),
    [("tensorboard", "tensorboard.summary.writer.record_writer"), ("mlflow", "mlflow")],
)
def test_what_is_not_installed_is_named(
    owner: Reader, tool: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what brings it."""
    monkeypatch.setitem(sys.modules, module, None)
    line = owner.fail("export", "toy", f"--{tool}", "there", code=2)
    assert line == f'hpo: --{tool} needs {module}, which is missing: pip install "hpo[{tool}]"'


def test_a_password_of_mlflow_is_on_no_command_line(owner: Reader) -> None:
    """Nor is it shown."""
    line = owner.fail("export", "toy", "--mlflow", "http://me:sesame@127.0.0.1:9", code=2)
    assert "MLFLOW_TRACKING_PASSWORD" in line and "sesame" not in line


def test_what_is_kept_hides_no_curve(toy_done: Done) -> None:
    """Of the same name as the metric; nor is a number beyond all others an end to it."""
    details = read_trial(toy_done.db, "toy", 0)
    attributes = {details.study.metric: 1.0, "huge": 10**400, "few": 3, "none": math.nan}
    curves = curves_of(replace(details, attributes=attributes))
    assert [point.value for point in curves[details.study.metric]] == [*details.reports.values()]
    assert [point.value for point in curves["few"]] == [3.0]
    assert not {"huge", "none"} & curves.keys()


def test_what_json_has_no_number_for_is_a_text(toy_done: Done) -> None:
    """Programs read it."""
    details = replace(read_trial(toy_done.db, "toy", 0), reports={0: math.inf, 1: 0.5, 2: math.nan})
    told = json.loads(json.dumps(as_json(details), allow_nan=False))
    assert told["reports"] == {"0": "inf", "1": 0.5, "2": "nan"}


def test_what_cannot_be_written_is_told(owner: Reader, tmp_path: Path) -> None:
    """In one line."""
    (tmp_path / "file").touch()
    line = owner.fail("export", "toy", "--tensorboard", tmp_path / "file" / "events", code=2)
    assert "trial-0 cannot be written (Not a directory): name another" in line
