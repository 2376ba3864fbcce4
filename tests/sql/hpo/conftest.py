"""Here on SQLite, and on one of the servers: the tables below it are asked on all three."""

import pytest

from tests.support.marks import in_turn, of, slow

AGAIN = slow("asks a server what SQLite was asked")


@pytest.fixture(params=[of("sqlite"), *(of(server, AGAIN) for server in in_turn())])
def backend(request: pytest.FixtureRequest) -> str:
    """On which it runs."""
    return str(request.param)
