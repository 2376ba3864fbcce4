"""The style of the charts: one for light and for dark pages."""

from dataclasses import dataclass, replace

import plotly.graph_objects as go

BASELINE_COLOUR, BEST_COLOUR = "#8b95a5", "#2f7ed8"
PRUNED_COLOUR, FAILED_COLOUR, RUNNING_COLOUR = "#e08e0b", "#d64545", "#3aa76d"
PAUSED_COLOUR = "#7a5fc0"
# Legible on light and on dark; a page that knows which it is sets its own.
INK, GRID = "#7a8290", "rgba(128,136,150,0.25)"
MOST_TICKS = 10


@dataclass(frozen=True)
class Figure:
    """A chart with its title and what is to be known of it; `id` may stand in HTML."""

    id: str
    title: str
    caption: str
    chart: go.Figure
    least_width: int = 0
    """In pixels; on a narrower page it scrolls."""

    @property
    def json(self) -> str:
        """The chart for Plotly."""
        return str(self.chart.to_json())

    @property
    def titled(self) -> "Figure":
        """With its title in the chart itself, where it has no page around it."""
        chart = go.Figure(self.chart)
        title = {"text": self.title, "x": 0.02, "y": 0.97, "xanchor": "left", "yanchor": "top"}
        chart.update_layout(title=title, margin={"t": 76}, height=None)
        return replace(self, chart=chart)


def count_by_ones(chart: go.Figure) -> None:
    """Epochs and trials have no halves, of which Plotly would have ticks where there are few."""
    longest = max((len(trace.x) for trace in chart.data if trace.x is not None), default=0)
    if longest <= MOST_TICKS:
        chart.update_xaxes(tick0=0, dtick=1)


def style(chart: go.Figure, x: str | None = None, y: str | None = None, height: int = 360) -> None:
    """Gives a chart that style, the titles of its axes, and its height in pixels."""
    chart.update_layout(
        template=go.layout.Template(),
        title=None,
        height=height,
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 12, "r": 12, "t": 28, "b": 12},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        hoverlabel={"align": "left"},
    )
    for update in (chart.update_xaxes, chart.update_yaxes):
        update(gridcolor=GRID, zeroline=False, automargin=True)
    if x is not None:
        chart.update_xaxes(title_text=x)
    if y is not None:
        chart.update_yaxes(title_text=y)
