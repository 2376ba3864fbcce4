"""What Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from hpo.dashboard import prometheus
from storage.database import Database
from storage.records import StudyRecord
from storage.states import DataSet
from tests.support import finished


def _samples(db: Database) -> dict[tuple[str, ...], float]:
    text = prometheus.render(db, 60).decode()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_an_empty_database(db: Database) -> None:
    """It has no study, and nobody is at work."""
    assert _samples(db) == {("hpo_workers_alive",): 0}


def test_a_study(db: Database, study: StudyRecord) -> None:
    """Its jobs by state, how fast it goes, how good it is, and what it cost."""
    assert _samples(db)["hpo_jobs", "search", "open", "toy"] == 4
    finished.carry_out(db, study)
    seen = _samples(db)
    assert seen["hpo_jobs", "search", "succeeded", "toy"] == 4
    assert seen["hpo_jobs", "final", "succeeded", "toy"] == 2 * 2 * len(DataSet)
    assert seen["hpo_workers_alive",] == 1
    assert seen["hpo_trials_per_hour", "toy"] == 4
    assert seen["hpo_best_value", "toy"] == max(finished.SEARCH_SCORES.values())
    assert seen["hpo_device_hours", "toy"] == 0
    assert seen["hpo_energy_kwh", "toy"] == 0
