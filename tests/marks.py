"""Marks of this suite."""

import pytest


def on(*backends: str) -> pytest.MarkDecorator:
    """For a test whose truth depends on none or some of the databases: it runs on these only."""
    return pytest.mark.parametrize("backend", backends, indirect=True)
