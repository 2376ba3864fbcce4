"""Delivery: journal entries come to the database in order, each with one effect."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from optuna.artifacts import FileSystemArtifactStore
from optuna.trial import FrozenTrial, TrialState

from hpo.search.promotion import Advice
from hpo.search.trials import Ending, Trials
from hpo.study import removal
from hpo.study.phases import advance
from hpo.training.protocol import Diverged, Evaluated, Outcome, Pruned, Raised, Report, Trained
from hpo.worker.job_artifacts import JobArtifacts
from hpo.worker.journal import Body, Entry, Excused, GivenBack, Journal, Printed
from hpo.worker.journal_delivery import Delivery, Fate, give_up
from storage.artifact_stores import in_database
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.records import JobRecord, Lease, StudyRecord
from storage.states import ArtifactKind, DataSet, JobState, Phase, Split
from storage.tables import artifacts, evaluations, jobs, logs
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY, SPACE, Claim
from tests.support.marks import on

TakeOver = Callable[[Lease], tuple[JobRecord, Lease]]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    made = Journal.create(tmp_path / "state" / "me", "u")
    yield made
    made.close()


@pytest.fixture
def delivery(db: Database, trials: Trials) -> Delivery:
    """The delivery of the toy study."""
    return Delivery(db, lambda _: trials, JobArtifacts(db), MADE_BY)


def _post(journal: Journal, lease: Lease, *bodies: Body) -> None:
    for body in bodies:
        journal.append(Entry(job_id=lease.job_id, token=lease.token, body=body))


def _report(epoch: int, score: float = 0.5) -> Report:
    return Report(epoch=epoch, score=score, seconds=0.1)


def _deliver(delivery: Delivery, journal: Journal) -> list[Fate]:
    fates = []
    while journal.first is not None:
        fates.append(delivery.deliver_first(journal).fate)
    return fates


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
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
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
    assert _deliver(delivery, journal) == 3 * [Fate.LANDED]
    ended, trial = _job(db, lease), _trial(db, study)
    assert (ended.state, ended.score, ended.loss, ended.epoch) == (
        JobState.SUCCEEDED, 0.5, 1.5, 2,
    )  # fmt: skip
    assert (trial.state, trial.value) == (TrialState.COMPLETE, 0.5)
    assert trial.intermediate_values == {1: 0.25, 2: 0.5}
    _post(journal, lease, *entries, _report(3), Raised(error="late", traceback=""))
    assert _deliver(delivery, journal)[2:] == 3 * [Fate.LOST]
    assert (_job(db, lease), _trial(db, study)) == (ended, trial)
    assert journal.first is None


def test_what_was_lost_is_dropped(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, take_over: TakeOver,
) -> None:  # fmt: skip
    """Entries under a lease that another took over land nowhere, and do not keep those behind."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, _report(1, 0.1))
    _deliver(delivery, journal)
    job, theirs = take_over(lease)
    _post(journal, lease, _report(2, 0.2), Trained(score=0.2, loss=1.0))
    _post(journal, theirs, _report(2, 0.9))
    assert _deliver(delivery, journal) == [Fate.LOST, Fate.LOST, Fate.LANDED]
    assert _trial(db, study).intermediate_values == {1: 0.1, 2: 0.9}
    assert _job(db, theirs).state == JobState.LEASED


def test_what_is_printed_without_a_lease_is_dropped(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, take_over: TakeOver,
) -> None:  # fmt: skip
    """What a training prints is kept with its attempt, as long as that has the job."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, Printed(text="one"), Printed(text="one two"))
    assert _deliver(delivery, journal) == [Fate.LANDED, Fate.LANDED]
    take_over(lease)
    _post(journal, lease, Printed(text="one two three"))
    assert _deliver(delivery, journal) == [Fate.LOST]
    with db.reading() as tx:
        assert list(logs.of_jobs(tx, [job.id]).values()) == ["one two"]


@pytest.mark.parametrize(
    ("outcome", "state", "trial_state", "reason"),
    [
        (Pruned(epoch=2), JobState.PRUNED, TrialState.PRUNED, "pruned after epoch 2"),
        (
            Pruned(epoch=2, hopeless="it guesses"),
            JobState.PRUNED, TrialState.PRUNED, "pruned after epoch 2: it guesses",
        ),
        (
            Diverged(epoch=2, reason="loss was nan"),
            JobState.DIVERGED, TrialState.PRUNED, "diverged in epoch 2: loss was nan",
        ),
        (
            Raised(error="ValueError: no", traceback="Traceback\n  line"),
            JobState.FAILED, TrialState.FAIL, "ValueError: no\nTraceback\n  line",
        ),
    ],
    ids=["pruned", "hopeless", "diverged", "raised"],
)  # fmt: skip
def test_outcomes_of_a_search_job(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, outcome: Outcome, state: JobState, trial_state: TrialState, reason: str,
) -> None:  # fmt: skip
    """Divergence is told to Optuna as pruned, since the sampler ignores what failed; each has its
    reason on the job and on the trial."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, _report(1, 0.25), outcome)
    _deliver(delivery, journal)
    assert (_job(db, lease).state, _job(db, lease).reason) == (state, reason)
    assert _trial(db, study).state == trial_state
    assert reason in _trial(db, study).user_attrs.values()


@on("sqlite")
def test_what_its_study_calls_hopeless_ends_unless_it_is_the_baseline(
    db: Database, trials: Trials, delivery: Delivery, claim: Claim, journal: Journal
) -> None:
    """Even where no pruner could say anything yet; against the baseline all else is measured."""
    hopeless = Report(epoch=1, score=0.1, seconds=0.1, hopeless="it guesses")
    for advice in (Advice.GO_ON, Advice.PRUNE):  # the baseline is claimed first
        job, lease = claim()
        trials.begin(job, lease, SPACE)
        _post(journal, lease, hopeless)
        assert delivery.deliver_first(journal).advice is advice


@on("sqlite")
def test_a_model_that_cannot_be_read_is_waited_for(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """Its job does not end without it; one that is gone is done without."""
    lease = _final(db, study, trials, claim)
    model = journal.files / "model.keras"
    model.mkdir()
    _post(journal, lease, Trained(score=0.5, loss=1.0, evaluations=(), model_file=str(model)))
    with pytest.raises(DatabaseUnavailable, match=r"cannot read its own file .*model\.keras"):
        _deliver(delivery, journal)
    assert _job(db, lease).state == JobState.LEASED
    model.rmdir()
    assert _deliver(delivery, journal) == [Fate.LANDED]
    assert _job(db, lease).state == JobState.SUCCEEDED


def test_a_final_jobs_model_and_evaluations_land_together(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
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
            raise sa.exc.OperationalError(
                statement, {}, Exception("the link was cut"), connection_invalidated=True
            )

    sa.event.listen(db.engine, "before_cursor_execute", cut)
    with pytest.raises(DatabaseUnavailable, match="the link was cut"):
        _deliver(delivery, journal)
    assert _job(db, lease).state == JobState.LEASED
    assert journal.first is not None and journal.first.body == outcome
    assert _deliver(delivery, journal) == [Fate.LANDED]
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
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The job succeeds all the same, and a warning says why there is no model."""
    lease = _final(db, study, trials, claim)
    model = journal.files / "model.keras"
    model.write_bytes(b"the model")
    monkeypatch.setattr(in_database, "LIMIT_BYTES", 3)
    _post(journal, lease, Trained(score=0.5, loss=1.0, model_file=str(model)))
    assert _deliver(delivery, journal) == [Fate.LANDED]
    assert _job(db, lease).state == JobState.SUCCEEDED
    assert "the model of final" in caplog.text and "smaller" in caplog.text
    with db.reading() as tx:
        assert artifacts.find(tx, lease.job_id, ArtifactKind.MODEL) == []


@on("sqlite")
@pytest.mark.parametrize("held", [True, False], ids=["held", "lost"])
def test_a_model_file_that_is_gone(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
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
    assert _deliver(delivery, journal) == [Fate.LANDED if held else Fate.LOST]
    assert journal.first is None
    assert isinstance(db.artifacts, FileSystemArtifactStore)
    assert list(db.artifacts._base_path.iterdir()) == []


def test_what_is_no_trial_is_a_row_alone(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """The jobs of select have no trial of their own."""
    for number in range(4):
        job, lease = claim()
        trials.begin(job, lease, SPACE)
        score = 0.5 + number / 100
        _post(journal, lease, _report(1, score), Trained(score=score, loss=1.0))
        _deliver(delivery, journal)
    assert advance(db, study.name).phase is Phase.SELECT
    job, lease = claim()
    _post(journal, lease, _report(1, 0.9), Diverged(epoch=2, reason="nan"))
    assert _deliver(delivery, journal) == [Fate.LANDED, Fate.LANDED]
    assert (_job(db, lease).epoch, _job(db, lease).state) == (1, JobState.DIVERGED)


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


def test_a_loss_is_taken_back_once(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal,
) -> None:  # fmt: skip
    """What a bad device cost a job no longer counts against it, what others cost it does, however
    often the entry comes; a job that has ended over it stays as it ended."""
    job, first = claim()
    trials.begin(job, first, SPACE)
    entries = (GivenBack(loss="a bad device"), Excused())
    _post(journal, first, *entries)
    assert _deliver(delivery, journal) == [Fate.LANDED, Fate.LANDED]
    assert _job(db, first).losses == 0
    _, second = claim()
    _post(journal, second, GivenBack(loss="another"))
    _post(journal, first, *entries)
    assert _deliver(delivery, journal) == [Fate.LANDED, Fate.LOST, Fate.LANDED]
    assert _job(db, first).losses == 1
    _, third = claim()
    _post(journal, third, Raised(error="it is hopeless", traceback=""))
    _post(journal, second, Excused())
    _deliver(delivery, journal)
    assert (_job(db, first).state, _job(db, first).losses) == (JobState.FAILED, 1)


def test_a_report_is_answered(
    study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim, journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """By what the pruner says of that epoch; nothing else ends a training."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    for advice in Advice:
        monkeypatch.setattr(trials, "_judge", lambda *_, said=advice: said)
        _post(journal, lease, _report(1))
        assert delivery.deliver_first(journal).advice is advice
    _post(journal, lease, GivenBack())
    assert delivery.deliver_first(journal).advice is Advice.GO_ON


@on("sqlite")
def test_what_a_dead_worker_left_is_brought(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, tmp_path: Path
) -> None:
    """What it had to say lands, with the files it names, and the jobs it held are free at once, at
    the cost of a loss."""
    orphan = Journal.create(tmp_path / "state" / "dead", "u")
    job, lease = claim_next(db, study, "dead")
    trials.begin(job, lease, SPACE)
    _, idle = claim_next(db, study, "dead")
    _post(orphan, lease, _report(1, 0.25))
    delivery.inherit(orphan)
    assert orphan.first is None
    assert [
        (each.state, each.epoch, each.losses) for each in (_job(db, lease), _job(db, idle))
    ] == [
        (JobState.OPEN, 1, 1),
        (JobState.OPEN, 0, 1),
    ]
    orphan.close()


@on("sqlite")
def test_what_can_never_be_delivered_is_set_aside(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """An entry of a job that the database does not have keeps nothing waiting that is behind it,
    and is kept for people to look at."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, Lease(4711, "t"), _report(1))
    _post(journal, lease, _report(1))
    assert _deliver(delivery, journal) == [Fate.SET_ASIDE, Fate.LANDED]
    assert _job(db, lease).epoch == 1
    assert journal.first is None
    assert "an entry of job 4711 cannot be delivered" in caplog.text
    (aside,) = journal.folder.parent.glob("*.damaged.jsonl")
    assert '"job_id":4711' in aside.read_text()


@on("sqlite")
@pytest.mark.parametrize("also_as_failed", [True, False])
def test_a_job_whose_outcome_can_never_be_told_has_failed(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, monkeypatch: pytest.MonkeyPatch, also_as_failed: bool,
) -> None:  # fmt: skip
    """With the traceback: it would be the same each time. Where the trial takes no end at all, the
    job has one."""
    real = trials.end

    def end(job: JobRecord, lease: Lease, ending: Ending, **columns: float) -> None:
        if ending.state != JobState.FAILED or also_as_failed:
            raise ValueError("no database takes that")
        real(job, lease, ending, **columns)

    job, lease = claim()
    trials.begin(job, lease, SPACE)
    monkeypatch.setattr(trials, "end", end)
    _post(journal, lease, Trained(score=0.5, loss=1.0), _report(9))
    assert _deliver(delivery, journal) == [Fate.SET_ASIDE, Fate.LOST]
    ended = _job(db, lease)
    assert ended.state == JobState.FAILED
    assert "ValueError: no database takes that\nTraceback" in (ended.reason or "")
    state = TrialState.RUNNING if also_as_failed else TrialState.FAIL
    assert _trial(db, study).state == state


@on("sqlite")
def test_a_study_may_be_removed_once_its_last_job_has_ended(
    db: Database, study: StudyRecord, trials: Trials, delivery: Delivery, claim: Claim,
    journal: Journal, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Nobody holds a job of it then: whoever ended the last does not die of it."""
    job, lease = claim()
    trials.begin(job, lease, SPACE)
    _post(journal, lease, Trained(score=0.5, loss=1.0))
    drop_first = journal.drop_first

    def remove_too() -> None:
        drop_first()
        removal.remove(db, study.name)

    monkeypatch.setattr(journal, "drop_first", remove_too)
    assert _deliver(delivery, journal) == [Fate.LANDED]
