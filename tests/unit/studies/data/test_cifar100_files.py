"""The official files are found, checked and unpickled without trust."""

from __future__ import annotations

import hashlib
import http.server
import io
import pickle
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from studies.data import cifar100_files
from studies.data.cifar100_files import FOLDER, Archive
from studies.errors import DataError, DataUnavailable

_NUMPY_2, _NUMPY_1 = b"numpy._core.multiarray", b"numpy.core.multiarray"


def _pickled(content: dict[bytes, object]) -> bytes:
    """As the official files were written: by NumPy 1, whose module had another name."""
    return pickle.dumps(content, protocol=3).replace(_NUMPY_2, _NUMPY_1)


CONTENT = {
    "train": _pickled({b"data": np.zeros((2, 3072), np.uint8), b"fine_labels": [0, 1]}),
    "test": _pickled({b"data": np.ones((1, 3072), np.uint8), b"fine_labels": [1]}),
    "meta": _pickled({b"fine_label_names": [b"apple", b"bear"]}),
}


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small CIFAR-100, extracted."""
    folder = tmp_path / "data" / FOLDER
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def archive_file(tmp_path: Path) -> Path:
    """The same as an archive."""
    path = tmp_path / "served" / "small.tar.gz"
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as archive:
        for name, content in CONTENT.items():
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def server(archive_file: Path) -> Iterator[str]:
    """A web server that holds the archive; gives the address of its folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = partial(Quiet, directory=str(archive_file.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


@pytest.fixture
def archive(server: str, archive_file: Path) -> Archive:
    """Where the small archive is to be had."""
    members = {name: _md5(content) for name, content in CONTENT.items()}
    return Archive(f"{server}/small.tar.gz", _md5(archive_file.read_bytes()), members)


@pytest.fixture(autouse=True)
def nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test provides can be found."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cifar100_files, "CHECKOUT", tmp_path / "checkout")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.parametrize(
    "place",
    [
        f"data/{FOLDER}",
        f"shared/data/{FOLDER}",
        f"keras/datasets/{FOLDER}",
        f"keras/datasets/{FOLDER}-target/{FOLDER}",
    ],
)
def test_found_in_every_known_place(
    place: str, folder: Path, tmp_path: Path, archive: Archive
) -> None:
    """The named folder, a shared one beside the checkout, the Keras cache: no download."""
    if tmp_path / place != folder:
        (tmp_path / place).parent.mkdir(parents=True)
        folder.rename(tmp_path / place)
    offline = replace(archive, url="http://127.0.0.1:9/small.tar.gz")
    files = cifar100_files.read(tmp_path / "data", tmp_path / "downloads", offline)
    assert files["train"][b"fine_labels"] == [0, 1]
    assert files["train"][b"data"].shape == (2, 3072)
    assert files["meta"][b"fine_label_names"] == [b"apple", b"bear"]


def test_the_extracted_folder_itself_may_be_named(
    folder: Path, tmp_path: Path, archive: Archive
) -> None:
    """HPO_DATA_DIR may be the folder as well as its parent."""
    assert cifar100_files.read(folder, tmp_path / "downloads", archive)["test"]


def test_the_archive_may_lie_in_the_named_folder(
    archive_file: Path, tmp_path: Path, archive: Archive
) -> None:
    """Who put the archive there need not extract it."""
    files = cifar100_files.read(archive_file.parent, tmp_path / "downloads", archive)
    assert files["test"][b"fine_labels"] == [1]


def test_downloaded_once(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found nowhere, the archive is fetched, with its progress on stderr; later it is found."""
    files = cifar100_files.read(None, tmp_path / "downloads", archive)
    assert files["train"][b"fine_labels"] == [0, 1]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "100%" in shown.err
    offline = replace(archive, url="http://127.0.0.1:9/small.tar.gz")
    assert cifar100_files.read(None, tmp_path / "downloads", offline)["train"]


def test_a_wrong_download_is_refused(archive: Archive, tmp_path: Path) -> None:
    """An archive with another checksum is named, and not kept."""
    with pytest.raises(DataError, match=r"small\.tar\.gz gave a file with the wrong checksum"):
        cifar100_files.read(None, tmp_path / "downloads", replace(archive, md5="0" * 32))
    assert not (tmp_path / "downloads" / "small.tar.gz").exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", None], ids=["unreachable", "absent"])
def test_unavailable_names_the_ways_out(
    address: str | None, archive: Archive, server: str, tmp_path: Path
) -> None:
    """With no file and no network one line says how to provide the file."""
    elsewhere = replace(archive, url=f"{address or server}/other.tar.gz")
    with pytest.raises(DataUnavailable) as caught:
        cifar100_files.read(tmp_path / "data", tmp_path / "downloads", elsewhere)
    message = str(caught.value)
    assert "\n" not in message
    for way in ("HPO_DATA_DIR", "shared/data", "~/.keras/datasets", "network"):
        assert way in message


@pytest.mark.parametrize("name", ["train", "test", "meta"])
def test_a_damaged_file_is_named(name: str, folder: Path, tmp_path: Path, archive: Archive) -> None:
    """One flipped bit is found before anything is unpickled, and the file is named."""
    content = bytearray((folder / name).read_bytes())
    content[-5] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{folder / name} is damaged or not CIFAR-100's"):
        cifar100_files.read(tmp_path / "data", tmp_path / "downloads", archive)


def test_a_damaged_archive_is_named(archive_file: Path, tmp_path: Path, archive: Archive) -> None:
    """A truncated archive is named with the file that cannot be read."""
    archive_file.write_bytes(archive_file.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"small\.tar\.gz"):
        cifar100_files.read(archive_file.parent, tmp_path / "downloads", archive)


def test_an_archive_damaged_in_its_midst_is_named(
    archive_file: Path, tmp_path: Path, archive: Archive
) -> None:
    """Bytes that do not unpack (zlib's own error) are told like any other damage."""
    content = bytearray(archive_file.read_bytes())
    content[40:80] = b"\xff" * 40
    archive_file.write_bytes(content)
    with pytest.raises(DataError, match=r"small\.tar\.gz.* cannot be read"):
        cifar100_files.read(archive_file.parent, tmp_path / "downloads", archive)


def test_an_archive_is_opened_once(
    archive_file: Path, tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each opening would unpack it from its start."""
    opened: list[Path] = []
    original = tarfile.open

    def once(place: Path) -> tarfile.TarFile:
        opened.append(place)
        return original(place)

    monkeypatch.setattr(tarfile, "open", once)
    files = cifar100_files.read(archive_file.parent, tmp_path / "downloads", archive)
    assert (list(files), opened) == ([*CONTENT], [archive_file])


def test_an_incomplete_folder_is_passed_over(
    folder: Path, tmp_path: Path, archive: Archive
) -> None:
    """A folder without `meta` is not the data; the search goes on."""
    shutil.copytree(folder, tmp_path / "keras" / "datasets" / FOLDER)
    (folder / "meta").unlink()
    offline = replace(archive, url="http://127.0.0.1:9/small.tar.gz")
    assert cifar100_files.read(tmp_path / "data", tmp_path / "downloads", offline)["meta"]


class _Attack:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (eval, ("1 + 1",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps({b"data": _Attack()}), r"refused builtins\.eval"),
        (pickle.dumps({b"data": Path("x")}), r"refused pathlib\."),
        (b"<html>not found</html>", "no pickle of arrays"),
        (pickle.dumps([1, 2]), "holds no dictionary"),
    ],
)
def test_foreign_pickles_are_refused(content: bytes, reason: str) -> None:
    """A pickle that holds anything but arrays, strings and lists runs no code and is named."""
    with pytest.raises(DataError, match=reason) as caught:
        cifar100_files.unpickle(content, Path("some/train"))
    assert "some/train" in str(caught.value)
