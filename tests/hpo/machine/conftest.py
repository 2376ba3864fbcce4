"""What the tests of a worker machine share."""

import pytest

from tests.hpo.machine.driver import Driver


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """An NVIDIA driver, for processes that are started with its environment."""
    return Driver.build(tmp_path_factory.mktemp("driver"))
