"""The report as a file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hpo.errors import UsageError
from hpo.report import html, markdown
from hpo.report.report_data import find_data, read_contents
from hpo.settings import Settings
from storage.database import Database
from studies.data.prepared_data import write_whole


def compose(
    db: Database, settings: Settings, name: str, is_markdown: bool, references: Sequence[str] = ()
) -> str:
    """The report of a study as it stands; in HTML with pictures of the data that this machine has, whose
    definition may be among the files in `references`.

    Raises:
        StudyNotFound, DatabaseUnavailable
        NoResult: no trial has been completed yet.
    """
    if is_markdown:
        return markdown.write(read_contents(db, name))
    find = partial(find_data, settings=settings, references=references)
    return html.write(read_contents(db, name, find))


def write(file: Path, text: str) -> None:
    """Writes a file whole or not at all.

    Raises:
        UsageError: it cannot be written.
    """
    write_text = partial(Path.write_text, data=text, encoding="utf-8")
    try:
        if file.exists() and not file.is_file():  # a pipe, or a device
            write_text(file)
        else:
            write_whole(file, write_text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror})", "name another") from error
