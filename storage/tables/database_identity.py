"""Which database this is. Every function runs in the caller's transaction."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.errors import BadPlace
from storage.records import DatabaseRecord
from storage.schema import artifacts, database
from storage.tables import workers


def get(tx: Connection) -> DatabaseRecord:
    """What is known of this database itself."""
    return DatabaseRecord.from_row(tx.execute(sa.select(database)).one())


def place_artifacts(tx: Connection, place: str) -> None:
    """Notes where the artifacts lie from now on.

    Raises:
        BadPlace: see `refuse_to_move_artifacts`.
    """
    refuse_to_move_artifacts(tx)
    tx.execute(sa.update(database).values(artifacts=place))


def refuse_to_move_artifacts(tx: Connection) -> None:
    """Raises:
    BadPlace: there are artifacts, or workers that would store some where they know of.
    """
    if number := tx.scalar(sa.select(sa.func.count()).select_from(artifacts)):
        where = get(tx).artifacts or "the place that nobody chose"
        raise BadPlace(
            f"the artifacts of this database lie in {where}, {number} of them, and do not move",
            "leave --artifacts and HPO_ARTIFACTS out, or make a database of its own",
        )
    if at_work := workers.everyone(tx):
        hosts = ", ".join(sorted({worker.host for worker in at_work}))
        raise BadPlace(
            f"workers on {hosts} know of another place for artifacts",
            "stop them first, and see with `hpo workers` that they have left",
        )
