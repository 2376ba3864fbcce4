"""What the tests of the storage share."""

from tests.support.squares import claim, held, squares, take_over

__all__ = ["claim", "held", "squares", "take_over"]
