"""A line in dots of Braille."""

from collections.abc import Sequence

from rich.text import Text

CHART_WIDTH, CHART_HEIGHT = 78, 9
PARTS = 4
"""That its width is divided into."""
LEAST_CHARTED = 3
"""With fewer points there is no line to draw."""


def draw_line(title: str, x: Sequence[float], y: Sequence[float], whole_x: bool = False) -> Text:
    """The points that `x` and `y` have in common, joined; for a terminal of 80 columns. Of `whole_x` only
    whole numbers are told."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(CHART_WIDTH, CHART_HEIGHT)
    plotext.title(title)
    if whole_x:
        least, most = int(min(x)), int(max(x))
        ticks = sorted({least + (most - least) * part // PARTS for part in range(PARTS + 1)})
        plotext.xticks(ticks, list(map(str, ticks)))
    plotext.plot(x, y, marker="braille")
    return Text.from_ansi(plotext.build().rstrip())
