"""`hpo export` as a real command."""

from pathlib import Path

from hpo.bundle import best_json, manifest
from tests.support.bundles import Finished, Reader
from tests.support.marks import slow

pytestmark = slow("trains networks for a bundle")


def test_what_is_exported_is_verified_elsewhere(
    finished: Finished, reader: Reader, tmp_path: Path
) -> None:
    """A Keras study's bundle, written by a real command into exports/NAME, moved, and verified
    where its database is not."""
    owner = Reader(reader.shell, finished.cache, finished.url)
    done = reader.shell.run("export", "digits", **owner.environment)
    assert done.returncode == 0, done.stderr
    folder = reader.shell.folder / "exports" / "digits"
    n_files = len(list(folder.iterdir()))
    assert done.stdout == f"exports/digits: {n_files} files, see exports/digits/README.md\n"
    best = best_json.read(folder / manifest.BEST)
    assert best.verdict.split()[0] in done.stderr
    moved = folder.rename(tmp_path / "moved")
    out = reader.succeed("verify", moved)
    assert f"{n_files - 1} files are what the manifest says" in out
    assert out.splitlines()[-1] == f"{moved}: verified"
