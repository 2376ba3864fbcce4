"""`hpo launch slurm` on a real Slurm of two nodes: preemption, the time limit, a node that is lost, an end."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database
from storage.states import JobState, Phase
from tests.engines.launch.slurm_cluster import Slurm, cluster
from tests.support.commandline import CommandLine
from tests.support.marks import on
from tests.support.waiting import eventually

TRIALS = 8
STEPS = 8
# It keeps what it has done in its folder, a step a second.
OBJECTIVE = f"""
import time
from pathlib import Path

def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    file = Path(trial.checkpoint_folder, "steps")
    done = int(file.read_text()) if file.exists() else 0
    for step in range(done + 1, {STEPS + 1}):
        time.sleep(1)
        file.write_text(str(step))
        trial.report(x, step)
    return x
"""
pytestmark = on("postgresql")


@pytest.fixture
def slurm() -> Iterator[Slurm]:
    """A cluster of its own."""
    with cluster(Path(tempfile.mkdtemp(prefix="s", dir="/tmp"))) as made:
        yield made


class _Site:
    """A study on that cluster."""

    def __init__(self, slurm: Slurm, shell: CommandLine, url: str) -> None:
        self.slurm = slurm
        self._shell = shell
        self._environment = {
            **slurm.environment, "HPO_STORAGE": url, "HPO_LEASE_SECONDS": "10", "HPO_CHECKPOINT_SECONDS": "0",
            "HPO_GRACE_SECONDS": "10",
        }  # fmt: skip
        (shell.folder / "train.py").write_text(OBJECTIVE)
        self.call("create", "mine", "--study", "train.py:objective", "--trials", str(TRIALS))

    def call(self, *arguments: str) -> str:
        return self._shell.succeed(*arguments, **self._environment)

    def launch(self, *options: str) -> str:
        of_each = ("--gpus-per-worker", "1", "--cpus-per-worker", "1", "--workers", "2")
        return self.call(
            "launch", "slurm", "mine", "--study", "train.py:objective", *of_each, *options
        )

    def trials(self) -> list[dict[str, Any]]:
        return list(json.loads(self.call("status", "mine", "--json"))["trials"])

    def is_at_work(self) -> bool:
        """On two trials, which have been kept by now."""
        running = [each for each in self.trials() if each["state"] == JobState.LEASED]
        return len(running) == 2 and all(each["epoch"] > 1 for each in running)

    def finish(self) -> list[dict[str, Any]]:
        """Waits for the end of the study, of which nothing was lost; gives its trials."""
        eventually(lambda: self._phase() is Phase.DONE, 200)
        eventually(lambda: not self.slurm.call("squeue", "--noheader"), 60)
        trials = self.trials()
        assert [each["trial_number"] for each in trials] == list(range(TRIALS))
        assert {each["state"] for each in trials} == {JobState.SUCCEEDED}
        assert {each["epoch"] for each in trials} == {STEPS}
        return trials

    def _phase(self) -> Phase:
        return Phase(json.loads(self.call("status", "mine", "--json"))["study"]["phase"])


@pytest.fixture
def site(slurm: Slurm, shell: CommandLine, url: str, db: Database) -> _Site:
    """That study, made."""
    return _Site(slurm, shell, url)


def test_preempted_workers_go_on(site: _Site) -> None:
    """By a job of a higher partition: they leave in time, no loss is counted, and they are queued again."""
    said = site.launch("--time", "10")
    assert said.startswith("hpo-mine: array ")
    eventually(site.is_at_work)
    assert "slurm job " in site.call("workers", "mine")
    site.slurm.call(
        "sbatch", "--partition=high", "--nodes=2", "--exclusive", "--output=/dev/null", "--wrap=sleep 3"
    )  # fmt: skip
    trials = site.finish()
    assert {each["losses"] for each in trials} == {0}
    assert max(each["attempts"] for each in trials) > 1


def test_workers_that_meet_their_limit_go_on(site: _Site) -> None:
    """They are warned ahead of it, and queued again, until the study is over."""
    site.launch("--time", "1")  # with 40 s of it for leaving: more trials than fit into the rest
    trials = site.finish()
    assert {each["losses"] for each in trials} == {0}
    assert max(each["attempts"] for each in trials) > 1


def test_a_node_that_is_lost_with_a_step_still_alive(site: _Site) -> None:
    """Slurm has its jobs run elsewhere, while the old worker may still train: no trial counts twice."""
    site.launch("--time", "10", "--sbatch-option=--ntasks-per-node=1")
    eventually(site.is_at_work)
    site.slurm.lose("gpu2")
    site.finish()


def test_what_is_ended_stays_ended(site: _Site) -> None:
    """By --stop or by scancel: what ran is kept, nothing is queued again, and another array goes on."""
    site.launch("--time", "10")
    eventually(site.is_at_work)
    assert "cancelled" in site.launch("--stop")
    eventually(lambda: not site.slurm.call("squeue", "--noheader"), 60)
    assert {each["state"] for each in site.trials()} == {JobState.OPEN}
    site.launch("--time", "10")
    trials = site.finish()
    assert {each["losses"] for each in trials} == {0}
