"""Artifacts in a folder that many machines mount."""

import io
from pathlib import Path
from typing import BinaryIO

from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound

from storage.artifact_stores.ownership_marker import Marker
from storage.errors import StoreUnavailable


class SharedFolder:
    """Optuna's store on a folder, proved at each use: where the folder is not mounted now, there is
    its empty mount point, which must neither be filled nor be taken for a store that lost all."""

    def __init__(self, folder: Path, marker: Marker) -> None:
        """Raises:
        StoreUnavailable: it does not hold the marker, or cannot be read.
        """
        self._folder = folder
        self._marker = marker
        self._files = FileSystemArtifactStore(folder)
        self._prove()

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """Raises:
        ArtifactNotFound: nothing is stored under that id.
        StoreUnavailable: the folder is not there now.
        """
        self._prove()
        try:
            with self._files.open_reader(artifact_id) as reader:
                return io.BytesIO(reader.read())
        except ArtifactNotFound:
            self._prove()  # counts against the file only where the folder itself is well
            raise

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Raises:
        StoreUnavailable: the folder is not there now.
        """
        self._prove()
        self._files.write(artifact_id, content_body)

    def remove(self, artifact_id: str) -> None:
        """Raises:
        ArtifactNotFound: nothing is stored under that id.
        StoreUnavailable: the folder is not there now.
        """
        self._prove()
        self._files.remove(artifact_id)

    def _prove(self) -> None:
        if not self._marker.is_in(self._files):
            raise StoreUnavailable(
                f"the folder {self._folder} does not hold the marker of this database",
                "mount the"
                f" folder here that is {self._marker.place} elsewhere, or say with HPO_ARTIFACTS"
                " where it is mounted",
            )
