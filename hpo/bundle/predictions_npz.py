"""`predictions.npz`: what every final model answered, so that the verdict can be computed again."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpo.errors import BadBundle
from hpo.result.finished_study import FinishedStudy
from hpo.result.scores import Answers
from storage.records import BASELINE
from storage.states import DataSet, Split
from studies.errors import Unreadable, keeps_from_reading

# The comparisons of a result by the name they have there.
COMPARISONS = {
    "validation": (DataSet.SEARCH, Split.VALIDATION),
    "holdout": (DataSet.SEARCH, Split.HOLDOUT),
    "new_validation": (DataSet.NEW, Split.VALIDATION),
    "new_holdout": (DataSet.NEW, Split.HOLDOUT),
}
SIDES = ("winner", "baseline")
MOST_BYTES = 1 << 30
ARRAYS = ("seeds", "labels", "predictions", "losses")


def pack(finished: FinishedStudy) -> bytes:
    """The file's content: for each comparison and side the arrays of its `Answers`, as in
    `holdout.winner.predictions`."""
    arrays = {}
    for comparison, (data_set, split) in COMPARISONS.items():
        for side, number in zip(SIDES, (finished.winner, BASELINE), strict=True):
            if (answers := finished.answers(number, data_set, split)) is not None:
                for array in ARRAYS:
                    arrays[f"{comparison}.{side}.{array}"] = np.asarray(getattr(answers, array))
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def unpack(file: Path) -> Iterator[tuple[str, Answers, Answers | None]]:
    """Each comparison that has a winner: its name, the winner's answers, the baseline's, if any.

    Raises:
        BadBundle: the file is something else.
        Unreadable: nothing is known of it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            # A few bytes may unpack to more than any memory holds.
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise ValueError(f"it unpacks to more than {MOST_BYTES >> 20} MiB")
        with np.load(file, allow_pickle=False) as arrays:
            for comparison in COMPARISONS:
                winner, baseline = (_find(arrays, f"{comparison}.{side}") for side in SIDES)
                if winner is not None:
                    yield comparison, winner, baseline
    # What a file made by anybody may trip in zip, zlib and NumPy is not listed.
    except Exception as error:
        if isinstance(error, OSError) and keeps_from_reading(error):
            raise Unreadable.of(file, error) from error
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise BadBundle(f"{file} does not hold the predictions of a bundle ({said})") from error


def _find(arrays: Mapping[str, NDArray[np.generic]], side: str) -> Answers | None:
    if f"{side}.seeds" not in arrays:
        return None
    seeds, labels, predicted, losses = (arrays[f"{side}.{array}"] for array in ARRAYS)
    shape = (*seeds.shape, *labels.shape)
    whole = len(shape) == 2 and min(shape) > 0 and predicted.shape == losses.shape == shape
    types = [array.dtype.str for array in (labels, predicted, losses)]
    if not whole or seeds.dtype.kind not in "iu" or types != ["|u1", "|u1", "<f4"]:
        raise ValueError(f"{side} is not of n seeds and m images")
    if not np.isfinite(losses.astype(np.float64)).all():
        raise ValueError(f"{side}.losses are not all numbers")
    return Answers(
        seeds=tuple(seeds.tolist()),
        labels=labels.astype(np.uint8),
        predictions=predicted.astype(np.uint8),
        losses=losses.astype(np.float32),
    )
