"""How many lines a search takes to write with hpo, with plain Optuna and with KerasTuner.

    python -m benchmarks.lines

Of each script the lines that are neither empty nor a comment nor its docstring; of hpo's also without what only it
has, a holdout.
"""

import ast
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from studies.objective import HOLDOUT

SCRIPTS = Path(__file__).parent / "scripts"
TASKS = ("images", "regression", "boosting")
TOOLS = ("hpo", "optuna", "keras_tuner")


def count(text: str, without: str | None = None) -> int:
    """Lines of code, without the function of that name."""
    tree = ast.parse(text)
    left_out = {
        line
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == without
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    first = tree.body[0]
    if ast.get_docstring(tree) is not None:
        left_out |= set(range(first.lineno, (first.end_lineno or 0) + 1))
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in left_out
        for number, line in enumerate(text.splitlines(), start=1)
    )


def main() -> None:
    """Prints one Markdown table."""
    table = Table(box=box.MARKDOWN)
    for title in ("task", "hpo", "hpo, with a holdout", "plain Optuna", "KerasTuner"):
        table.add_column(title, justify="left" if title == "task" else "right")
    for task in TASKS:
        ours, *theirs = ((SCRIPTS / f"{task}_{tool}.py").read_text() for tool in TOOLS)
        counts = (count(ours, without=HOLDOUT), count(ours), *map(count, theirs))
        table.add_row(task, *map(str, counts))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
