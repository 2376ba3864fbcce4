"""Rights that a database's role lacks, and what to have granted."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import URL

from storage.errors import NotPermitted

RIGHTS_OF_A_WORKER = {
    "postgresql": (
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
        "USAGE ON ALL SEQUENCES IN SCHEMA public",
    ),
    "mysql": ("SELECT, INSERT, UPDATE, DELETE ON {database}.*",),
}
RIGHTS_TO_MAKE_TABLES = {
    "postgresql": ("USAGE, CREATE ON SCHEMA public",),
    "mysql": ("ALL ON {database}.*",),
}
# PostgreSQL's codes for a missing right, and for no schema that the role may use; MySQL's for a
# missing right to a database, a table, a column.
REFUSALS = ("42501", "3F000", 1044, 1142, 1143)


@contextmanager
def permitted(url: URL, rights: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Turns a refusal for want of a right into what to grant.

    Raises:
        NotPermitted
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        if (refused := refusal(url, error, rights)) is not None:
            raise refused from error
        raise


def refusal(
    url: URL, error: sa.exc.DBAPIError, rights: Mapping[str, Sequence[str]]
) -> NotPermitted | None:
    """What an error of the driver says of rights; None if it is about something else."""
    code = getattr(error.orig, "sqlstate", None), *getattr(error.orig, "args", ())[:1]
    if not set(code) & set(REFUSALS):
        return None
    role = url.username or "the role"
    cause = str(error.orig).splitlines()[0]
    grants = "; ".join(
        f"GRANT {right.format(database=url.database)} TO {role}"
        for right in rights[url.get_backend_name()]
    )
    return NotPermitted(
        f"{role} lacks rights in the database ({cause})", f"have its owner run {grants}"
    )
