"""What Prometheus reads of a database."""

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from hpo.device_hours import Cost
from storage.database import Database
from storage.states import Phase
from storage.summary_records import JobTally
from storage.tables import studies, workers


def render(db: Database, silent_seconds: float, only: str | None = None) -> bytes:
    """The metrics of all studies, or of one, in Prometheus's text format; a worker that was not seen for so long
    is not alive.

    Raises:
        DatabaseUnavailable
    """
    with db.reading() as tx:
        counted = [each for each in studies.count_jobs(tx) if only in (None, each.study)]
        alive = workers.count_alive(tx, silent_seconds)
    registry = CollectorRegistry()
    registry.register(_Read(counted, alive))
    return generate_latest(registry)


class _Read(Collector):
    """One reading of the database."""

    def __init__(self, counted: list[JobTally], alive: int) -> None:
        self._counted = counted
        self._alive = alive

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("hpo_workers_alive", "Workers that are alive.", self._alive)
        jobs = GaugeMetricFamily(
            "hpo_jobs", "Jobs by phase and state.", labels=["study", "phase", "state"]
        )
        by_study: defaultdict[str, list[JobTally]] = defaultdict(list)
        for tally in self._counted:
            jobs.add_metric([tally.study, tally.phase, tally.state], tally.number)
            by_study[tally.study].append(tally)
        yield jobs
        for name, text, value in (
            ("hpo_trials_per_hour", "Trials that ended within the last hour.", _trials_last_hour),
            (
                "hpo_best_value",
                "The best score of the search; of several directions, by the first.",
                _best_value,
            ),
            ("hpo_device_hours", "Time for which trainings held devices.", _device_hours),
            ("hpo_energy_kwh", "Energy that trainings took, where devices count it.", _energy_kwh),
        ):
            family = GaugeMetricFamily(name, text, labels=["study"])
            for study, of_study in by_study.items():
                if (number := value(of_study)) is not None:
                    family.add_metric([study], number)
            yield family


def _trials_last_hour(counted: list[JobTally]) -> float:
    return sum(tally.trials_last_hour for tally in counted)


def _best_value(counted: list[JobTally]) -> float | None:
    scores = [
        tally.best_score
        for tally in counted
        if tally.phase == Phase.SEARCH and tally.best_score is not None
    ]
    return max(scores, default=None)


def _device_hours(counted: list[JobTally]) -> float:
    return Cost(device_seconds=sum(tally.device_seconds for tally in counted)).device_hours


def _energy_kwh(counted: list[JobTally]) -> float:
    return Cost(energy_joules=sum(tally.energy_joules for tally in counted)).kilowatt_hours
