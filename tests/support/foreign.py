"""Databases of plain Optuna, of several versions, see optuna_databases/make.py."""

import sqlite3
from contextlib import closing
from pathlib import Path

DUMPS = Path(__file__).parent / "optuna_databases"
VERSIONS = [file.stem.removeprefix("optuna-") for file in sorted(DUMPS.glob("*.sql"))]
NEWEST = VERSIONS[-1]
STUDY, PAIR, TRIALS = "squares", "pair", 50


def restore(version: str, folder: Path) -> Path:
    """The SQLite file as that version of Optuna had written it."""
    file = folder / f"optuna-{version}.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((DUMPS / f"optuna-{version}.sql").read_text())
    return file
