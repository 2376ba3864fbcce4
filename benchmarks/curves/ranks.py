"""How early the rank of a configuration tells what it ends at: where rungs may be.

    python -m benchmarks.curves.ranks cifar100-wide

Of the recorded curves that did not diverge: how well their order after some epochs is the order of their
holdout accuracies (Spearman's rank correlation), and how many of the best fifth on the holdout are in the
better half after those epochs, which is what a rung lets go on.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from scipy import stats

from benchmarks.curves import recordings
from benchmarks.curves.recordings import Curve
from hpo import definition_loader

EPOCHS = (2, 3, 4, 5, 6, 8, 10, 12, 15)
BEST = 0.2
BETTER = 0.5
Values = NDArray[np.float64]


def agreement(early: Values, late: Values) -> float:
    """Spearman's correlation of values (n,) with others (n,), of either the more the better."""
    return float(stats.spearmanr(early, late).statistic)


def kept(early: Values, late: Values) -> float:
    """The share of the best fifth by `late` (n,) that is in the better half by `early` (n,)."""
    best = np.argsort(-late, kind="stable")[: max(1, round(BEST * len(late)))]
    better = np.argsort(-early, kind="stable")[: max(1, round(BETTER * len(early)))]
    return float(np.isin(best, better).mean())


def tabulate(curves: Sequence[Curve]) -> Table:
    """A line for each epoch. The curves are whole."""
    table = Table(box=box.MARKDOWN)
    for title in (
        "after epoch", "rank by accuracy", "by loss",
        "of the best fifth in the better half, by accuracy", "by loss",
    ):  # fmt: skip
        table.add_column(title, justify="right")
    late = np.array([curve.holdout_accuracy for curve in curves], float)
    for epoch in EPOCHS:
        if epoch > len(curves[0].val_loss):
            break
        by_accuracy = np.array([curve.val_accuracy[epoch - 1] for curve in curves])
        by_loss = -np.array([curve.val_loss[epoch - 1] for curve in curves])
        table.add_row(
            str(epoch),
            *(f"{agreement(early, late):.2f}" for early in (by_accuracy, by_loss)),
            *(f"{kept(early, late):.0%}" for early in (by_accuracy, by_loss)),
        )
    return table


def main() -> None:
    """Prints one Markdown table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("study", choices=definition_loader.BUILT_IN)
    asked = parser.parse_args()
    recorded = recordings.read(recordings.file_of(asked.study))
    whole = [curve for curve in recorded if curve.holdout_accuracy is not None]
    if len(whole) < 2:
        parser.error(f"of {asked.study} {len(whole)} whole curves are recorded: two are the least")
    console = Console(width=240)
    console.print(f"{len(whole)} curves, {len(recorded) - len(whole)} more diverged")
    console.print(tabulate(whole))


if __name__ == "__main__":
    main()
