"""What is wrongly asked gives one clear line that names the cause and the mend, and half-creates
nothing."""

import json
from pathlib import Path

from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import on, slow

TOY = str(DEFINITIONS / "toy.py")


@on("sqlite")
def test_unknown_study(shell_on: CommandLine) -> None:
    """An unknown study, in every command that takes one: exit 1."""
    for command in ("worker", "status", "export"):
        assert "no study 'nope'" in shell_on.fail(command, "nope", code=1)


def test_unknown_definition(shell: CommandLine) -> None:
    """A definition that does not exist: exit 2, and no database was made."""
    line = shell.fail("run", "cifar10", code=2)
    assert "there is no definition 'cifar10'" in line
    assert "cifar100" in line
    assert list(shell.folder.iterdir()) == []


def test_a_definition_that_raises(shell: CommandLine) -> None:
    """The file and line of what a study file raises: exit 2, nothing made."""
    file = shell.folder / "bad.py"
    file.write_text("import math\nmath.sqrt(-1)\n")
    line = shell.fail("create", "x", "--study", str(file), code=2)
    assert "bad.py:2 raises ValueError" in line
    assert [path.name for path in shell.folder.iterdir()] == ["bad.py"]


def test_a_file_without_a_study(shell: CommandLine) -> None:
    """A Python file that defines no STUDY: exit 2."""
    file = shell.folder / "empty.py"
    file.write_text("")
    assert "defines no STUDY" in shell.fail("run", str(file), code=2)


def test_a_definition_that_cannot_train(shell: CommandLine) -> None:
    """What its baseline raises, in whatever epoch, is one line, exit 1, and no study of it is left."""
    file = shell.folder / "bad.py"
    file.write_text(
        Path(TOY).read_text().replace("score = skill", "1 / (number - 3); score = skill")
    )
    run = shell.run("run", str(file), "--cpu", "1")  # beside it another might come to a rung
    assert run.returncode == 1
    said = "hpo: the baseline cannot be trained: ZeroDivisionError: division by zero: mend the definition"
    assert run.stderr.splitlines()[-1].startswith(said)
    assert "Traceback" not in run.stderr
    assert "no study 'toy'" in shell.fail("status", "toy", code=1)


@slow("waits for lost trainings that are left to others")
def test_a_definition_that_hangs(shell: CommandLine) -> None:
    """After the stall timeout one line says so, and of a trial where, exit 1; no study of it is left."""
    file = shell.folder / "bad.py"
    hang = "__import__('threading').Event().wait(); skill = 0.9"
    file.write_text(Path(TOY).read_text().replace("skill = 0.9", hang))
    lost = "the baseline cannot be trained: given up after 3 lost workers; no progress for 1 s"
    for command, said, mend in (
        ("try", f"hpo: no progress for 1 s at {file}:", "mend what hangs there"),
        ("run", f"hpo: {lost}: mend the definition", f"`hpo try {file}`"),
    ):
        done = shell.run(command, str(file), "--cpu", "1", HPO_STALL_SECONDS="1")
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert last.startswith(said)
        assert mend in last
    assert "no study 'toy'" in shell.fail("status", "toy", code=1)


def test_malformed_settings(shell: CommandLine) -> None:
    """Malformed TOML, an unknown key and a wrong value in hpo.toml: exit 2."""
    for text, said in (
        ("storage = ", "is not TOML"),
        ("stroage = 'x'", "setting 'stroage'"),
        ("lease_seconds = -1", "setting 'lease_seconds'"),
    ):
        (shell.folder / "hpo.toml").write_text(text)
        assert said in shell.fail("status", "x", code=2)


def test_wrong_urls(shell: CommandLine) -> None:
    """A URL that is none, of a database we do not know, without a file, or with a port that is
    no number: exit 2."""
    for url in ("nonsense", "oracle://x/y", "sqlite://", "postgresql://me@host:port/base"):
        line = shell.fail("status", "x", "--storage", url, code=2)
        assert "sqlite" in line


def test_a_password_on_the_command_line(shell: CommandLine) -> None:
    """A password in --storage is refused, and not repeated: exit 2."""
    line = shell.fail("status", "x", "--storage", "postgresql://u:sesame@h/d", code=2)
    assert "HPO_STORAGE_FILE" in line
    assert "sesame" not in line


def test_database_down(shell: CommandLine) -> None:
    """A server that does not answer: exit 1 within seconds, its password not shown."""
    url = "postgresql://u:sesame@127.0.0.1:1/d"
    for arguments in (("status", "x"), ("worker", "x"), ("create", "x", "--study", "digits")):
        line = shell.fail(*arguments, code=1, HPO_STORAGE=url)
        assert "check that it is up" in line
        assert "sesame" not in line


def test_no_database_yet(shell: CommandLine) -> None:
    """Looking at an SQLite file that does not exist does not make it: exit 1."""
    assert "there is no database" in shell.fail("status", "x", code=1)
    assert list(shell.folder.iterdir()) == []


def test_unwritable_folder(shell: CommandLine) -> None:
    """An SQLite file in a folder that cannot be written: exit 2."""
    url = "sqlite:////proc/nowhere/hpo.db"
    line = shell.fail("create", "x", "--study", "digits", "--storage", url, code=2)
    assert "cannot be written" in line


@on("sqlite")
def test_budgets_that_cannot_be_meant(shell_on: CommandLine) -> None:
    """Zero and negative budgets: exit 2, no study made."""
    for option, value in (
        ("--trials", "0"),
        ("--trials", "-3"),
        ("--select-top", "0"),
        ("--select-seeds", "0"),
        ("--final-seeds", "1"),
        ("--timeout", "0"),
    ):
        assert option in shell_on.fail("create", "x", "--study", "digits", option, value, code=2)
    assert "no study 'x'" in shell_on.fail("status", "x", code=1)


@on("sqlite")
def test_a_name_that_cannot_be_one(shell_on: CommandLine) -> None:
    """A name that would leave its folder, or is too long: exit 2."""
    for name in ("../x", "a b", "x" * 101):
        line = shell_on.fail("create", name, "--study", "digits", code=2)
        assert "cannot name a study" in line


@on("sqlite")
def test_a_name_that_is_taken(shell_on: CommandLine) -> None:
    """A name that exists with another definition, budget or setting: exit 2, unchanged."""
    shell_on.succeed("create", "x", "--study", "digits", "--trials", "4")
    for arguments, said in (
        (("--study", TOY), "with the definition 'digits'"),
        (("--study", "digits", "--trials", "5"), "--extend"),
        (("--study", "digits", "--set", "split_seed=3"), "other settings"),
    ):
        line = shell_on.fail("create", "x", *arguments, code=2)
        assert said in line
    assert json.loads(shell_on.succeed("status", "x", "--json"))["study"]["trials"] == 4


@on("sqlite")
def test_settings_of_a_definition(shell_on: CommandLine) -> None:
    """Unknown settings, overlapping or repeated classes, no value: exit 2, no study made."""
    for override, said in (
        ("colour=red", "unknown setting colour"),
        ("epochs=0", "setting epochs"),
        ("classes=one,one", "repeats one"),
        ("classes=one,ten", "unknown class ten"),
        ("new_classes=one,nine", "shares one"),
        ("epochs", "KEY=VALUE"),
    ):
        assert said in shell_on.fail("create", "x", "--study", "digits", "--set", override, code=2)
    assert "no study 'x'" in shell_on.fail("status", "x", code=1)


def test_data_that_cannot_be_had(shell: CommandLine) -> None:
    """A foreign file where CIFAR-100 should lie is refused by name; nothing is made."""
    folder = shell.folder / "data" / "cifar-100-python"
    folder.mkdir(parents=True)
    for name in ("train", "test", "meta"):
        (folder / name).write_bytes(b"not it")
    run = shell.run("run", "cifar100", HPO_DATA_DIR=str(folder.parent))
    assert run.returncode == 1
    assert str(folder) in run.stderr
    assert "Traceback" not in run.stderr
    assert not (shell.folder / "hpo.db").exists()


@on("sqlite")
def test_extending(shell_on: CommandLine) -> None:
    """Extending what does not exist, by nothing, or downwards; or with options that are heard
    only when a study is created."""
    assert "no study" in shell_on.fail("create", "x", "--extend", "--trials", "5", code=1)
    shell_on.succeed("create", "x", "--study", "digits", "--trials", "4")
    fixed = ("--seed", "0", "--set", "epochs=1", "--select-top", "3")
    line = shell_on.fail("create", "x", "--extend", "--trials", "5", *fixed, code=2)
    assert "--extend keeps a study's --set, --seed, --select-top: leave" in line
    assert "needs --trials" in shell_on.fail("create", "x", "--extend", code=2)
    assert "already" in shell_on.fail("create", "x", "--extend", "--trials", "3", code=2)


def test_slots_and_ways_to_look_that_cannot_be_meant(shell: CommandLine) -> None:
    """No slot, or fewer, and a page for people that is for programs: exit 2."""
    for number in ("0", "-1"):
        assert "'cpu_slots'" in shell.fail("run", TOY, "--cpu", number, code=2)
    assert "one of them" in shell.fail("status", "x", "--watch", "--json", code=2)


@on("sqlite")
def test_another_version_of_a_definition(shell_on: CommandLine) -> None:
    """A worker whose definition file differs, or is missing, is refused by name: exit 2."""
    file = shell_on.folder / "toy.py"
    file.write_text(Path(TOY).read_text())
    shell_on.succeed("create", "x", "--study", str(file))
    elsewhere = {"HPO_STATE_DIR": str(shell_on.folder / "elsewhere")}
    assert "--study" in shell_on.fail("worker", "x", code=2, **elsewhere)
    file.write_text(file.read_text() + "another = True\n")
    assert "another version" in shell_on.fail("worker", "x", "--study", str(file), code=2)
    assert "another version" in shell_on.fail("create", "x", "--study", str(file), code=2)


def test_debug_shows_the_traceback(shell: CommandLine) -> None:
    """--debug, and nothing else, shows where an error came from."""
    done = shell.run("status", "x", "--debug")
    assert "Traceback" in done.stderr
    assert done.returncode == 1


def test_bundles_that_are_none(shell: CommandLine) -> None:
    """A folder that is not there cannot be used, exit 2, nor verified, exit 1; one of other
    things, whose manifest is missing: exit 1."""
    other = shell.folder / "other"
    other.mkdir()
    (other / "picture.png").write_bytes(b"")
    assert "there is no folder none" in shell.fail("predict", "none", "picture.png", code=2)
    assert "there is no folder none" in shell.fail("verify", "none", code=1)
    assert "none/best.json cannot be read" in shell.fail(
        "train", "--config", "none/best.json", code=2
    )
    for arguments in (("predict", "other", "other/picture.png"), ("verify", "other", "--retrain")):
        assert "other has no manifest.json" in shell.fail(*arguments, code=1)
    assert [path.name for path in shell.folder.iterdir()] == ["other"]


def test_images_without_a_folder(shell: CommandLine) -> None:
    """Where none is named, or none is there: exit 2, whoever asks, and no study is made."""
    for command in (("run",), ("try",), ("create", "mine", "--study")):
        line = shell.fail(*command, "images", code=2)
        assert "it is not said where the images are: --set data=FOLDER" in line
        line = shell.fail(*command, "images", "--set", "data=nowhere", code=2)
        assert f"there is no {shell.folder.resolve() / 'nowhere'}" in line
    assert not (shell.folder / "exports").exists()
    assert "no study 'mine'" in shell.fail("status", "mine", code=1)
