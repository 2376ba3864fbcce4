"""One supervisor with real children, from the first job to the last."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import TrialState
from sqlalchemy.engine import Connection

from hpo import definition_loader, provenance
from hpo.definition_loader import Definition
from hpo.devices.discovery import find
from hpo.errors import WorkFailed
from hpo.provenance import Provenance
from hpo.study import creation
from hpo.study.planning import Budget
from hpo.training import child_pool
from hpo.worker.database_client import MAX_LOSSES
from storage.database import Database
from storage.records import BASELINE, JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind, DataSet, JobState, Phase, Split
from storage.tables import artifacts, evaluations, holdout_uses, jobs, studies, workers
from studies.data.prepared_data import PreparedData
from tests.conftest import DEFINITIONS
from tests.support.marks import on, slow
from tests.support.outcome import assert_exactly, of_phase, optuna_trials
from tests.support.supervision import supervisor_of

SMALL = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2)
Run = Callable[[Database, StudyRecord, Definition], StudyRecord]


@pytest.fixture
def run(tmp_path: Path, toy_data: PreparedData) -> Run:
    """Runs a supervisor in this process until the study is over."""

    def _run(db: Database, study: StudyRecord, definition: Definition) -> StudyRecord:
        supervisor_of(db, study, definition, toy_data, tmp_path / "state").run()
        with db.reading() as tx:
            return studies.get(tx, study.name)

    return _run


@pytest.fixture
def trouble(db: Database) -> tuple[StudyRecord, Definition]:
    """A study in which trouble comes, as TOY_TROUBLE says."""
    definition = definition_loader.load(str(DEFINITIONS / "trouble.py"))
    return creation.create(db, "trouble", definition, SMALL), definition


def test_exactly_n(
    db: Database, study: StudyRecord, toy: Definition, run: Run, tmp_path: Path
) -> None:
    """One supervisor runs exactly N trials, then select and final to their end; it leaves the
    evaluations, the models of the winner, its sign-off, and nothing on this machine's disk."""
    assert run(db, study, toy).phase == Phase.DONE
    assert_exactly(db, study)
    final = of_phase(db, study.name, Phase.FINAL)
    with db.reading() as tx:
        evaluated = evaluations.of_study(tx, study.id, 1)
        models = {job.id: artifacts.find(tx, job.id, ArtifactKind.MODEL) for job in final}
        (worker,) = workers.of_study(tx, study.id)
    assert {(e.job_id, e.split) for e in evaluated} == {
        (job.id, split) for job in final for split in Split
    }
    assert all(4 * len(e.labels) == 4 * len(e.predictions) == len(e.losses) > 0 for e in evaluated)
    for job in final:
        kept = job.data_set == DataSet.SEARCH and job.configuration != BASELINE
        assert len(models[job.id]) == kept
        for artifact in models[job.id]:
            with db.artifacts.open_reader(artifact.id) as reader:
                assert len(reader.read()) == artifact.size_bytes > 0
    assert worker.slots == ["cpu:0", "cpu:1"]
    assert worker.left_ms is not None
    made_by = provenance.of_device(find(2)[0].kind)
    assert Provenance.model_validate(worker.provenance) == made_by
    assert list((tmp_path / "state").iterdir()) == []


@on("sqlite")
def test_the_holdout_is_opened_by_final_jobs_only(
    db: Database, study: StudyRecord, toy: Definition, run: Run, toy_data: PreparedData,
    tmp_path: Path,
) -> None:  # fmt: skip
    """With holdout files that nobody can read, search and select come to their end, and the
    worker leaves at the first final job, which stays free for others."""
    data = toy.study.prepare(tmp_path / "unreadable")
    for data_set in ("search", "new"):
        data.holdout_path(data_set).unlink()
        data.holdout_path(data_set).mkdir()
    supervisor = supervisor_of(db, study, toy, data, tmp_path / "state")
    with pytest.raises(WorkFailed, match=r"search-holdout.npz is damaged"):
        supervisor.run()
    for phase in (Phase.SEARCH, Phase.SELECT):
        states = {job.state for job in of_phase(db, study.name, phase)}
        assert JobState.SUCCEEDED in states and JobState.FAILED not in states
    final = of_phase(db, study.name, Phase.FINAL)
    assert len(final) == 8
    assert {(job.state, job.losses) for job in final} == {(JobState.OPEN, 0)}
    with db.reading() as tx:
        opened = holdout_uses.of_study(tx, study.uuid)
    assert len(opened) == 2 and {one.job_id for one in opened} <= {job.id for job in final}


@on("sqlite")
@pytest.mark.parametrize("phase", [Phase.SEARCH, Phase.FINAL])
def test_a_lease_lost_before_the_training_begins(
    db: Database, study: StudyRecord, toy: Definition, run: Run, monkeypatch: pytest.MonkeyPatch,
    phase: Phase,
) -> None:  # fmt: skip
    """A job that another takes between its claim and its begin is dropped like any other that is
    lost: the worker goes on, and the study ends with exactly its budget."""
    real, taken = jobs.claim, list[JobRecord]()

    def claim(tx: Connection, *arguments: Any) -> tuple[JobRecord, Lease] | None:
        claimed = real(tx, *arguments)
        if claimed is not None and claimed[0].phase == phase and not taken:
            taken.append(claimed[0])
            jobs.release(tx, claimed[1])
        return claimed

    monkeypatch.setattr(jobs, "claim", claim)
    assert run(db, study, toy).phase == Phase.DONE
    assert len(taken) == 1
    assert_exactly(db, study)
    with db.reading() as tx:
        opened = holdout_uses.of_study(tx, study.uuid)
    final = of_phase(db, study.name, Phase.FINAL)
    assert Counter(one.job_id for one in opened) == Counter(job.id for job in final)


@on("sqlite")
def test_a_machine_where_no_child_starts(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, tmp_path: Path
) -> None:
    """A worker whose children die before they can take work leaves, and says how they ended."""
    broken = [replace(device, environment={"PYTHONHOME": "/nowhere"}) for device in find(2)]
    supervisor = supervisor_of(db, study, toy, toy_data, tmp_path / "state", broken)
    with pytest.raises(WorkFailed, match="was the last: no child starts on it: the child exited"):
        supervisor.run()
    assert {job.state for job in of_phase(db, study.name, Phase.SEARCH)} == {JobState.OPEN}


def test_an_error_on_the_baseline_stops_the_study(
    db: Database, trouble: tuple[StudyRecord, Definition], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception in user code fails the trial, on the baseline the whole study, with the
    traceback; no character that it prints can break that."""
    monkeypatch.setenv("TOY_TROUBLE", "unprintable")
    stopped = run(db, *trouble)
    assert stopped.phase == Phase.STOPPED
    assert "the baseline failed: ValueError: a" in (stopped.reason or "")
    assert "Traceback" in (stopped.reason or "") and "trouble.py" in (stopped.reason or "")
    assert optuna_trials(db, "trouble")[0].state == TrialState.FAIL
    states = [job.state for job in of_phase(db, "trouble", Phase.SEARCH)]
    assert states[0] == JobState.FAILED
    assert not {JobState.OPEN, JobState.LEASED} & set(states)
    assert TrialState.RUNNING not in {trial.state for trial in optuna_trials(db, "trouble")}


@on("sqlite")
def test_three_errors_in_a_row_stop_the_study(
    db: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed trials count; the third in a row stops the study with the last traceback."""
    definition = definition_loader.load(str(DEFINITIONS / "trouble.py"))
    study = creation.create(db, "trouble", definition, Budget(trials=8))
    monkeypatch.setenv("TOY_TROUBLE", "raise")
    monkeypatch.setenv("TOY_SPARE_BASELINE", "1")
    stopped = run(db, study, definition)
    assert stopped.phase == Phase.STOPPED
    assert "3 trials in a row failed, the last: ValueError: no such layer" in (stopped.reason or "")
    states = [job.state for job in of_phase(db, "trouble", Phase.SEARCH)]
    assert states.count(JobState.FAILED) >= 3
    assert not {JobState.OPEN, JobState.LEASED} & set(states)
    assert TrialState.RUNNING not in {trial.state for trial in optuna_trials(db, "trouble")}


@on("sqlite")
@pytest.mark.parametrize("kind", ["nan", "diverge"])
def test_divergence_is_pruned_with_the_reason(
    db: Database, trouble: tuple[StudyRecord, Definition], run: Run, kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Numbers that are none prune a trial, so that the sampler learns from it, and count."""
    monkeypatch.setenv("TOY_TROUBLE", kind)
    monkeypatch.setenv("TOY_SPARE_BASELINE", "1")
    stopped = run(db, *trouble)
    assert "nothing to compare" in (stopped.reason or "")
    found = optuna_trials(db, "trouble")
    expected = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.PRUNED]
    assert [trial.state for trial in found] == expected
    for job in of_phase(db, "trouble", Phase.SEARCH)[1:]:
        assert "diverged in epoch 3" in (job.reason or "") and "nan" in (job.reason or "")


@on("sqlite")
def test_a_killed_child_costs_nothing(
    db: Database, trouble: tuple[StudyRecord, Definition], run: Run, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A child killed by kill -9 is replaced, its job goes on as the same trial, and N is exact."""
    monkeypatch.setenv("TOY_TROUBLE", "die")
    monkeypatch.setenv("TOY_ONCE", str(tmp_path / "once"))
    monkeypatch.setenv("TOY_SPARE_OTHERS", "1")  # two train side by side: either could come first
    study, definition = trouble
    assert run(db, study, definition).phase == Phase.DONE
    assert_exactly(db, study)
    assert [job.losses for job in of_phase(db, "trouble", Phase.SEARCH)] == [1, 0, 0]


@on("sqlite")
def test_a_job_that_kills_every_child_is_given_up(
    db: Database, trouble: tuple[StudyRecord, Definition], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a set number of attempts it is failed, with how the last child ended."""
    monkeypatch.setenv("TOY_TROUBLE", "die")
    monkeypatch.setenv("TOY_SPARE_OTHERS", "1")
    stopped = run(db, *trouble)
    assert stopped.phase == Phase.STOPPED
    baseline = of_phase(db, "trouble", Phase.SEARCH)[0]
    assert (baseline.state, baseline.losses) == (JobState.FAILED, MAX_LOSSES)
    assert f"given up after {MAX_LOSSES} lost workers" in (baseline.reason or "")
    assert "the child was killed by SIGKILL; it last printed:\nhere comes die" in (
        baseline.reason or ""
    )
    assert optuna_trials(db, "trouble")[0].state == TrialState.FAIL


@on("sqlite")
def test_what_only_one_definition_meets_is_not_the_devices_fault(
    db: Database, trouble: tuple[StudyRecord, Definition], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs of one definition that are lost, whichever, pay for it themselves: the study ends, with
    the reason, and the machine goes on."""
    monkeypatch.setenv("TOY_TROUBLE", "exit")
    monkeypatch.setattr(child_pool, "RETAKE_SECONDS", 0.1)
    stopped = run(db, *trouble)
    assert stopped.phase == Phase.STOPPED
    said = f"the baseline failed: given up after {MAX_LOSSES} lost workers; the child exited with"
    assert said in (stopped.reason or "")


@slow("runs a study in a process of its own")
@on("sqlite")
def test_a_supervisor_never_imports_tensorflow(
    url: str, db: Database, toy: Definition, tmp_path: Path
) -> None:
    """A worker that knows every built-in definition and has run a whole study has imported
    neither TensorFlow nor Keras nor JAX."""
    study = creation.create(db, "toy", toy, SMALL)
    code = (
        "import json, sys; from hpo import definition_loader; from hpo.worker import main; from hpo.settings import Settings\n"
        "for name in definition_loader.BUILT_IN: definition_loader.load(name)\n"
        "main.work(Settings(**json.loads(sys.argv[1])), 'toy', [sys.argv[2]])\n"
        "print(sorted({'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)))\n"
    )
    settings = {"storage": url, "cpu_slots": 2}
    settings |= {name: str(tmp_path / name) for name in ("cache_dir", "state_dir")}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(settings), str(DEFINITIONS / "toy.py")],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr
    assert_exactly(db, study)
