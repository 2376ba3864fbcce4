"""Here, too, on all three; the tables below it were asked on a server by `make test` already."""

import pytest

from tests.support.marks import of, slow

AGAIN = slow("asks a server what SQLite was asked")


@pytest.fixture(params=[of("sqlite"), of("postgresql", AGAIN), of("mariadb", AGAIN)])
def backend(request: pytest.FixtureRequest) -> str:
    """On which it runs."""
    return str(request.param)
