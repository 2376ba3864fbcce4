"""What the tests of bundles share."""

from tests.support.scripts import exported

__all__ = ["exported"]
