"""The standalone script: what it refuses before it imports TensorFlow, and how it reads."""

import subprocess
import sys
from pathlib import Path

import pytest

from hpo import definition_loader
from hpo.bundle.standalone_script import standalone
from studies.image_classification.study import ImageClassification
from studies.keras_training import optimizers
from tests.support.scripts import Export, run_script

OF_IMAGES = [
    name
    for name in definition_loader.BUILT_IN
    if isinstance(definition_loader.load(name).study, ImageClassification)
]


@pytest.mark.parametrize("optimizer", optimizers.OPTIMIZERS)
@pytest.mark.parametrize("name", OF_IMAGES)
def test_a_person_can_read_it(name: str, optimizer: str, exported: Export, tmp_path: Path) -> None:
    """It is short, has no long line, and nothing unused or undefined; nothing is said of changes to
    images that stay as they are."""
    definition = definition_loader.load(name)
    plain = {"optimizer": optimizer}
    script = standalone(definition, exported(definition, plain))
    lines = script.splitlines()
    assert len([line for line in lines if line]) <= 270
    assert max(map(len, lines)) <= 100
    assert "def apply" not in script
    (tmp_path / "train.py").write_text(script, encoding="utf-8")
    select = "E7,E9,F,I,W"
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", select, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_files_that_are_not_the_official_ones_are_not_unpickled(
    exported: Export, tmp_path: Path
) -> None:
    """A pickle can run any code."""
    bomb = b"cbuiltins\nprint\n(S'boom'\ntR."
    for name in ("train", "test"):
        (tmp_path / name).write_bytes(bomb)
    definition = definition_loader.load("cifar100")
    done = run_script(
        Path(sys.executable), standalone(definition, exported(definition, {})), tmp_path, tmp_path
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"{tmp_path / 'train'} is damaged or not CIFAR-100's")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: search.npz"),
        (["search.npz", "--out", "model.h5"], "the name of --out must end in .keras"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_training(
    exported: Export, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """As command lines do, with the usage."""
    definition = definition_loader.load("digits")
    script = standalone(definition, exported(definition, {}))
    done = run_script(Path(sys.executable), script, tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
