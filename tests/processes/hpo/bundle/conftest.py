"""What is read in a shell is what is rendered for the tests without one."""

from tests.support.scripts import exported
from tests.unit.hpo.bundle.test_parameter_formats import best, rendered

__all__ = ["best", "exported", "rendered"]
