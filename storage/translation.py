"""What drivers and Optuna raise, as our errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from optuna.exceptions import StorageInternalError
from sqlalchemy.engine import URL, Engine, ExceptionContext

from storage.errors import Conflict, DatabaseUnavailable, StorageError

# PostgreSQL's internal errors are the server's own: a session it ended, a standby that only reads.
UNAVAILABLE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError)
# A deadlock at PostgreSQL; a deadlock at MySQL, or at any a transaction that cannot be serialized.
CONFLICTS = ("40P01", "40001")


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turns a driver's errors into `DatabaseUnavailable`; programming errors pass unchanged."""
    try:
        yield
    except StorageError:
        raise
    except (*UNAVAILABLE, sa.exc.TimeoutError) as error:
        raise _ours(url, error) from error
    except sa.exc.DatabaseError as error:
        # The class itself, none of those under it: SQLite says so of a file that is no database.
        if type(error) is sa.exc.DatabaseError:
            raise _ours(url, error) from error
        raise
    except StorageInternalError as error:
        if (cause := _driver_error(error)) is not None:
            raise _ours(url, cause) from error
        raise


def give_up_at_once(engine: Engine) -> None:
    """Makes a lost connection one of our errors already where it shows, in Optuna's engine. Optuna
    would try again, and a caller who has other work to do would wait that many times longer."""

    def translate(context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception
        is_lost = context.is_disconnect or context.connection is None
        if is_lost and error is not None and not context.is_pre_ping:
            raise _ours(engine.url, error) from error

    sa.event.listen(engine, "handle_error", translate)


def _driver_error(error: BaseException | None) -> sa.exc.SQLAlchemyError | None:
    """What the driver said first: Optuna may have gone on in a session that was broken."""
    while error is not None:
        if isinstance(error, UNAVAILABLE):
            return error
        error = error.__cause__ or error.__context__
    return None


def _ours(url: URL, error: sa.exc.SQLAlchemyError) -> DatabaseUnavailable:
    driver_error = getattr(error, "orig", None) or error
    cause = str(driver_error).strip().splitlines()[0] if str(driver_error).strip() else "no answer"
    where = url.render_as_string(hide_password=True)
    if getattr(driver_error, "sqlstate", None) in CONFLICTS:
        return Conflict(f"others wrote the same in the database {where} ({cause}): try again")
    return DatabaseUnavailable(
        f"the database {where} cannot be used ({cause}): check that it is up, and its URL"
    )
