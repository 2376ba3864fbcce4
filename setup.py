"""All about the package is in pyproject.toml; this adds which commit a wheel was built from."""

import subprocess
from pathlib import Path
from shutil import rmtree

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).parent
COMMIT = Path("hpo", "COMMIT")


def note_commit(folder: Path) -> None:
    """Writes the commit of this checkout into a copy of the sources. One that was made from an
    archive is no checkout: there the file is what the archive holds, if it does."""
    if not (HERE / ".git").exists():
        return
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        described = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    except OSError:  # no git here
        return
    if described.returncode == 0:
        (folder / COMMIT).write_text(described.stdout)


class BuildWithCommit(build_py):
    """Not where the package is used in place: there git itself is asked."""

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return
        # What an earlier build left there would be part of this one: modules that are gone.
        rmtree(self.build_lib, ignore_errors=True)
        super().run()
        note_commit(Path(self.build_lib))


class ArchiveWithCommit(sdist):
    """A wheel may be built from the archive, where there is no git."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        note_commit(Path(base_dir))


setup(cmdclass={"build_py": BuildWithCommit, "sdist": ArchiveWithCommit})
