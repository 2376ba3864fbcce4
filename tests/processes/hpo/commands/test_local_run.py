"""`hpo run`, where its worker does not behave or there is no data; the ordinary way is in test_cli."""

from pathlib import Path

import optuna
import pytest
from click.testing import CliRunner

from hpo import definition_loader
from hpo.cli import cli
from hpo.commands import local_run
from hpo.definition_loader import Definition
from hpo.errors import WorkFailed
from hpo.settings import Settings
from storage.database import Database
from storage.records import StudyRecord
from studies.errors import DataUnavailable
from studies.image_classification.study import ImageClassification
from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import on


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Definition]:
    """Which definitions are run, where no data of CIFAR-100 can be had and a run ends at once."""
    asked: list[Definition] = []

    def run(_settings: Settings, wanted: local_run.Wanted, *_: object) -> None:
        definition = wanted.definition
        asked.append(definition)
        if definition.name == "cifar100":
            raise DataUnavailable("CIFAR-100 is not on this machine; connect to the network")
        raise WorkFailed("enough")

    monkeypatch.setattr(local_run, "run", run)
    monkeypatch.chdir(tmp_path)
    return asked


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["run", "cifar100", *arguments])
    assert done.stdout == ""
    return done.exit_code, done.stderr


def test_a_fallback_is_run_with_the_same_settings(ran: list[Definition]) -> None:
    """What was set for the one holds for the other, and is said; unset are the fallback's own."""
    code, said = _run("--fallback", "digits", "--set", "epochs=3", "--set", "split_seed=7")
    assert [each.name for each in ran] == ["cifar100", "digits"]
    for each in ran:
        assert each.study.epochs == 3 and each.study.settings()["split_seed"] == 7
    assert "Running digits instead of cifar100, with epochs=3, split_seed=7.\n" in said
    assert (code, said.splitlines()[-1]) == (1, "hpo: enough")
    _, said = _run("--fallback", "digits")
    assert ran[-1].study == definition_loader.load("digits").study
    assert "Running digits instead of cifar100.\n" in said


def test_settings_that_do_not_fit_the_fallback_are_refused(ran: list[Definition]) -> None:
    """In one line with both causes; nothing else is run in their place."""
    code, said = _run(
        "--fallback", "digits", "--set", "classes=apple,bee", "--set", "new_classes=bed,bus"
    )
    assert [each.name for each in ran] == ["cifar100"]
    (line,) = said.splitlines()
    assert code == 2
    assert line.startswith(
        "hpo: the data of cifar100 cannot be had (CIFAR-100 is not on this machine;"
    )
    assert "--set does not fit the fallback (unknown class apple" in line
    assert line.endswith("run digits itself, with settings of its own")


def test_a_fallback_that_is_none_is_refused_at_once(ran: list[Definition]) -> None:
    """Though it might never be needed: before anything is run."""
    code, said = _run("--fallback", "digit")
    assert (code, ran) == (2, [])
    assert "there is no definition 'digit'" in said


@on("sqlite")
def test_a_name_that_is_taken_is_told_first_of_all(
    shell_on: CommandLine, db: Database, study: StudyRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before data is prepared; also one of Optuna's."""
    theirs = optuna.create_study(study_name="theirs", storage=db.url.render_as_string(False))
    theirs.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    monkeypatch.setattr(ImageClassification, "prepare", lambda *_: pytest.fail("it prepares data"))
    toy = str(DEFINITIONS / "toy.py")
    line = shell_on.fail("run", toy, "--select-top", "4", code=2)
    assert "exists with other select top (2): leave --select-top out to go on with it" in line
    assert "exists with other settings" in shell_on.fail("run", toy, "--set", "epochs=3", code=2)
    assert "with 4 trials" in shell_on.fail("run", toy, "--trials", "5", code=2)
    assert "that hpo did not make" in shell_on.fail("run", toy, "--name", "theirs", code=2)


def test_more_trials_than_a_space_has_points_are_told_first_of_all(
    shell: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where there is no database yet; none is made."""
    monkeypatch.setattr(ImageClassification, "prepare", lambda *_: pytest.fail("it prepares data"))
    file = shell.folder / "few.py"
    file.write_text(
        "from dataclasses import replace\n"
        "from hpo import definition_loader\n"
        "from studies.space import Choice\n"
        f"TOY = definition_loader.load({str(DEFINITIONS / 'toy.py')!r}).study\n"
        "STUDY = replace(TOY, space={name: Choice((each,)) for name, each in TOY.baseline.items()})\n"
    )
    assert "has 1 configurations" in shell.fail("run", str(file), code=2)
    assert [each.name for each in shell.folder.glob("hpo*")] == []
