"""What a doctor says of artifact stores."""

from pathlib import Path

from hpo.doctor import store
from hpo.doctor.finding import Grade
from storage.database import Database


def test_the_store_is_left_as_it_was(db: Database, url: str) -> None:
    """What is written to try it is removed again."""
    (found,) = store.examine(db)
    assert found.grade == Grade.OK
    folder = Path(url.removeprefix("sqlite:///")).with_suffix(".artifacts")
    assert not folder.exists() or list(folder.iterdir()) == []
