"""Objectives that are judged: the best against a baseline, with fresh seeds."""

import json
from pathlib import Path

import optuna
import pytest

from storage.database import Database
from storage.states import DataSet, JobState, Phase
from storage.tables import holdout_uses, studies
from tests.support.commandline import CommandLine
from tests.support.marks import on
from tests.support.outcome import of_phase

NOISY = '''
import random

def objective(trial):
    """Which configuration is the best is clear; what a call gives depends on its seed."""
    x = trial.suggest_float("x", -10, 10)
    kind = trial.suggest_categorical("kind", ["a", None])
    value = (x - 2) ** 2 + (kind == "a") + random.Random(trial.seed).gauss(0, 0.1)
    trial.report(value, 1)
    trial.set_user_attr("seed", trial.seed)
    return value

def plain(trial):
    return (trial.suggest_float("x", -10, 10) - 2) ** 2
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """That of the objectives, beside one with a baseline."""
    (tmp_path / "base.json").write_text(json.dumps({"x": -8.0, "kind": "a"}))
    made = tmp_path / "noisy.py"
    made.write_text(NOISY)
    return made


def _run(shell: CommandLine, file: Path, function: str, *options: str) -> str:
    return shell.succeed(
        "run", f"{file}:{function}", "--trials", "8", "--cpu", "1",
        "--baseline", str(file.with_name("base.json")), "--final-seeds", "4", *options,
    )  # fmt: skip


@on("sqlite")
def test_the_best_is_judged(shell_on: CommandLine, url: str, db: Database, file: Path) -> None:
    """N trials are N trials; what follows has seeds of its own, the parameters that were found, and no
    trial. The verdict says whose values it rests on."""
    told = _run(shell_on, file, "objective", "--name", "noisy")
    assert "Verdict: better by" in told and "the objective's own values" in told
    trials = optuna.load_study(study_name="noisy", storage=url).get_trials()
    assert [trial.number for trial in trials] == list(range(8))
    assert trials[0].params == {"x": -8.0, "kind": "a"}
    search = of_phase(db, "noisy", Phase.SEARCH)
    final = of_phase(db, "noisy", Phase.FINAL)
    others = (*of_phase(db, "noisy", Phase.SELECT), *final)
    assert {job.state for job in others} == {JobState.SUCCEEDED}
    assert {job.trial_id for job in others} == {None}
    assert {job.data_set for job in final} == {DataSet.SEARCH}
    params = {job.configuration: job.params for job in search}
    assert all(job.params == params[job.configuration] for job in others)
    seeds = [job.seed for job in (*search, *others)]
    assert len(set(seeds)) == len(seeds)
    assert told == _run(shell_on, file, "objective", "--name", "noisy")
    status = json.loads(shell_on.succeed("status", "noisy", "--json"))
    assert status["verdict"].startswith("better by") and status["result"] is None
    shell_on.succeed("report", "noisy", "--format", "md")
    assert "the objective's own values" in (shell_on.folder / "noisy.md").read_text()
    line = shell_on.fail("export", "noisy", "--study", f"{file}:objective", code=1)
    assert "gives no model" in line
    exported = json.loads(shell_on.succeed("export", "noisy", "--format", "json"))
    assert exported["params"] in [params[number] for number in {job.configuration for job in final}]
    assert exported["verdict"] == status["verdict"]
    assert exported["value"] < exported["baseline_value"]


HELD_OUT = r"""
import random

def objective(trial):
    x = trial.suggest_float("x", -10, 10)
    return (x - 2) ** 2

def holdout(params, seed):
    with open(__file__ + ".opened", "a") as file:
        file.write(f"{params['x']} {seed}\n")
    chance = random.Random(seed)
    return [params["x"] ** 2 + example + chance.gauss(0, 1) for example in range(30)]
"""


@on("postgresql")
def test_a_holdout_of_its_own_is_sealed(shell_on: CommandLine, db: Database, file: Path) -> None:
    """It is opened for winner and baseline alone, once each seed, and the verdict is on its examples; who
    looks again is told that it was open, though the objective is another by now."""
    file.write_text(HELD_OUT)
    file.with_name("base.json").write_text('{"x": -8.0}')
    told = _run(shell_on, file, "objective", "--name", "first")
    assert "Verdict: better by" in told and "on 30 unseen examples, over 3 seeds a side" in told
    final = of_phase(db, "first", Phase.FINAL)
    opened = Path(f"{file}.opened").read_text().splitlines()
    assert sorted(opened) == sorted(f"{(job.params or {})['x']} {job.seed}" for job in final)
    with db.reading() as tx:
        study = studies.get(tx, "first")
        openings = holdout_uses.of_study(tx, study.uuid)
    assert [each.job_id for each in openings] == [job.id for job in final]
    file.write_text(HELD_OUT.replace("(x - 2)", "(x - 1)"))
    told = _run(shell_on, file, "objective", "--name", "second", "--seed", "5")
    assert "the holdout had been opened before, for 6 trainings" in told


def test_what_cannot_be_paired(shell: CommandLine, file: Path) -> None:
    """The search is there, and there is no verdict; the reason is told."""
    before, _, _ = HELD_OUT.partition("def holdout")
    file.write_text(before + "def holdout(params, seed):\n    return [1.0] * (seed % 2 + 2)\n")
    file.with_name("base.json").write_text('{"x": -8.0}')
    told = _run(shell, file, "objective")
    assert "Verdict: no verdict: " in told and "2 and 3 examples" in told


def test_what_leaves_nothing_to_chance(shell: CommandLine, file: Path) -> None:
    """Each call gives the same: of chance nothing is said, and a baseline is whole."""
    file.with_name("base.json").write_text('{"x": 5.0}')
    told = _run(shell, file, "plain")
    assert "Verdict: no verdict" in told and "the same with every seed" in told


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        ('{"x": 5.0, "typo": 1, "kind": "a"}', "it did not ask for typo, which its trial has"),
        ('{"x": 5.0}', "it asks for 'kind', which its baseline or its trial does not have"),
        ('{"x": 50.0, "kind": "a"}', "'x' cannot be 50.0, which it is given"),
    ],
)
def test_a_baseline_that_does_not_fit(
    shell: CommandLine, file: Path, baseline: str, words: str
) -> None:
    """It fails, and with it the study, which is removed."""
    base = file.with_name("base.json")
    base.write_text(baseline)
    done = shell.run(
        "run", f"{file}:objective", "--baseline", str(base), "--trials", "3", "--cpu", "1"
    )
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("hpo: the baseline cannot be trained: ") and words in line


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"x": [1]}', '{"x": NaN}', '{"x": 1e999}'])
def test_what_is_no_baseline_is_refused(shell: CommandLine, file: Path, content: str) -> None:
    """In a line, before anything is created."""
    base = file.with_name("base.json")
    base.write_text(content)
    line = shell.fail("run", f"{file}:objective", "--baseline", str(base), code=2)
    assert "holds no parameters" in line
    assert not (shell.folder / "hpo.db").exists()


def test_a_baseline_that_failed_is_run_again_whole(shell: CommandLine, file: Path) -> None:
    """Though it had asked for nothing when it failed."""
    broken = NOISY.replace("    x = trial", "    open(__file__ + '.there')\n    x = trial", 1)
    file.write_text(broken)
    reference = f"{file}:objective"
    base = str(file.with_name("base.json"))
    shell.succeed("create", "mine", "--study", reference, "--trials", "3", "--baseline", base, "--final-seeds", "2")  # fmt: skip
    work = ("worker", "mine", "--study", reference, "--cpu", "1")
    shell.run(*work)
    assert "the baseline failed" in shell.succeed("status", "mine")
    Path(f"{file}.there").touch()
    shell.succeed("retry", "mine", "0")
    shell.succeed(*work)
    assert "Verdict: better by" in shell.succeed("status", "mine").replace("\n", " ")


def test_a_baseline_is_given_as_numbers_of_its_kind(shell: CommandLine, file: Path) -> None:
    """A whole number may stand for a real one, and holdout is given what the objective had; a text is no
    number."""
    file.write_text(
        "def objective(trial):\n    n = trial.suggest_int('n', 0, 9)\n    x = trial.suggest_float('x', 0, 9)\n"
        "    return n + x\n"
        "def holdout(params, seed):\n    assert type(params['n']) is int and type(params['x']) is float\n"
        "    return params['n'] + params['x'] + seed % 7\n"
    )
    base = file.with_name("base.json")
    base.write_text('{"n": 9.0, "x": 9}')
    assert "on its holdout" in _run(shell, file, "objective")
    base.write_text('{"n": "9", "x": 9}')
    done = shell.run("run", f"{file}:objective", "--baseline", str(base), "--name", "other")
    assert "'n' cannot be '9', which it is given" in done.stderr


@on("sqlite")
def test_it_goes_on_when_it_is_extended(shell_on: CommandLine, db: Database, file: Path) -> None:
    """To another verdict; its baseline stays as it is."""
    _run(shell_on, file, "objective", "--name", "noisy")
    base = ("--baseline", str(file.with_name("base.json")))
    assert "keeps a study's --baseline" in shell_on.fail(
        "create", "noisy", "--extend", "--trials", "10", *base, code=2
    )
    shell_on.succeed("create", "noisy", "--extend", "--trials", "10")
    shell_on.succeed("worker", "noisy", "--study", f"{file}:objective", "--cpu", "1")
    with db.reading() as tx:
        study = studies.get(tx, "noisy")
    assert (study.generation, study.phase, study.trials) == (2, Phase.DONE, 10)
    assert [job.trial_number for job in of_phase(db, "noisy", Phase.SEARCH)] == list(range(10))


def test_what_needs_a_baseline(shell: CommandLine, file: Path) -> None:
    """A verdict does; a declared study has one of its own."""
    base = str(file.with_name("base.json"))
    called = ("run", f"{file}:objective")
    assert "--baseline FILE" in shell.fail(*called, "--final-seeds", "3", code=2)
    assert "would be compared" in shell.fail(
        *called, "--baseline", base, "--final-seeds", "3", "--trials", "1", code=2
    )
    judged = (*called, "--baseline", base, "--final-seeds", "3")
    file.write_text(NOISY + "\nholdout = print\n")
    assert "cannot judge" in shell.fail(*judged, code=2)
    file.write_text(NOISY)
    assert "where it is judged" in shell.fail(*called, "--select-top", "3", code=2)
    assert "baseline of its own" in shell.fail("run", "digits", "--baseline", base, code=2)
    assert "cannot be read" in shell.fail(*called, "--baseline", "nowhere.json", code=2)
