"""What a doctor says of folders."""

from pathlib import Path

import pytest

from hpo.doctor import folders
from hpo.doctor.finding import Grade


def test_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """Can be made, and is not by looking."""
    state, cache = folders.examine(tmp_path / "a" / "state", tmp_path / "b")
    assert (state.grade, cache.grade) != (Grade.FAIL, Grade.FAIL)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Is named with the setting that chooses another."""
    (tmp_path / "file").write_text("")
    state, _ = folders.examine(tmp_path / "file", tmp_path)
    assert (state.grade, state.mend) == (Grade.FAIL, "set HPO_STATE_DIR")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is red; one that is nearly full is yellow."""
    monkeypatch.setattr(folders, "FEW_BYTES", 1 << 60)
    assert next(iter(folders.examine(tmp_path, tmp_path))).grade == Grade.WARN
    monkeypatch.setattr(folders, "LEAST_BYTES", 1 << 60)
    assert next(iter(folders.examine(tmp_path, tmp_path))).grade == Grade.FAIL
