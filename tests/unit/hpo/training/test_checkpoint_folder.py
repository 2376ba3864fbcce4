"""An objective's folder: packed into one file, it comes back as it was."""

import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.training.checkpoint_folder import CheckpointFolder
from hpo.training.protocol import Call, Kept

Make = Callable[..., CheckpointFolder]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The folder of one call of a trial."""

    def _make(
        name: str = "a", packed: Kept | str | None = None, seconds: float = 0
    ) -> CheckpointFolder:
        asked = Call(
            definition="f.py:objective",
            definition_hash="h",
            settings={},
            study="mine",
            seed=7,
            number=3,
            began_ms=0,
            checkpoint_seconds=seconds,
            checkpoint_stem=str(tmp_path / name),
            checkpoint_file=packed.file if isinstance(packed, Kept) else packed,
        )
        return CheckpointFolder(asked)

    return _make


def test_it_follows_its_trial(make: Make) -> None:
    """All that is in it, folders too; the next begins with that."""
    first = make()
    folder = first.open()
    (folder / "sub").mkdir()
    (folder / "sub" / "weights").write_bytes(b"\0\1")
    (folder / "step").write_text("4")
    assert first.open() == folder
    kept = first.save(is_last=False)
    assert kept is not None
    content = Path(kept.file).read_bytes()
    assert (kept.epoch, kept.size_bytes) == (1, len(content))
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    first.remove()
    assert not folder.exists()
    second = make("b", kept)
    again = second.open()
    assert again != folder
    assert (again / "sub" / "weights").read_bytes() == b"\0\1"
    assert (again / "step").read_text() == "4"
    assert second.not_resumed is None


def test_what_is_not_asked_for_costs_nothing(make: Make) -> None:
    """Neither a folder nor a file; nor does an empty one."""
    unasked = make()
    assert unasked.save(is_last=True) is None
    unasked.remove()
    empty = make("b")
    empty.open()
    assert empty.save(is_last=True) is None


def test_it_is_kept_when_that_is_due(make: Make) -> None:
    """After so many seconds, or when its worker leaves."""
    made = make(seconds=600)
    (made.open() / "step").write_text("1")
    assert made.save(is_last=False) is None
    assert made.save(is_last=True) is not None


@pytest.mark.parametrize("content", [b"", b"no archive", b"x" * 2000])
def test_a_damaged_one_is_passed_over(make: Make, tmp_path: Path, content: bytes) -> None:
    """The trial begins anew, in an empty folder, and says why."""
    packed = tmp_path / "packed"
    packed.write_bytes(content)
    made = make(packed=str(packed))
    assert list(made.open().iterdir()) == []
    assert made.not_resumed is not None


def test_nothing_leaves_the_folder(make: Make, tmp_path: Path) -> None:
    """Whoever wrote the archive: a name that leads out is not followed."""
    packed, secret = tmp_path / "packed.tar", tmp_path / "secret"
    secret.write_text("x")
    with tarfile.open(packed, "w") as archive:
        archive.add(secret, arcname="../out")
    made = make(packed=str(packed))
    assert list(made.open().iterdir()) == []
    assert made.not_resumed is not None and not (tmp_path / "out").exists()
