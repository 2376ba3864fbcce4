"""Objectives as people write them for Optuna, called by real workers."""

import json
import os
import signal
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from storage.database import Database
from storage.states import JobState, Phase
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.fleet import left_behind
from tests.support.marks import on
from tests.support.outcome import of_phase
from tests.support.waiting import eventually

OBJECTIVES = DEFINITIONS / "objectives.py"


def _trials(url: str, name: str) -> list[optuna.trial.FrozenTrial]:
    """As plain Optuna reads them."""
    return optuna.load_study(study_name=name, storage=url).get_trials()


def test_a_run_calls_it_as_often_as_asked(shell: CommandLine) -> None:
    """Numbers 0 to N-1, with what it suggested, kept and reported; run again, it calls nothing."""
    called = ("run", f"{OBJECTIVES}:branches", "--trials", "12")
    done = shell.run(*called)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("trial ")
    trials = _trials(f"sqlite:///{shell.folder}/hpo.db", "objectives.branches")
    assert [trial.number for trial in trials] == list(range(12))
    assert all(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
    for trial in trials:
        units = [name for name in trial.params if name.startswith("units_")]
        assert len(units) == trial.params.get("layers", 0)
        assert trial.intermediate_values
        if trial.state is TrialState.COMPLETE:
            assert trial.user_attrs["depth"] == len(units)
            assert trial.constraints == {"depth": len(units) - 2}
    again = shell.run("run", f"{OBJECTIVES}:branches")
    assert (again.returncode, again.stdout) == (0, done.stdout)


@on("sqlite", "postgresql")
def test_the_best_is_feasible(shell_on: CommandLine, url: str) -> None:
    """As Optuna has it of the same trials; a target is reached by none that violates a constraint. What was
    kept with a trial is told, too."""
    limits = ("--trials", "12", "--target", "0.4")
    said = shell_on.succeed("run", f"{OBJECTIVES}:fenced", "--name", "fenced", *limits)
    told = json.loads(shell_on.succeed("status", "fenced", "--json"))
    assert len(told["trials"]) == 12
    for trial in told["trials"]:
        assert trial["is_feasible"] is (trial["score"] >= 0.5)
        assert trial["attributes"] == {"double": 2 * trial["score"]}
    best = optuna.load_study(study_name="fenced", storage=url).best_trial
    assert told["best"]["trial_number"] == best.number
    assert said.startswith(f"trial {best.number}: {best.value:.4f} after ")


@on("sqlite", "postgresql")
def test_one_whose_worker_is_killed_is_called_again(
    shell_on: CommandLine, url: str, tmp_path: Path
) -> None:
    """With the parameters that it had; all others are called once, and none is missing."""
    file = tmp_path / "called"
    reference = f"{OBJECTIVES}:slow"
    here = {"CALLED": str(file)}
    shell_on.succeed("create", "slow", "--study", reference, "--trials", "8")
    work = ("worker", "slow", "--study", reference, "--cpu", "1")
    with shell_on.installed.start(*work, SLOW_SECONDS="60", **here) as worker:
        eventually(lambda: file.exists() and file.read_text().endswith("\n"))
        os.kill(worker.pid, signal.SIGKILL)
    shell_on.succeed(*work, SLOW_SECONDS="0", **here)
    calls = [line.split() for line in file.read_text().splitlines()]
    counted = Counter(number for number, _, _ in calls)
    assert counted == {str(number): 2 if number == 0 else 1 for number in range(8)}
    assert calls[0][1] == calls[1][1]
    trials = _trials(url, "slow")
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * 8
    for trial in trials:
        assert trial.value == pytest.approx(trial.params["x"] + trial.params["y"])


@on("sqlite", "postgresql")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_keeps_a_folder_goes_on_elsewhere(
    shell_on: CommandLine, url: str, tmp_path: Path, how: signal.Signals
) -> None:
    """On a machine that shares nothing with the first but the database; nothing of it is left behind."""
    file = tmp_path / "called"
    reference = f"{OBJECTIVES}:keeping"
    shell_on.succeed("create", "keeping", "--study", reference, "--trials", "2")
    work = ("worker", "keeping", "--study", reference, "--cpu", "1")
    often = {"HPO_LEASE_SECONDS": "5", "HPO_CHECKPOINT_SECONDS": "0", "CALLED": str(file)}
    first = {**often, "SLOW_SECONDS": "0.3", "HPO_STATE_DIR": str(tmp_path / "first")}
    with shell_on.installed.start(*work, **first) as worker:
        eventually(
            lambda: any(len(each.intermediate_values) > 3 for each in _trials(url, "keeping"))
        )
        os.kill(worker.pid, how)
        worker.communicate(timeout=60)
    shell_on.succeed(*work, **often, HPO_STATE_DIR=str(tmp_path / "second"))
    begun: dict[str, list[int]] = {}
    for number, step in map(str.split, file.read_text().splitlines()):
        begun.setdefault(number, []).append(int(step))
    assert begun["1"] == [0]
    assert begun["0"][0] == 0 and [step >= 3 for step in begun["0"][1:]] == [True]
    trials = _trials(url, "keeping")
    assert [sorted(trial.intermediate_values) for trial in trials] == [list(range(1, 9))] * 2
    assert [trial.state for trial in trials] == [TrialState.COMPLETE] * 2
    db = Database.open(url)
    assert left_behind(db) == []
    db.close()


def test_some_may_fail(shell: CommandLine) -> None:
    """As in Optuna's own studies that catch it; three in a row end the study, with the reason."""
    done = shell.run("run", f"{OBJECTIVES}:lame", "--trials", "10", "--sampler", "random")
    trials = _trials(f"sqlite:///{shell.folder}/hpo.db", "objectives.lame")
    states = Counter(trial.state for trial in trials)
    assert states[TrialState.FAIL] and states[TrialState.COMPLETE]
    # One that was cancelled as the study ended has none.
    failed = next(trial for trial in trials if "hpo:reason" in trial.user_attrs)
    assert failed.state is TrialState.FAIL
    assert failed.user_attrs["hpo:reason"].startswith("ArithmeticError: it fell")
    assert failed.params == {"leg": "left"}
    heading, said, *where = shell.succeed(
        "logs", "objectives.lame", str(failed.number)
    ).splitlines()
    assert heading.endswith(", failed") and said == "on the left"
    assert (where[0], where[-1]) == (
        "Traceback (most recent call last):", "ArithmeticError: it fell",
    )  # fmt: skip
    assert done.returncode in (0, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return None", "The value None could not be cast to float"),
        ("return 'good'", "could not be cast to float"),
        ("return float('nan')", "The value nan is not acceptable"),
        ("return 0.1, 0.2", "The number of the values 2 did not match"),
        ("trial.suggest_float('x', 2, 1)", "ValueError"),
        ("trial.suggest_float('x', -1e308, 1e308)", "OverflowError"),
        ("trial.suggest_categorical('x', [float('nan')])", "is nan"),
        ("trial.suggest_categorical('x' * 600, [1])", "512 at most"),
        ("trial.set_user_attr('big', 'x' * 70_000)", "more than 64000"),
        ("trial.suggest_float('x', 0, 1)\n    trial.suggest_int('x', 0, 1)", "distribution kind"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import os; os._exit(0)", "the child exited with code 0"),
        ("return trial.no_such()", "no attribute 'no_such'"),
        ("print('x' * 50_000_000)\n    return None", "The value None"),
    ],
)
def test_what_is_wrong_with_it_is_said(shell: CommandLine, body: str, words: str) -> None:
    """In a line; the study is removed, so that the same command runs what is mended."""
    file = shell.folder / "mine.py"
    file.write_text(f"def objective(trial):\n    {body}\n")
    done = shell.run("run", f"{file}:objective", "--trials", "3", "--cpu", "1")
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("hpo: the objective failed: ") and words in line
    assert line.endswith("the study is removed")
    assert "no study 'mine.objective'" in shell.fail("status", "mine.objective", code=1)


def test_what_cannot_be_is_refused_before_anything_is_created(shell: CommandLine) -> None:
    """No such file, no such function; what only a declared study has."""
    file = shell.folder / "mine.py"
    assert "there is no file" in shell.fail("run", f"{file}:objective", code=2)
    file.write_text("def objective(trial):\n    return 1.0\nraise SystemExit\n")
    assert "defines no function 'f'" in shell.fail("run", f"{file}:f", code=2)
    called = ("run", f"{file}:objective")
    for options, words in (
        (("--sampler", "grid"), "needs a space that is known"),
        (("--pruner", "halving"), "how many epochs"),
        (("--final-seeds", "3"), "--baseline FILE"),
        (("--select-top", "3"), "where it is judged"),
        (("--bundle", "x"), "gives no bundle"),
        (("--set", "epochs=3"), "unknown setting epochs"),
        (("--trials", "0"), "--trials 0"),
    ):
        assert words in shell.fail(*called, *options, code=2)
    assert "is an objective" in shell.fail("try", f"{file}:objective", code=2)
    assert "unknown setting directions" in shell.fail(
        "run", "digits", "--direction", "minimize", code=2
    )
    assert not (shell.folder / "hpo.db").exists()


@on("sqlite")
def test_a_file_that_does_not_load_says_where(shell_on: CommandLine, db: Database) -> None:
    """It is run where it is called, and nowhere else; another machine may have what it imports, so no trial
    is lost over it."""
    file = shell_on.folder / "mine.py"
    file.write_text("import no_such_module\ndef objective(trial):\n    return 1.0\n")
    shell_on.succeed("create", "mine", "--study", f"{file}:objective", "--trials", "3")
    done = shell_on.run("worker", "mine", "--study", f"{file}:objective", "--cpu", "1")
    assert done.returncode == 1
    assert (
        "does not load here (ModuleNotFoundError: No module named 'no_such_module')" in done.stderr
    )
    found = of_phase(db, "mine", Phase.SEARCH)
    assert {job.state for job in found} == {JobState.OPEN}


@on("sqlite")
def test_what_a_person_asks_of_a_search(shell_on: CommandLine, url: str) -> None:
    """Something is fixed, something is tried soon; the file need not be named again, and who works is told
    of the end, once, however many do."""
    file, told = shell_on.folder / "mine.json", shell_on.folder / "told"
    file.write_text('[{"kind": "deep"}, {"kind": null}]')
    study = ("--study", f"{OBJECTIVES}:branches", "--pruner", "none")
    said = shell_on.succeed("create", "mine", *study, "--trials", "6", "--fix", "rate=.01")
    assert said == "mine: 6 trials of objectives.branches, fixed: rate=0.01, search\n"
    assert "next 2 trials have" in shell_on.succeed("enqueue", "mine", "mine.json")
    hook = {"HPO_ON_END": f'echo "$HPO_STUDY_NAME $HPO_STUDY_PHASE" >> {told}'}
    with shell_on.start("worker", "mine", "--cpu", "1", **hook) as other:
        shell_on.succeed("worker", "mine", "--cpu", "1", **hook)
        other.communicate(timeout=60)
    assert told.read_text() == "mine done\n"
    trials = _trials(url, "mine")
    assert [trial.params["kind"] for trial in trials[:2]] == ["deep", None]
    assert {trial.params["rate"] for trial in trials} == {0.01}
    assert len(trials) == 6


def test_a_run_tells_its_end_or_that_it_failed(shell: CommandLine) -> None:
    """Once, by itself and not by its worker."""
    told = shell.folder / "told"
    (shell.folder / "hpo.toml").write_text(
        f"""on_end = 'echo "$HPO_STUDY_PHASE $HPO_STUDY_REASON" >> {told}'\n"""
    )
    (shell.folder / "bad.py").write_text("def objective(trial): raise ArithmeticError('no')\n")
    shell.succeed("run", f"{OBJECTIVES}:parabola", "--trials", "2", "--cpu", "1")
    assert shell.run("run", "bad.py:objective", "--trials", "5", "--cpu", "1").returncode == 1
    assert told.read_text() == "done \nfailed the objective failed: ArithmeticError: no\n"
