"""Here each test that asks for a database runs on all three, unless it names some."""

import pytest

from tests.support.marks import of


@pytest.fixture(params=[of("sqlite"), of("postgresql"), of("mariadb")])
def backend(request: pytest.FixtureRequest) -> str:
    """On which it runs."""
    return str(request.param)
