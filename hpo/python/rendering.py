"""A study as a notebook shows it."""

import io
from typing import TYPE_CHECKING

from hpo.status.study_status import Status
from hpo.terminal.console import PlainConsole
from hpo.terminal.study_page import draw_study

if TYPE_CHECKING:
    from hpo.result.result import Conclusion

WIDTH = 100
"""Characters."""
# It follows the notebook's own light or dark.
FORMAT = '<pre style="line-height: normal; color: inherit; background: none">{code}</pre>'


def as_html(status: Status, conclusion: "Conclusion | None") -> str:
    """The page that `hpo status` prints, as an element of HTML; without its chart, whose dots of Braille are in no
    browser as wide as letters."""
    console = PlainConsole(
        record=True, file=io.StringIO(), width=WIDTH, force_jupyter=False, force_terminal=True
    )
    console.print(draw_study(status, chart=False, conclusion=conclusion))
    return console.export_html(inline_styles=True, code_format=FORMAT)
