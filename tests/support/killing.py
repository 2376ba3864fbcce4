"""A process that is killed between two commits, played in this one."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.database import Database


class Killed(BaseException):
    """As by the system: nothing that follows is done."""


@contextmanager
def killed_at(db: Database, commit: int) -> Iterator[None]:
    """Whoever uses the database in this is killed before the commit of that number, from 0."""
    left = [commit]

    def kill(_: Connection) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1

    sa.event.listen(db.engine, "commit", kill)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "commit", kill)
