"""The picks, trained again by one and the same code, whoever found them."""

from contextlib import closing

import numpy as np

from benchmarks.peers.task import Task
from benchmarks.peers.tools import Params
from hpo.devices import discovery
from hpo.search.seeds import derive_seed
from hpo.settings import Settings
from hpo.training import one_off_work
from hpo.training.protocol import Diverged, Trained, Work

SEEDS = 3


def retrain(params: Params, repetition: int, task: Task, settings: Settings) -> tuple[float, ...]:
    """Trains all epochs with some seeds, in children, and looks at the holdout once each.

    Raises:
        WorkFailed: a seed gave no model.
    """
    definition, data = task.definition, task.data
    works = [
        Work(
            definition=definition.reference,
            definition_hash=definition.hash,
            settings=definition.study.settings(),
            params=params,
            seed=derive_seed(0, "peers", repetition, index),
            training_file=str(data.training_path("search")),
            holdout_file=str(data.holdout_path("search")),
        )
        for index in range(SEEDS)
    ]
    accuracies: dict[int, float] = {}
    devices = discovery.find_for(settings)
    with closing(one_off_work.run_all(devices, works, settings.stall_seconds)) as all_heard:
        for heard in filter(None, all_heard):
            match heard.said:
                case Trained(evaluations=(_, holdout)):
                    labels = np.frombuffer(holdout.labels, np.uint8)
                    answers = np.frombuffer(holdout.predictions, np.uint8)
                    accuracies[heard.number] = round(float((labels == answers).mean()), 5)
                case Diverged():
                    accuracies[heard.number] = 1 / len(task.classes)
                case _:
                    pass
    return tuple(accuracies[index] for index in range(SEEDS))
