"""What the tests of reports share."""

import pytest

from hpo.report import story as stories
from hpo.report.story import Story
from studies.dataset import PreparedData
from tests.hpo.done import Done


@pytest.fixture(scope="session")
def story(toy_done: Done, toy_data: PreparedData) -> Story:
    """That of the toy study, which is done, with its pictures."""
    return stories.read(toy_done.db, "toy", lambda _study: toy_data)
