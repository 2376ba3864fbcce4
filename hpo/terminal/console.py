"""Where people read: a console in which text is text."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from hpo.formatting import printable


class PlainConsole(Console):
    """It takes names in brackets for no markup, and passes nothing on that a terminal would obey: the
    reason why a training failed, or the name of a host, may hold such."""

    def __init__(self, **how: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **how)

    def render(self, *args: Any, **how: Any) -> Iterable[Segment]:
        """Rich's own, of which the control codes are rich's own, too."""
        for segment in super().render(*args, **how):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def has_braille(console: Console) -> bool:
    """Whether charts can be drawn there, which are drawn in dots of Braille."""
    return console.encoding.startswith("utf")
