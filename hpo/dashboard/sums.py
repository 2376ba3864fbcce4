"""What optuna-dashboard sums up over all trials of a study, without reading through those again of
which it knows all: where no trial runs, it does that at every poll."""

from optuna.trial import FrozenTrial
from optuna_dashboard._inmemory_cache import _CachedExtraStudyProperty


class Sum(_CachedExtraStudyProperty):  # type: ignore[misc]  # it comes without types
    """Its own, which goes on from the first trial that had not ended."""

    def update(self, trials: list[FrozenTrial]) -> None:
        super().update(trials)
        running = (trial.number for trial in trials if not trial.state.is_finished())
        self._cursor = min(running, default=len(trials))


class Sums(dict[int, Sum]):
    """Those of each study by Optuna's id, in the place of the dashboard's."""

    def get(self, study_id: int, default: object = None) -> Sum:  # noqa: ARG002 - it has one of each
        return self.setdefault(study_id, Sum())
