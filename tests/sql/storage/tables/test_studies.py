"""What is read and written of a study as a whole."""

from collections.abc import Callable

import pytest

from storage.database import Database
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import Direction, JobState
from storage.tables import jobs, studies


def test_the_first_to_choose_a_precision_sets_it(db: Database, squares: StudyRecord) -> None:
    """The next changes nothing, and the settings that were asked for stay as they were."""
    assert squares.trained_settings == squares.settings
    with db.transaction() as tx:
        assert studies.choose_precision(tx, squares, "mixed_bfloat16", "it was faster")
    with db.transaction() as tx:
        assert not studies.choose_precision(tx, squares, "float32", "it was not")
    with db.reading() as tx:
        study = studies.get(tx, squares.name)
    assert (study.precision, study.precision_reason) == ("mixed_bfloat16", "it was faster")
    assert study.settings == squares.settings
    assert study.trained_settings == {**squares.settings, "precision": "mixed_bfloat16"}


@pytest.mark.parametrize(
    ("direction", "best"), [(Direction.MAXIMIZE, 0.9), (Direction.MINIMIZE, 0.2)]
)
def test_the_best_score_is_that_of_its_direction(
    db: Database,
    squares: StudyRecord,
    claim: Callable[..., tuple[JobRecord, Lease]],
    direction: Direction,
    best: float,
) -> None:
    """Of all that succeeded and are feasible; another state has none."""
    better = 1.1 * best if direction is Direction.MAXIMIZE else 0.1
    for score in (0.2, 0.9, better):
        _, lease = claim()
        ended = {"score": score, "loss": 1.0, "is_feasible": score != better}
        with db.transaction() as tx:
            jobs.write(tx, lease, state=JobState.SUCCEEDED, **ended)
    with db.transaction() as tx:
        studies.write(tx, squares, direction=direction)
        tallies = {tally.state: tally for tally in studies.count_jobs(tx)}
    assert tallies[JobState.SUCCEEDED].number == 3
    assert tallies[JobState.SUCCEEDED].best_score == best
    assert tallies[JobState.OPEN].best_score is None
