"""The manifest of a bundle: what files it holds, and every file's hash, written last. It proves that a
bundle is whole and unchanged since it was written; it does not prove who wrote it."""

import errno
import glob
import hashlib
import json
import os
import shutil
import stat
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from hpo.errors import BadBundle, HpoError, UsageError
from studies.errors import Unreadable, keeps_from_reading

BEST = "best.json"
MODEL = "model.keras"
OTHER_MODEL = "model.bin"
"""What a trainer of the definition's own saved, where that is no Keras model."""
PREDICTIONS = "predictions.npz"
SPLITS = "splits.json"
ENVIRONMENT = "environment.json"
LOCK = "uv.lock"
CARD = "README.md"
REPORT = "report.html"
MANIFEST = "manifest.json"

MODELS = frozenset({MODEL, OTHER_MODEL})
NAMES = MODELS | {BEST, PREDICTIONS, SPLITS, ENVIRONMENT, LOCK, CARD, REPORT, MANIFEST}
"""All of it: a manifest that names anything else is not ours."""
OPTIONAL = MODELS | {LOCK}
"""There is one model, unless the study kept none; and code that is no checkout has no lock file."""

MOST_BYTES = 1 << 20
NEW, OLD = "new", "old"
"""What is written beside a bundle's folder before it is one, and what was one before."""
REMAINS_SECONDS = 3600.0
"""How long a bundle may take to be written."""


class FileFacts(BaseModel):
    """What the manifest says of one file."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """The files of a bundle by name, the manifest itself left out."""

    model_config = ConfigDict(frozen=True)

    files: Mapping[str, FileFacts]


def reserve(folder: Path, study: str) -> None:
    """Makes sure that a bundle of `study` can stand in `folder`: it is free, empty, or a whole earlier one.

    Raises:
        UsageError: it holds anything else, another study's bundle too, or cannot be made.
        Unreadable: nothing is known of what it holds.
    """
    _reserve(folder)
    try:
        of = json.loads((folder / BEST).read_bytes())["study"]
    except (OSError, ValueError, LookupError, TypeError):  # there is none, or of no format of ours
        return
    if of != study:
        raise UsageError(
            f"{folder} holds the bundle of study '{of}'",
            "remove it, or name another folder with --bundle",
        )


def _reserve(folder: Path) -> None:
    if folder.resolve() == Path.cwd() or folder.is_mount():
        raise UsageError(f"a bundle cannot replace {folder} itself", "name a folder in it")
    _take_back(folder.resolve())
    try:
        is_taken = folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise _unwritable(folder, error) from error
    if is_taken:
        try:
            check(folder)
        except BadBundle as error:
            raise UsageError(
                f"{folder} is in the way, which is no whole bundle ({error})",
                "remove it, or name another folder with --bundle",
            ) from error
    elif folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder", "name another with --bundle")
    new = _beside(folder.resolve(), NEW)
    missing = [each for each in new.parents if not each.exists()]
    try:
        new.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    # Until there is a bundle nothing is left of that.
    for each in (new, *missing):
        with suppress(OSError):  # somebody else may have put something there
            each.rmdir()


def write(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Writes a bundle whole or not at all; an earlier one in its place is replaced. Whoever is killed
    between the two steps of that leaves the earlier one beside it, where the next finds it.

    Raises:
        UsageError: the folder holds other files, or cannot be written.
    """
    _reserve(folder)
    # A link to a folder stays a link to it.
    place = folder.resolve()
    new, old = _beside(place, NEW), _beside(place, OLD)
    facts = {
        name: FileFacts(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    }
    text = Manifest(files=facts).model_dump_json(indent=2) + "\n"
    try:
        new.mkdir(parents=True)
        for name, content in {**contents, MANIFEST: text.encode()}.items():
            _write(new / name, content)
        if place.exists():
            shutil.copymode(place, new)
        _exchange(place, new, old)
    except BaseException as error:
        # The earlier one is not given up before the new one stands.
        if old.exists() and not place.exists():
            old.rename(place)
        shutil.rmtree(new, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritable(folder, error) from error
        raise
    _remove_remains(place)
    return [folder / name for name in (*contents, MANIFEST)]


def _beside(place: Path, word: str) -> Path:
    # No number of a process: in a container it is the same each time.
    return place.with_name(f".{place.name}.{word}-{uuid.uuid4().hex}")


def _exchange(place: Path, new: Path, old: Path) -> None:
    while True:
        with suppress(FileNotFoundError):
            place.rename(old)
        try:
            new.rename(place)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Somebody who looked for it between these two took the earlier one back.
            shutil.rmtree(old, ignore_errors=True)
        else:
            return


def _take_back(place: Path) -> None:
    """Puts a bundle back that was set aside by somebody who was killed before the next one stood."""
    if place.exists():
        return
    for old in _all_beside(place, OLD):
        with suppress(HpoError, OSError):
            _check(old)
            old.rename(place)
            return


def _remove_remains(place: Path) -> None:
    """Of those who were killed while they replaced the bundle, now that there is one."""
    for old in _all_beside(place, OLD):
        shutil.rmtree(old, ignore_errors=True)
    for new in _all_beside(place, NEW):
        with suppress(OSError):  # somebody else's, who is quicker
            if time.time() - new.stat().st_mtime > REMAINS_SECONDS:
                shutil.rmtree(new)


def _all_beside(place: Path, word: str) -> list[Path]:
    return sorted(place.parent.glob(f".{glob.escape(place.name)}.{word}-*"))


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
        Unreadable: nothing is known of one.
    """
    _take_back(folder.resolve())
    try:
        return _check(folder)
    except OSError as error:
        raise Unreadable.of(error.filename or folder, error) from error


def _check(folder: Path) -> Manifest:
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "give one that `hpo export` wrote")
    try:
        _refuse_special(folder / MANIFEST)
        if (folder / MANIFEST).stat().st_size > MOST_BYTES:
            raise OSError(0, "it is too large")
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        if isinstance(error, OSError) and keeps_from_reading(error):
            raise
        what = "no" if isinstance(error, FileNotFoundError) else "a damaged"
        raise BadBundle(
            f"{folder} has {what} {MANIFEST}, so it is no whole bundle", "export the study again"
        ) from error
    faults = [
        fault for name, facts in manifest.files.items() if (fault := _fault(folder, name, facts))
    ]
    if manifest.files.keys() >= MODELS:
        faults.append("it has two models")
    unlisted = sorted(NAMES - OPTIONAL - {*manifest.files, MANIFEST})
    faults += [f"{name} is not listed" for name in unlisted]
    here = {path.name for path in folder.iterdir()}
    unknown = sorted(here - {*manifest.files, *unlisted, MANIFEST})
    faults += [f"{name!a} is not in the manifest" for name in unknown]
    if faults:
        raise BadBundle(
            f"{folder} is not as it was exported: {'; '.join(faults)}", "fetch or export it again"
        )
    return manifest


def _fault(folder: Path, name: str, facts: FileFacts) -> str | None:
    if name not in NAMES - {MANIFEST}:
        return f"{name!a} is no file of a bundle"
    try:
        _refuse_special(folder / name)
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except FileNotFoundError:
        return f"{name} is missing"
    except OSError as error:
        if keeps_from_reading(error):
            raise
        return f"{name} cannot be read ({error.strerror})"
    same = (size, digest) == (facts.size_bytes, facts.sha256)
    return None if same else f"{name} was changed"


def _refuse_special(file: Path) -> None:
    """A link may lead anywhere, and a pipe may never end."""
    if not stat.S_ISREG(file.lstat().st_mode):
        raise OSError(0, "it is a link, or no file")


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot write to {folder} ({error.strerror})", "name another folder with --bundle"
    )
