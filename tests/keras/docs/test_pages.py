"""What the pages say of networks can be done as it stands there, with smaller budgets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.support.commandline import CommandLine, command_line
from tests.support.documents import OF_KERAS, OF_WHAT_IS_DONE, ROOT
from tests.support.marks import slow
from tests.support.reader import PageReader

if TYPE_CHECKING:
    from tests.support.bundles import Finished

# The first of a page goes all the way, the others are searches.
SMALLER = (
    (r"^hpo run (?!mine.py( |$)).*?(?= +#|$)", r"\g<0> --trials 2 --final-seeds 0 --set epochs=1"),
    (r"^hpo run mine.py --name.*?(?= +#|$)", r"\g<0> --trials 2 --final-seeds 0 --set epochs=1"),
    (r"^hpo run mine.py(?= +#|$)", r"\g<0> --trials 2 --select-top 1 --select-seeds 1 --final-seeds 2 --set epochs=1"),
)  # fmt: skip


@slow("trains what the pages show")
@pytest.mark.parametrize("page", OF_KERAS)
def test_it_trains(page: str, shell: CommandLine) -> None:
    """From the files that stand there to what comes of them."""
    PageReader(_alone(shell.installed), SMALLER).follow(ROOT / page)


@slow("trains a network, and opens its bundle in many ways")
@pytest.mark.parametrize("page", OF_WHAT_IS_DONE)
def test_what_was_found_is_read(page: str, finished: Finished, tmp_path: Path) -> None:
    """Of a study of the digits that is done."""
    shutil.copytree(finished.folder, tmp_path / "done")
    Image.new("RGB", (30, 20)).save(tmp_path / "photo.jpg")
    shell = command_line(tmp_path, f"sqlite:///{tmp_path}/done/hpo.db")
    PageReader(_alone(shell.installed)).follow(ROOT / page)


def _alone(shell: CommandLine) -> CommandLine:
    """One child at a time: each imports TensorFlow."""
    return replace(shell, environment={**shell.environment, "HPO_CPU_SLOTS": "1"})
