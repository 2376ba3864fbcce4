"""The folders that this machine writes to."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hpo.doctor.finding import Finding, broken, minded, well

LEAST_BYTES = 512 << 20
FEW_BYTES = 4 << 30


def examine(state_dir: Path, cache_dir: Path) -> Iterator[Finding]:
    """Whether they can be written and have room; those that are not there yet are not made."""
    yield _examine("state folder", state_dir, "HPO_STATE_DIR")
    yield _examine("cache folder", cache_dir, "HPO_CACHE_DIR")


def _examine(name: str, folder: Path, setting: str) -> Finding:
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free_bytes = shutil.disk_usage(there).free
    except OSError as error:
        return broken(name, f"{folder} cannot be written ({error.strerror})", f"set {setting}")
    said = f"{folder}, {free_bytes / (1 << 30):.1f} GiB free"
    if free_bytes < LEAST_BYTES:
        return broken(name, said, f"make room, or set {setting}")
    if free_bytes < FEW_BYTES:
        return minded(name, said, f"make room, or set {setting}: journals grow while it is away")
    return well(name, said)
