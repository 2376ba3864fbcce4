"""What is known of a study, in words."""

import pytest

from hpo import formatting


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (600, "10 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_durations_in_words(seconds: float, said: str) -> None:
    """Seconds, minutes or hours, whichever a person would say."""
    assert formatting.duration(seconds) == said
