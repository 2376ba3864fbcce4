"""What the tests of the dashboard share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.commandline import CommandLine
from tests.hpo.dashboard.dashboard import Dashboard

Start = Callable[..., Dashboard]


@pytest.fixture
def start(shell_on: CommandLine) -> Iterator[Start]:
    """Starts dashboards on the test's database, with these options and variables."""
    with ExitStack() as stack:

        def start_one(*options: str, **environment: str) -> Dashboard:
            return stack.enter_context(Dashboard.running(shell_on, options, environment))

        yield start_one
