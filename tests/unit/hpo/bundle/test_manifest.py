"""The manifest: a bundle is written whole or not at all, and is what it was, or is refused."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import chdir
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hpo.bundle import manifest
from hpo.bundle.manifest import MANIFEST, NAMES, OPTIONAL, OTHER_MODEL
from hpo.errors import BadBundle, UsageError
from studies.errors import Unreadable
from tests.support.handles import none_left

CONTENTS = {name: f"content of {name}".encode() for name in sorted(NAMES - {MANIFEST, OTHER_MODEL})}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle that was written."""
    made = tmp_path / "exports" / "bundle"
    manifest.write(made, CONTENTS)
    return made


def _held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _fault(folder: Path) -> str:
    with pytest.raises(BadBundle) as refused:
        manifest.check(folder)
    message = str(refused.value)
    assert "\n" not in message
    return message


def _rewrite(folder: Path) -> None:
    manifest.write(folder, dict.fromkeys(CONTENTS, b"new"))


def _list(folder: Path, files: Mapping[str, Any]) -> None:
    """Has the manifest list these files besides its own."""
    content = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(
        json.dumps({"files": content["files"] | files}), encoding="utf-8"
    )


def _facts(content: bytes) -> dict[str, object]:
    return {"size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_what_was_written_is_whole(folder: Path) -> None:
    """All files, and the hash of each as any other program computes it."""
    assert _held(folder).keys() == {*CONTENTS, MANIFEST}
    listed = json.loads((folder / MANIFEST).read_bytes())["files"]
    assert listed == {name: _facts(content) for name, content in CONTENTS.items()}
    assert manifest.check(folder).files.keys() == CONTENTS.keys()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_manifest_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds it finds all other files whole."""
    written = []
    real = Path.open

    def note(path: Path, mode: str = "r") -> Any:
        if "w" in mode:
            written.append(path.name)
        return real(path, mode)

    monkeypatch.setattr(Path, "open", note)
    manifest.write(tmp_path / "bundle", CONTENTS)
    assert written == [*CONTENTS, MANIFEST]


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_every_file_counts(folder: Path, name: str) -> None:
    """Changed, longer, empty, gone, unlisted, a folder, a link: it is named."""
    file = folder / name
    for content in (CONTENTS[name].replace(b"c", b"C", 1), CONTENTS[name] + b"\0", b""):
        file.write_bytes(content)
        assert f"{name} was changed" in _fault(folder)
    file.unlink()
    assert f"{name} is missing" in _fault(folder)
    file.mkdir()
    assert f"{name} cannot be read" in _fault(folder)
    file.rmdir()
    aside = folder.parent / "aside"
    aside.write_bytes(CONTENTS[name])
    file.symlink_to(aside)
    assert f"{name} cannot be read (it is a link" in _fault(folder)
    file.unlink()
    os.mkfifo(file)
    assert f"{name} cannot be read (it is a link, or no file)" in _fault(folder)


def test_a_file_that_is_taken_away_and_not_listed_either_is_missed(folder: Path) -> None:
    """Save those that not every bundle has."""
    content = json.loads((folder / MANIFEST).read_bytes())
    for name in CONTENTS:
        less = {key: facts for key, facts in content["files"].items() if key != name}
        (folder / MANIFEST).write_text(json.dumps({"files": less}))
        (folder / name).unlink()
        if name in OPTIONAL:
            assert name not in manifest.check(folder).files
        else:
            assert f"{name} is not listed" in _fault(folder)
        (folder / name).write_bytes(CONTENTS[name])


def test_one_that_cannot_be_read_is_not_called_changed(folder: Path) -> None:
    """It may be well; nor is it replaced then."""
    for attempt in (manifest.check, _rewrite):
        with (
            pytest.raises((Unreadable, UsageError), match=r"\(Too many open files\)"),
            none_left(),
        ):
            attempt(folder)
    assert manifest.check(folder).files.keys() == CONTENTS.keys()


def test_an_extra_file_is_named(folder: Path) -> None:
    """Also one whose name would draw on a terminal."""
    for name in ("notes.txt", "\x1b[2Jnew\nline"):
        (folder / name).write_text("")
        assert f"{name!a} is not in the manifest" in _fault(folder)
        (folder / name).unlink()
    (folder / "sub").mkdir()
    assert "'sub' is not in the manifest" in _fault(folder)


@pytest.mark.parametrize("name", ["../secret", "{folder}/../secret", "..", "", "a\0b", "a\nb"])
def test_a_manifest_that_names_a_file_outside_is_refused_unread(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a path, relative or absolute, or by what is no name at all; whatever its hash."""
    secret = folder.parent / "secret"
    secret.write_bytes(b"secret")
    opened: list[str] = []
    real = Path.open

    def note(path: Path, *arguments: Any, **options: Any) -> Any:
        opened.append(path.name)
        return real(path, *arguments, **options)

    name = name.format(folder=folder)
    _list(folder, {name: _facts(b"secret")})
    monkeypatch.setattr(Path, "open", note)
    assert f"{name!a} is no file of a bundle" in _fault(folder)
    assert "best.json" in opened
    assert "secret" not in opened


@pytest.mark.parametrize(
    "content",
    ["", "garbage", "{}", "[]", '{"files": 3}', '{"files": {"best.json": "x"}}', "\udcff"],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, content: str) -> None:
    """It is called damaged; a missing one is missing, and a link is not followed."""
    (folder / MANIFEST).write_bytes(content.encode(errors="surrogateescape"))
    assert f"has a damaged {MANIFEST}" in _fault(folder)
    (folder / MANIFEST).rename(folder.parent / "aside")
    assert f"has no {MANIFEST}" in _fault(folder)
    (folder / MANIFEST).symlink_to(folder.parent / "aside")
    assert f"has a damaged {MANIFEST}" in _fault(folder)


def test_without_a_folder_the_wrong_thing_was_asked(tmp_path: Path) -> None:
    """Nothing is said of any bundle."""
    with pytest.raises(UsageError, match="there is no folder"):
        manifest.check(tmp_path / "none")


def test_an_earlier_bundle_is_replaced(folder: Path) -> None:
    """None of its files stays."""
    fewer = {name: b"new" for name in CONTENTS if name not in OPTIONAL}
    manifest.write(folder, fewer)
    assert manifest.check(folder).files.keys() == fewer.keys()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """It keeps its permissions."""
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o750)
    manifest.write(folder, CONTENTS)
    assert manifest.check(folder)
    assert folder.stat().st_mode & 0o777 == 0o750


def test_what_is_no_whole_bundle_is_left_alone(folder: Path) -> None:
    """A person's own file, alone or in a bundle, and a bundle that somebody worked on."""
    before = _held(folder)
    for name, fault in (
        ("notes.txt", "'notes.txt' is not in the manifest"),
        ("best.json", "best.json was changed"),
        (MANIFEST, "has a damaged"),
    ):
        (folder / name).write_text("mine")
        for attempt in (partial(manifest.reserve, study="mine"), _rewrite):
            with pytest.raises(UsageError, match=f"is in the way, .*{fault}"):
                attempt(folder)
        assert _held(folder) == {**before, name: b"mine"}
        (folder / name).unlink()
        if name in before:
            (folder / name).write_bytes(before[name])
    mine = folder.parent / "mine"
    mine.mkdir()
    (mine / "README.md").write_text("mine")
    with pytest.raises(UsageError, match="is in the way, which is no whole bundle"):
        _rewrite(mine)
    assert _held(mine) == {"README.md": b"mine"}


def test_another_studys_bundle_is_not_replaced(folder: Path) -> None:
    """It is the one proof of what was found there."""
    manifest.write(folder, {**CONTENTS, "best.json": b'{"study": "mine"}'})
    manifest.reserve(folder, "mine")
    with pytest.raises(UsageError, match=f"{folder} holds the bundle of study 'mine': remove it"):
        manifest.reserve(folder, "other")
    assert (folder / "best.json").read_bytes() == b'{"study": "mine"}'


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """A file, a link that leads nowhere, below a file, and where one stands oneself."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for place in (file, link):
        with pytest.raises(UsageError, match=f"{place} is no folder"):
            manifest.write(place, CONTENTS)
    with pytest.raises(UsageError, match="cannot write to"):
        manifest.write(file / "below", CONTENTS)
    here = tmp_path / "here"
    here.mkdir()
    with chdir(here), pytest.raises(UsageError, match="name a folder in it"):
        manifest.write(Path(), CONTENTS)
    assert file.read_text() == "mine"


def test_a_link_to_a_folder_stays_one(folder: Path) -> None:
    """What it leads to is replaced."""
    link = folder.parent / "link"
    link.symlink_to(folder)
    _rewrite(link)
    assert link.is_symlink()
    assert (folder / "best.json").read_bytes() == b"new"
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, link.name}


class Killed(BaseException):
    """As by the system: nothing that follows is done."""


@pytest.fixture
def killed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bundle's folder, after somebody was killed between setting it aside and putting the next
    in its place."""
    real, renamed = Path.rename, list[Path]()

    def rename(path: Path, target: Path) -> Path:
        renamed.append(path)
        if len(renamed) > 1:
            raise Killed
        return real(path, target)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "rename", rename)
        _rewrite(folder)
    assert not folder.exists()
    return folder


def test_whoever_looks_for_it_next_finds_the_earlier_one(killed: Path) -> None:
    """It is put back where it was, also by one who would write another."""
    assert manifest.check(killed).files.keys() == CONTENTS.keys()
    assert _held(killed).items() >= CONTENTS.items()


def test_the_next_one_is_written_as_ever(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left of the one that was killed, in time."""
    _rewrite(killed)
    assert (killed / "best.json").read_bytes() == b"new"
    monkeypatch.setattr(manifest, "REMAINS_SECONDS", -1.0)
    _rewrite(killed)
    assert [path.name for path in killed.parent.iterdir()] == [killed.name]


def test_what_is_left_of_one_that_was_removed_is_not_put_back(killed: Path) -> None:
    """Only a whole one."""
    (aside,) = killed.parent.glob(".bundle.old-*")
    (aside / MANIFEST).unlink()
    with pytest.raises(UsageError, match="there is no folder"):
        manifest.check(killed)
    _rewrite(killed)
    assert manifest.check(killed)


def test_one_that_is_taken_back_meanwhile_is_replaced_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who looks between the two steps finds the earlier one, and keeps nobody from the
    other."""
    real, found = Path.rename, list[bytes]()

    def rename(path: Path, target: Path) -> Path:
        renamed = real(path, target)
        if path == folder and not found:
            manifest.check(folder)
            found.append((folder / "best.json").read_bytes())
        return renamed

    monkeypatch.setattr(Path, "rename", rename)
    _rewrite(folder)
    assert found == [CONTENTS["best.json"]]
    assert (folder / "best.json").read_bytes() == b"new"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("whole", range(len(CONTENTS) + 1))
def test_a_disk_that_fills_up_leaves_the_earlier_bundle_whole(
    folder: Path, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After however many files it does."""
    before, written = _held(folder), []

    def fail(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > whole:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UsageError, match="No space left on device"):
        _rewrite(folder)
    assert len(written) == whole + 1
    assert _held(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_trying_a_place_leaves_nothing_of_it(tmp_path: Path) -> None:
    """Not the folders around it, either, until there is a bundle; what was there stays."""
    manifest.reserve(tmp_path / "exports" / "deeper" / "mine", "mine")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "exports").mkdir()
    manifest.reserve(tmp_path / "exports" / "mine", "mine")
    assert list(tmp_path.rglob("*")) == [tmp_path / "exports"]
