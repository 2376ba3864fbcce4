"""The manifest of a bundle: every file's hash, written last. It proves that a bundle is whole and
unchanged since it was written; it does not prove who wrote it."""

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from hpo.bundle import layout
from hpo.errors import BadBundle, UsageError

MOST_BYTES = 1 << 20


class FileFacts(BaseModel):
    """What the manifest says of one file."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """The files of a bundle by name, the manifest itself left out."""

    model_config = ConfigDict(frozen=True)

    files: Mapping[str, FileFacts]


def reserve(folder: Path) -> None:
    """Makes sure that a bundle can stand in `folder`: it is free, empty, or a whole earlier one.

    Raises:
        UsageError: it holds anything else, or cannot be made.
    """
    if folder.resolve() == Path.cwd() or folder.is_mount():
        raise UsageError(f"a bundle cannot replace {folder} itself: name a folder in it")
    if folder.is_dir() and any(folder.iterdir()):
        try:
            check(folder)
        except BadBundle as error:
            raise UsageError(
                f"{folder} is in the way, which is no whole bundle ({error}): remove it, or name"
                " another folder with --bundle"
            ) from error
    elif folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder: name another with --bundle")
    try:
        folder.resolve().parent.mkdir(parents=True, exist_ok=True)
        _beside(folder, "new").mkdir()
    except OSError as error:
        raise _unwritable(folder, error) from error
    _beside(folder, "new").rmdir()


def write(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Writes a bundle whole or not at all; an earlier one in its place is replaced.

    Raises:
        UsageError: the folder holds other files, or cannot be written.
    """
    reserve(folder)
    # A link to a folder stays a link to it.
    place, new, old = folder.resolve(), _beside(folder, "new"), _beside(folder, "old")
    facts = {
        name: FileFacts(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    }
    text = Manifest(files=facts).model_dump_json(indent=2) + "\n"
    try:
        new.mkdir()
        for name, content in {**contents, layout.MANIFEST: text.encode()}.items():
            _write(new / name, content)
        if place.exists():
            shutil.copymode(place, new)
            place.rename(old)
        new.rename(place)
    except BaseException as error:
        # The earlier one is not given up before the new one stands.
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(new, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritable(folder, error) from error
        raise
    shutil.rmtree(old, ignore_errors=True)
    return [folder / name for name in (*contents, layout.MANIFEST)]


def _beside(folder: Path, word: str) -> Path:
    place = folder.resolve()
    return place.with_name(f".{place.name}.{word}-{os.getpid()}")


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def check(folder: Path) -> Manifest:
    """Compares every file of a bundle with its manifest.

    Raises:
        UsageError: there is no such folder.
        BadBundle: a file is missing, changed or too many, or there is no manifest.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}: give one that `hpo export` wrote")
    try:
        _refuse_special(folder / layout.MANIFEST)
        if (folder / layout.MANIFEST).stat().st_size > MOST_BYTES:
            raise OSError(0, "it is too large")
        manifest = Manifest.model_validate_json((folder / layout.MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        what = "no" if isinstance(error, FileNotFoundError) else "a damaged"
        raise BadBundle(
            f"{folder} has {what} {layout.MANIFEST}, so it is no whole bundle: export the study again"
        ) from error
    faults = [
        fault for name, facts in manifest.files.items() if (fault := _fault(folder, name, facts))
    ]
    unlisted = sorted(layout.NAMES - layout.OPTIONAL - {*manifest.files, layout.MANIFEST})
    faults += [f"{name} is not listed" for name in unlisted]
    here = {path.name for path in folder.iterdir()}
    unknown = sorted(here - {*manifest.files, *unlisted, layout.MANIFEST})
    faults += [f"{name!a} is not in the manifest" for name in unknown]
    if faults:
        raise BadBundle(
            f"{folder} is not as it was exported: {'; '.join(faults)}: fetch or export it again"
        )
    return manifest


def _fault(folder: Path, name: str, facts: FileFacts) -> str | None:
    if name not in layout.NAMES - {layout.MANIFEST}:
        return f"{name!a} is no file of a bundle"
    try:
        _refuse_special(folder / name)
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except FileNotFoundError:
        return f"{name} is missing"
    except OSError as error:
        return f"{name} cannot be read ({error.strerror})"
    same = (size, digest) == (facts.size_bytes, facts.sha256)
    return None if same else f"{name} was changed"


def _refuse_special(file: Path) -> None:
    """A link may lead anywhere, and a pipe may never end."""
    if not stat.S_ISREG(file.lstat().st_mode):
        raise OSError(0, "it is a link, or no file")


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write to {folder} ({error.strerror}): name another folder with --bundle"
    )
