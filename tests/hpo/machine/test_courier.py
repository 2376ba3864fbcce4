"""The courier: journal entries come to the database in order, each with one effect."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from optuna.trial import FrozenTrial, TrialState

from hpo.machine.archivist import Archivist
from hpo.machine.courier import Courier, Reply, give_up
from hpo.machine.journal import Entry, Journal
from hpo.machine.messages import Diverged, Evaluated, Outcome, Pruned, Raised, Report, Trained
from hpo.phases import advance
from hpo.trials import Trials
from storage import artifacts, blobs, evaluations, jobs
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind, DataSet, JobState, Phase, Split
from tests.hpo.conftest import MADE_BY, SPACE, Claim
from tests.marks import on

TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal.create(tmp_path / "state" / "me", "u")
    yield made
    made.close()


@pytest.fixture
def courier(db: Database, trials: Trials) -> Courier:
    """The courier of the toy study."""
    return Courier(db, lambda _: trials, Archivist(db), MADE_BY)


def _post(journal: Journal, lease: Lease, *bodies: Report | Outcome) -> None:
    for body in bodies:
        journal.append(Entry(job_id=lease.job_id, token=lease.token, body=body))


def _report(epoch: int, score: float = 0.5) -> Report:
    return Report(epoch=epoch, score=score, seconds=0.1)


def _deliver(courier: Courier, journal: Journal) -> list[Reply]:
    return [reply for _, reply in courier.deliver(journal)]


def _job(db: Database, lease: Lease) -> JobRecord:
    with db.reading() as tx:
        return jobs.get(tx, lease.job_id)


def _trial(db: Database, study: StudyRecord, number: int = 0) -> FrozenTrial:
    storage = db.optuna
    return storage.get_all_trials(storage.get_study_id_from_name(study.name))[number]


def _final(db: Database, study: StudyRecord, trials: Trials, claim: Claim) -> Lease:
    """The lease of the first final job: what comes before is ended without training."""
    while True:
        job, lease = claim()
        if job.phase == Phase.FINAL:
            return lease
        if job.phase == Phase.SEARCH:
            trials.begin(job, lease, SPACE)
        with db.transaction() as tx:
            jobs.write(tx, lease, state=JobState.SUCCEEDED, score=0.5, loss=1.0)
        advance(db, study.name)


def test_replay_has_one_effect(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """Entries delivered a second time, from a journal that was not cut in time, change nothing."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    entries: list[Report | Outcome] = [
        _report(1, 0.25),
        _report(2, 0.5),
        Trained(score=0.5, loss=1.5),
    ]
    _post(journal, lease, *entries)
    assert _deliver(courier, journal) == [Reply.GO_ON, Reply.GO_ON, Reply.ENDED]
    ended, trial = _job(db, lease), _trial(db, study)
    assert (ended.state, ended.score, ended.loss, ended.epoch) == (
        JobState.SUCCEEDED, 0.5, 1.5, 2,
    )  # fmt: skip
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.5)
    assert trial.intermediate_values == {1: 0.25, 2: 0.5}
    _post(journal, lease, *entries, _report(3), Raised(error="late", traceback=""))
    replies = _deliver(courier, journal)
    assert replies[2:] == [Reply.LOST] * 3
    assert (_job(db, lease), _trial(db, study)) == (ended, trial)
    assert journal.first is None


def test_what_was_lost_is_dropped(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, take_over: TakeOver,
) -> None:  # fmt: skip
    """Entries under a lease that another took over land nowhere, and do not keep those behind."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, _report(1, 0.1))
    _deliver(courier, journal)
    job, theirs = take_over(lease)
    _post(journal, lease, _report(2, 0.2), Trained(score=0.2, loss=1.0))
    _post(journal, theirs, _report(2, 0.9))
    assert _deliver(courier, journal) == [Reply.LOST, Reply.LOST, Reply.GO_ON]
    assert _trial(db, study).intermediate_values == {1: 0.1, 2: 0.9}
    assert _job(db, theirs).state == JobState.LEASED


@pytest.mark.parametrize(
    ("outcome", "state", "trial_state", "reason"),
    [
        (Pruned(epoch=2), JobState.PRUNED, TrialState.PRUNED, "pruned after epoch 2"),
        (
            Diverged(epoch=2, reason="loss was nan"),
            JobState.PRUNED, TrialState.PRUNED, "diverged in epoch 2: loss was nan",
        ),
        (
            Raised(error="ValueError: no", traceback="Traceback\n  line"),
            JobState.FAILED, TrialState.FAIL, "ValueError: no\nTraceback\n  line",
        ),
    ],
    ids=["pruned", "diverged", "raised"],
)  # fmt: skip
def test_outcomes_of_a_search_job(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, outcome: Outcome, state: JobState, trial_state: TrialState, reason: str,
) -> None:  # fmt: skip
    """Divergence is told to Optuna as pruned, since the sampler ignores what failed; each has its
    reason on the job and on the trial."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, _report(1, 0.25), outcome)
    _deliver(courier, journal)
    assert (_job(db, lease).state, _job(db, lease).reason) == (state, reason)
    assert _trial(db, study).state == trial_state
    assert reason in _trial(db, study).user_attrs.values()


def test_a_final_jobs_model_and_evaluations_land_together(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """A final job ends with its evaluations and its model, all or none; where the database is cut
    off after the model's bytes were stored, the next delivery completes it."""
    lease = _final(db, study, trials, claim)
    model = journal.files / "model.keras"
    model.write_bytes(b"the model")
    scored = Evaluated.model_construct(
        split="holdout", labels=b"\0\1\1\0", predictions=b"\0\1\1\1", losses=bytes(range(16))
    )
    outcome = Trained(score=0.5, loss=1.0, evaluations=(scored,), model_file=str(model))
    _post(journal, lease, _report(1), outcome)

    def cut(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO hpo_artifacts"):
            sa.event.remove(db.engine, "before_cursor_execute", cut)
            raise sa.exc.OperationalError(statement, {}, Exception("the link was cut"))

    sa.event.listen(db.engine, "before_cursor_execute", cut)
    with pytest.raises(DatabaseUnavailable, match="the link was cut"):
        _deliver(courier, journal)
    assert _job(db, lease).state == JobState.LEASED
    assert journal.first is not None and journal.first.body == outcome
    assert _deliver(courier, journal) == [Reply.ENDED]
    assert _job(db, lease).state == JobState.SUCCEEDED
    with db.reading() as tx:
        (found,) = evaluations.of_study(tx, study.id, 1)
        (artifact,) = artifacts.find(tx, lease.job_id, ArtifactKind.MODEL)
    assert (found.split, found.labels, found.predictions, found.losses) == (
        Split.HOLDOUT, b"\0\1\1\0", b"\0\1\1\1", bytes(range(16)),
    )  # fmt: skip
    assert artifact is not None
    with db.artifacts.open_reader(artifact.id) as reader:
        assert reader.read() == b"the model"


@on("postgresql")
def test_a_model_that_is_too_large_is_not_kept(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The job succeeds all the same, and a warning says why there is no model."""
    lease = _final(db, study, trials, claim)
    model = journal.files / "model.keras"
    model.write_bytes(b"the model")
    monkeypatch.setattr(blobs, "LIMIT_BYTES", 3)
    _post(journal, lease, Trained(score=0.5, loss=1.0, model_file=str(model)))
    assert _deliver(courier, journal) == [Reply.ENDED]
    assert _job(db, lease).state == JobState.SUCCEEDED
    assert "the model of final" in caplog.text and "smaller" in caplog.text
    with db.reading() as tx:
        assert artifacts.find(tx, lease.job_id, ArtifactKind.MODEL) == []


@on("sqlite")
@pytest.mark.parametrize("held", [True, False], ids=["held", "lost"])
def test_a_model_file_that_is_gone(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, take_over: Callable[[Lease], object], held: bool,
) -> None:  # fmt: skip
    """An outcome whose file was removed, as when it was delivered and then replayed, never keeps
    what waits behind it; and for a lease that is lost nothing is stored."""
    lease = _final(db, study, trials, claim)
    model = journal.files / "model.keras"
    model.write_bytes(b"the model")
    if held:
        model.unlink()
    else:
        take_over(lease)
    _post(journal, lease, Trained(score=0.5, loss=1.0, model_file=str(model)))
    assert _deliver(courier, journal) == [Reply.ENDED if held else Reply.LOST]
    assert journal.first is None
    assert isinstance(db.artifacts, FileSystemArtifactStore)
    assert list(db.artifacts._base_path.iterdir()) == []


def test_the_last_outcome_opens_the_next_phase(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """Whoever ends a phase's last job inserts the next one's."""
    for number in range(4):
        job, lease = claim()
        trials.begin(job, lease, SPACE)
        score = 0.5 + number / 100
        _post(journal, lease, _report(1, score), Trained(score=score, loss=1.0))
        _deliver(courier, journal)
    with db.reading() as tx:
        waiting = [job for job in jobs.of_study(tx, study.id) if job.state == JobState.OPEN]
    assert {job.phase for job in waiting} == {Phase.SELECT}
    assert {job.configuration for job in waiting} == {3, 2, 0}
    job, lease = claim()
    _post(journal, lease, _report(1, 0.9), Diverged(epoch=2, reason="nan"))
    assert _deliver(courier, journal) == [Reply.GO_ON, Reply.ENDED]
    assert (_job(db, lease).epoch, _job(db, lease).state) == (1, JobState.PRUNED)


def test_giving_up(db: Database, study: StudyRecord, trials: Trials, claim: Claim) -> None:
    """A job that cannot be trained fails with the reason, its trial with it, in every phase."""
    job, lease = claim()
    give_up(db, trials, job, lease, "lost too often")
    assert (_job(db, lease).state, _job(db, lease).reason) == (JobState.FAILED, "lost too often")
    assert _trial(db, study).state == TrialState.FAIL
    job, lease = claim()
    with db.transaction() as tx:
        jobs.write(tx, lease, phase=Phase.FINAL, data_set=DataSet.NEW)
    job = _job(db, lease)
    give_up(db, trials, job, lease, "lost too often")
    assert _job(db, lease).state == JobState.FAILED


@on("sqlite")
def test_what_can_never_be_delivered_is_set_aside(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """An entry of a job that the database does not have keeps nothing waiting that is behind it,
    and is kept for people to look at."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, Lease(4711, "t"), _report(1))
    _post(journal, lease, _report(1))
    assert _deliver(courier, journal) == [Reply.GO_ON]
    assert _job(db, lease).epoch == 1
    assert journal.first is None
    assert "an entry of job 4711 cannot be delivered" in caplog.text
    (aside,) = journal.folder.parent.glob("*.damaged.jsonl")
    assert '"job_id":4711' in aside.read_text()


@on("sqlite")
def test_what_has_landed_is_not_called_lost(
    db: Database, study: StudyRecord, trials: Trials, courier: Courier, claim: Claim,
    journal: Journal, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Where the database goes away just after a job was ended, its entry is done with."""

    def fail(*_: object) -> None:
        raise DatabaseUnavailable("it is down")

    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, Trained(score=0.5, loss=1.0))
    replies = []
    with monkeypatch.context() as patch, pytest.raises(DatabaseUnavailable):
        patch.setattr("hpo.phases.advance", fail)
        for _, reply in courier.deliver(journal):
            replies.append(reply)
    assert replies == [Reply.ENDED]
    assert _deliver(courier, journal) == []
    assert _job(db, lease).state == JobState.SUCCEEDED
