"""What the first worker of a study decides for all."""

from storage.database import Database
from storage.records import StudyRecord
from storage.tables import studies


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
