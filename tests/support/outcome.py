"""What must be true of a study, however it came about."""

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from hpo.search import promotion
from hpo.statistics.interim_looks import plan
from hpo.study import final_looks, racing
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import JobState, Phase
from storage.tables import jobs, studies


def of_phase(db: Database, name: str, phase: Phase) -> list[JobRecord]:
    """The study's jobs of one phase, oldest first."""
    with db.reading() as tx:
        found = jobs.of_study(tx, studies.get(tx, name).id)
    return [job for job in found if job.phase == phase]


def optuna_trials(db: Database, name: str) -> Sequence[FrozenTrial]:
    """Optuna's trials as they stand in the database."""
    return db.optuna.get_all_trials(db.optuna.get_study_id_from_name(name))


def assert_exactly(db: Database, study: StudyRecord) -> None:
    """The study is done; exactly the asked number of trials was run, numbered without a gap, each
    as its job says, none left running, enough of them complete; every job of select and final
    succeeded."""
    with db.reading() as tx:
        assert studies.get(tx, study.name).phase == Phase.DONE
    search = of_phase(db, study.name, Phase.SEARCH)
    trials = optuna_trials(db, study.name)
    assert [trial.number for trial in trials] == list(range(study.trials))
    assert sorted(job.trial_number or 0 for job in search) == list(range(study.trials))
    assert search[0].trial_number == 0
    complete = [job for job in search if job.state == JobState.SUCCEEDED]
    # Those of which nothing could be expected had no chance.
    hopeless = [
        job
        for job in search
        if job.state == JobState.PRUNED and "others were better" not in (job.reason or "")
    ]
    assert len(complete) + len(hopeless) >= min(1 + promotion.LEAST_COMPLETE, study.trials)
    by_number = {trial.number: trial for trial in trials}
    for job in search:
        trial = by_number[job.trial_number or 0]
        assert (trial._trial_id, trial.params) == (job.trial_id, job.params)
        assert (job.state, trial.state) in (
            (JobState.SUCCEEDED, TrialState.COMPLETE),
            (JobState.PRUNED, TrialState.PRUNED),
        )
        steps = sorted(trial.intermediate_values)
        assert steps == list(range(1, len(steps) + 1))
        if job.state == JobState.SUCCEEDED:
            assert trial.value == job.score == trial.intermediate_values[steps[-1]]
    configurations = {job.configuration for job in of_phase(db, study.name, Phase.SELECT)}
    others = len(study.final_data_sets) - 1
    on_new_classes = others * len(final_looks.first_seeds(study))
    for phase, counts in (
        (Phase.SELECT, [sum(racing.fields(len(configurations), study.select_seeds))]),
        (Phase.FINAL, [2 * (look.seeds + on_new_classes) for look in plan(study.final_seeds)]),
    ):
        ended = of_phase(db, study.name, phase)
        assert len(ended) in counts
        assert {job.state for job in ended} == {JobState.SUCCEEDED}
