"""What Slurm is given, without one; tests/engines has a real one."""

import stat
from pathlib import Path

import pytest

from hpo.errors import UsageError
from hpo.launch import slurm
from hpo.launch.slurm import Array
from hpo.launch.worker_order import WorkerOrder, refuse_one_machine
from hpo.settings import Settings

SERVER = "postgresql://me@host/base"
PRIVATE = "postgresql://me:sesame@host/base"


def test_the_script_is_one_of_bash_and_says_what_was_asked(tmp_path: Path) -> None:
    """Of a study whose file has a blank in its path, as has the folder of its logs."""
    order = WorkerOrder(
        Settings(storage=SERVER, grace_seconds=60, devices="0", cpu_slots=2),
        "mine",
        (f"{tmp_path}/my file.py:objective",),
    )
    array = Array(8, 1, 4, "4:00:00", "gpu", "us", ("--mem=16G",))
    script = slurm.compose(order, array, tmp_path / "my logs")
    head = [line.removeprefix("#SBATCH ") for line in script.splitlines() if "#SBATCH" in line]
    assert {
        "--job-name=hpo-mine", "--array=1-8", "--requeue", "--signal=B:TERM@90", "--gres=gpu:1",
        "--cpus-per-task=4", "--time=4:00:00", "--partition=gpu", "--account=us", "--mem=16G",
    } <= set(head)  # fmt: skip
    assert f"--output='{tmp_path}/my logs/hpo-mine-%A_%a.log'" in head
    assert f"worker mine --study '{tmp_path}/my file.py:objective' &" in script
    assert "export HPO_STORAGE=postgresql://me@host/base" in script
    assert "export HPO_GRACE_SECONDS=60.0" in script
    assert "HPO_DEVICES" not in script  # which of a node's it may have says Slurm


def test_a_password_goes_by_a_file_of_its_owner_alone(tmp_path: Path) -> None:
    """And by nothing that is submitted, printed, or handed to sbatch."""
    order, folder = WorkerOrder(Settings(storage=PRIVATE), "mine"), tmp_path / "launch"
    script = slurm.compose(order, Array(1), folder)
    assert "sesame" not in script and not folder.exists()
    order.write_secret(folder)
    file = folder / "hpo-mine.storage"
    assert f"export HPO_STORAGE_FILE={file}" in script
    assert file.read_text() == f"{PRIVATE}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_names_the_database_is_named_again(tmp_path: Path) -> None:
    """By its whole path, and so is a password's file."""
    named = WorkerOrder(Settings(storage_file=tmp_path / "url"))
    assert named.environment(tmp_path)["HPO_STORAGE_FILE"] == str(tmp_path / "url")
    parted = WorkerOrder(Settings(storage=SERVER, storage_password_file=tmp_path / "password"))
    told = parted.environment(tmp_path)
    assert (told["HPO_STORAGE"], told["HPO_STORAGE_PASSWORD_FILE"]) == (
        SERVER,
        str(tmp_path / "password"),
    )


def test_what_cannot_be_meant_is_refused() -> None:
    """In a line, before anything is submitted."""
    with pytest.raises(UsageError, match="an SQLite file serves one machine"):
        refuse_one_machine(Settings(storage="sqlite:///hpo.db"))
    with pytest.raises(UsageError, match="--workers 0 is not between 1"):
        Array(0)
    with pytest.raises(UsageError, match="--sbatch-option 'mem=1G' is none"):
        Array(1, options=("mem=1G",))
