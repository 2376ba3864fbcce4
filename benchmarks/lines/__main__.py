"""How many lines a search takes to write with hpo, with plain Optuna and with KerasTuner.

    python -m benchmarks.lines

Of each script the lines that are neither empty nor a comment nor its docstring. An objective is for hpo the script that
is written for plain Optuna, without its last lines, which make a study; where that has a script of its own for hpo, it is
one with a holdout.
"""

import ast
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

SCRIPTS = Path(__file__).parent / "scripts"
TASKS = ("images", "regression", "boosting")
TOOLS = ("hpo", "optuna", "keras_tuner")


def count(text: str, *, until_study: bool = False) -> int:
    """Lines of code; with `until_study` those before a study is made."""
    tree = ast.parse(text)
    left_out: set[int] = set()
    if until_study:
        made = next(
            node
            for node in tree.body
            if isinstance(node, ast.Assign) and "create_study" in ast.dump(node.value)
        )
        left_out |= set(range(made.lineno, len(text.splitlines()) + 1))
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
        # A declared study has a holdout always.
        bare = count(ours) if "STUDY" in ours else count(theirs[0], until_study=True)
        counts = (bare, count(ours), *map(count, theirs))
        table.add_row(task, *map(str, counts))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
