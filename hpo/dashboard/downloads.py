"""The models and reports that the dashboard hands out, in the form of an artifact store."""

import io
from functools import lru_cache, partial
from typing import BinaryIO

from bottle import HTTPError

from hpo.dashboard.notes_and_plots import File, LiveContent
from hpo.errors import HpoError
from hpo.report import html
from hpo.report.report_data import find_data, model_of, read_contents
from hpo.settings import Settings
from storage.database import Database
from storage.errors import StorageError

MOST_REPORTS = 4


class Downloads:
    """Every file is made, or read, when somebody asks for it."""

    def __init__(self, db: Database, settings: Settings, live: LiveContent) -> None:
        self._db = db
        self._settings = settings
        self._live = live
        # A report takes seconds, and a study that is done stays as it is; its id changes with it.
        self._report = lru_cache(maxsize=MOST_REPORTS)(self._write_report)

    def open_reader(self, artifact_id: str) -> BinaryIO:
        """Raises:
        HTTPError: there is none, or it cannot be had now.
        """
        file = self._live.find_file(artifact_id)
        if file is None:
            raise HTTPError(404, "there is no such file any more: reload the page")
        try:
            return io.BytesIO(self._content(artifact_id, file))
        except (StorageError, OSError) as error:
            raise HTTPError(503, str(error)) from error
        except HpoError as error:
            raise HTTPError(404, str(error)) from error

    def write(self, artifact_id: str, content: BinaryIO) -> None:  # noqa: ARG002 - the protocol's
        """Raises:
        HTTPError: files are kept by workers alone.
        """
        raise HTTPError(403, "files are kept by hpo's workers alone")

    def remove(self, artifact_id: str) -> None:
        """Does nothing: what belongs to a study is removed with it."""

    def _content(self, artifact_id: str, file: File) -> bytes:
        if file.model is None:
            return self._report(artifact_id, file.study)
        content = model_of(self._db, file.model)
        if content is None:
            raise HTTPError(404, "the study kept no model, or its file is damaged")
        return content

    def _write_report(self, _artifact_id: str, name: str) -> bytes:
        find = partial(find_data, settings=self._settings, fetch=False)
        return html.write(read_contents(self._db, name, find)).encode()
