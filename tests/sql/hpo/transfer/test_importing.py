"""A study of plain Optuna as one of ours."""

import math
from itertools import count
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy as sa
from optuna.distributions import CategoricalDistribution
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.errors import UsageError
from hpo.search.optuna_study import UUID_ATTRIBUTE
from hpo.status import study_list
from hpo.status.study_status import read_status
from hpo.study import removal
from hpo.transfer import importing
from hpo.transfer.importing import Imported
from hpo.transfer.optuna_source import choose, opened
from storage.connection.engine import parse_url
from storage.database import Database
from storage.errors import StudyExists, StudyNotFound
from storage.states import JobState, Phase
from tests.support.commandline import CommandLine
from tests.support.foreign import NEWEST, PAIR, STUDY, TRIALS, VERSIONS, restore
from tests.support.killing import Killed, killed_at
from tests.support.marks import on

FIELDS = (
    "number", "state", "values", "params", "distributions", "user_attrs", "system_attrs",
    "intermediate_values", "datetime_start", "datetime_complete",
)  # fmt: skip


def _bring(
    db: Database, storage: BaseStorage, study: str | None = None, name: str | None = None
) -> Imported:
    found = choose(storage, study)
    return importing.import_study(db, storage, found, importing.name_for(found, name))


def _told(trial: FrozenTrial) -> dict[str, Any]:
    return {field: getattr(trial, field) for field in FIELDS}


@pytest.mark.parametrize("version", VERSIONS)
def test_all_that_optuna_knows_of_its_trials_is_read_by_optuna(
    db: Database, version: str, tmp_path: Path
) -> None:
    """Their numbers and dates, too; what had not ended there ends here, and says why."""
    with opened(str(restore(version, tmp_path))) as source:
        imported = _bring(db, source, STUDY)
        theirs = source.get_all_trials(choose(source, STUDY)._study_id)
    ours = optuna.load_study(study_name=STUDY, storage=db.optuna)
    assert ours.user_attrs == {"by": "anybody", UUID_ATTRIBUTE: imported.study.uuid}
    assert [*map(_told, ours.trials[:TRIALS])] == [*map(_told, theirs[:TRIALS])]
    assert [trial.state for trial in ours.trials[TRIALS:]] == [TrialState.FAIL] * 2
    assert imported.unfinished == 2
    for trial in ours.trials:
        trial._validate()  # as whoever copies the study by Optuna does
    reasons = [trial.user_attrs["hpo:reason"] for trial in ours.trials[TRIALS:]]
    assert reasons == [f"it was {was} when it was imported" for was in ("running", "waiting")]
    status = read_status(db, STUDY)
    assert status.best is not None and status.best.trial_number == ours.best_trial.number
    assert (status.study.phase, status.study.trials) == (Phase.DONE, TRIALS + 2)
    states = {trial.number: trial.state for trial in theirs}
    ended = {
        TrialState.COMPLETE: "succeeded",
        TrialState.PRUNED: "pruned",
        TrialState.FAIL: "failed",
    }
    for job in status.jobs:
        assert job.state == ended.get(states[job.configuration], "cancelled")


def test_several_values_are_a_front(db: Database, tmp_path: Path) -> None:
    """As of an objective with several directions."""
    with opened(str(restore(NEWEST, tmp_path))) as source:
        _bring(db, source, PAIR, name="two")
    status = read_status(db, "two")
    theirs = optuna.load_study(study_name="two", storage=db.optuna).best_trials
    assert {job.trial_number for job in status.front} == {trial.number for trial in theirs}


def test_what_no_database_holds_as_it_is(db: Database) -> None:
    """Infinite values, and choices that JSON has not: Optuna's trials keep them, ours say what they are."""
    memory = InMemoryStorage()
    study = optuna.create_study(study_name="odd", storage=memory)
    choices = CategoricalDistribution([math.inf, 1])
    for value, params in ((math.inf, {"norm": 1}), (1.0, {"norm": math.inf})):
        study.add_trial(create_trial(value=value, params=params, distributions={"norm": choices}))
    study.add_trial(create_trial(state=TrialState.PRUNED, intermediate_values={3: math.nan}))
    _bring(db, memory)
    jobs = read_status(db, "odd").jobs
    assert [job.state for job in jobs] == [JobState.DIVERGED, JobState.SUCCEEDED, JobState.PRUNED]
    assert [job.score for job in jobs] == [None, 1.0, None]
    assert [job.params for job in jobs] == [{"norm": 1}, {"norm": "inf"}, {}]
    ours = optuna.load_study(study_name="odd", storage=db.optuna).trials
    assert [trial.params for trial in ours[:2]] == [{"norm": 1}, {"norm": math.inf}]


@on("postgresql", "mariadb")
def test_what_this_database_cannot_hold_is_told(db: Database) -> None:
    """A step beyond its whole numbers; nothing is left of the study."""
    memory = InMemoryStorage()
    study = optuna.create_study(study_name="far", storage=memory)
    study.add_trial(create_trial(value=1.0, intermediate_values={10**12: 1.0}))
    with pytest.raises(UsageError, match=r"cannot hold what that study has .*ut of range"):
        _bring(db, memory)
    with pytest.raises(StudyNotFound):
        read_status(db, "far")


def test_a_name_that_is_taken_is_left_alone(db: Database) -> None:
    """Whosever it is; nothing is made."""
    memory = InMemoryStorage()
    for name in ("one", "no name", "empty"):
        optuna.create_study(study_name=name, storage=memory)
    optuna.load_study(study_name="one", storage=memory).add_trial(create_trial(value=1.0))
    optuna.load_study(study_name="no name", storage=memory).add_trial(create_trial(value=1.0))
    optuna.create_study(study_name="theirs", storage=db.optuna)
    _bring(db, memory, "one")
    with pytest.raises(StudyExists, match="a study 'one' already"):
        _bring(db, memory, "one")
    with pytest.raises(StudyExists, match="Optuna has a study 'theirs'"):
        _bring(db, memory, "one", name="theirs")
    with pytest.raises(UsageError, match=r"'no name' cannot name a study here: .* --name"):
        _bring(db, memory, "no name")
    with pytest.raises(UsageError, match="'empty' has no trials"):
        _bring(db, memory, "empty")
    assert [each.study.name for each in study_list.list_studies(db)[0]] == ["one"]


def test_whoever_is_killed_leaves_nothing_that_is_seen(db: Database, tmp_path: Path) -> None:
    """And the same again makes all of it, at whichever commit that was."""
    with opened(str(restore(NEWEST, tmp_path))) as source:
        for commit in count():
            try:
                with killed_at(db, commit):
                    _bring(db, source, PAIR)
            except Killed:
                with pytest.raises(StudyNotFound):
                    read_status(db, PAIR)
                continue
            assert commit > 2
            break
    assert len(read_status(db, PAIR).jobs) == 10
    assert len(optuna.load_study(study_name=PAIR, storage=db.optuna).trials) == 10
    removal.remove(db, PAIR)
    assert db.optuna.get_all_studies() == []


def test_what_fails_takes_away_what_it_made(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: the name is free."""

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    with opened(str(restore(NEWEST, tmp_path))) as source, monkeypatch.context() as patched:
        patched.setattr("storage.transfer.whole_trials.add_jobs", fail)
        with pytest.raises(OSError, match="gone"):
            _bring(db, source, PAIR)
    assert db.optuna.get_all_studies() == []


def _plain_optuna(url: str, folder: Path) -> sa.Engine:
    """Makes a study of plain Optuna there."""
    theirs = parse_url(url)
    optuna.copy_study(
        from_study_name=PAIR,
        from_storage=f"sqlite:///{restore(NEWEST, folder)}",
        to_storage=theirs.render_as_string(hide_password=False),
    )
    return sa.create_engine(theirs)


def test_another_database_is_a_source(db: Database, bare_url: str, tmp_path: Path) -> None:
    """Of which Optuna's tables are read, and no others made."""
    engine = _plain_optuna(bare_url, tmp_path)
    tables = sa.inspect(engine).get_table_names()
    with opened(bare_url) as source:
        assert _bring(db, source).study.trials == 10
    assert sa.inspect(engine).get_table_names() == tables
    engine.dispose()


@on("postgresql", "mariadb")
def test_on_a_server_nothing_is_upgraded(bare_url: str, tmp_path: Path) -> None:
    """It says how that is done."""
    with pytest.raises(UsageError, match="no studies of Optuna"), opened(bare_url):
        pass
    engine = _plain_optuna(bare_url, tmp_path)
    with engine.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = 'v3.0.0.d'"))
    with pytest.raises(UsageError, match="older Optuna: `optuna storage upgrade"), opened(bare_url):
        pass
    engine.dispose()


@on("sqlite")
def test_commands_on_it(shell_on: CommandLine, tmp_path: Path) -> None:
    """It is shown and exported as others are; what needs a definition says how to go on from it."""
    file = restore(NEWEST, tmp_path)
    done = shell_on.invoke("import", "--from", str(file), STUDY)
    assert done.exit_code == 0 and f"{STUDY}: 52 trials of Optuna's study" in done.stdout
    for shown in (
        ["list"], ["status", STUDY], ["trials", STUDY, "--format", "csv"],
        ["report", STUDY, "-o", "-"], ["report", STUDY, "--format", "md", "-o", "-"],
        ["export", STUDY, "--format", "json"], ["compare", STUDY, STUDY],
    ):  # fmt: skip
        told = shell_on.invoke(*shown)
        assert (told.exit_code == 0) is (shown[0] != "compare"), told.stderr
    for asked in (
        ["worker", STUDY], ["retry", STUDY, "7"], ["create", STUDY, "--extend", "--trials", "90"],
        ["run", "digits", "--name", STUDY], ["create", "new", "--from", STUDY],
    ):  # fmt: skip
        assert f"hpo run FILE.py:FUNCTION --from {STUDY}" in shell_on.fail(*asked, code=2)
    assert "was imported" in shell_on.fail("export", STUDY, code=1)
    assert "name one of" in shell_on.fail("import", "--from", str(file), code=2)
    assert "already" in shell_on.fail("import", "--from", str(file), STUDY, code=2)
    told_all = "postgresql://me:secret@host/db"
    assert "--from-file" in shell_on.fail("import", "--from", told_all, code=2)
    assert "is needed" in shell_on.fail("import", STUDY, code=2)
    (tmp_path / "url").write_text(f"sqlite:///{file}\n")
    assert shell_on.invoke("import", "--from-file", "url", PAIR).exit_code == 0
