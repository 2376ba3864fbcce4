"""What is brought to machines that do not see the files of this one."""

from pathlib import Path

import pytest

from hpo.errors import UsageError
from hpo.launch.worker_order import WorkerOrder
from hpo.settings import Settings

TRAIN = "from helper import f\n\ndef objective(trial):\n    return f(trial)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a definition of two files, and links to it and to its folder."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "train.py").write_text(TRAIN)
    (real / "helper.py").write_text("def f(trial):\n    return trial.suggest_float('x', 0, 1)\n")
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "same.py").symlink_to(real / "train.py")
    return tmp_path


@pytest.mark.parametrize(
    "file", ["real/train.py", "link/train.py", "link/../real/train.py", "same.py"]
)
def test_a_definition_comes_by_whatever_path_it_is_named(folder: Path, file: str) -> None:
    """Under its own name, with what it imports beside it."""
    order = WorkerOrder(Settings(), references=(f"{folder}/{file}:objective",))
    assert order.files().keys() == {Path(file).name, "helper.py"}
    assert order.arguments("/there")[-1] == f"/there/{Path(file).name}:objective"


def test_two_files_of_one_name_are_refused(folder: Path) -> None:
    """One would be lost there."""
    (folder / "train.py").write_text("def objective(trial):\n    return 1.0\n")
    references = tuple(f"{folder}/{file}:objective" for file in ("real/train.py", "train.py"))
    with pytest.raises(UsageError, match=r"two files would be train\.py there"):
        WorkerOrder(Settings(), references=references).files()
