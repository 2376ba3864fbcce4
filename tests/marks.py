"""Marks of this suite."""

import pytest


def on(backend: str) -> pytest.MarkDecorator:
    """For a test whose truth does not depend on the database: it runs on this one only."""
    return pytest.mark.parametrize("backend", [backend], indirect=True)
