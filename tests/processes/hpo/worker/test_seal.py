"""The seal, kept by a real supervisor: who is given a holdout, and when that is written down."""

from pathlib import Path

import pytest

from hpo import provenance
from hpo.definition_loader import Definition
from hpo.training.child_process import Slot
from hpo.training.protocol import ToChild, Work
from storage.database import Database
from storage.records import OpeningRecord, StudyRecord
from storage.states import DataSet, Phase
from storage.tables import holdout_uses
from studies.data.prepared_data import PreparedData
from tests.support.outcome import assert_exactly, of_phase
from tests.support.supervision import supervisor_of


def test_holdouts_are_given_to_final_jobs_only_and_written_down_before(
    db: Database, study: StudyRecord, toy: Definition, toy_data: PreparedData, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """While search and select are trained no child is told of a holdout file, and there is no
    opening; a final job's stands in the database before its child is told the file."""
    told: list[tuple[Work, list[OpeningRecord]]] = []
    real = Slot.send

    def send(slot: Slot, message: ToChild) -> None:
        if isinstance(message, Work):
            with db.reading() as tx:
                told.append((message, holdout_uses.of_study(tx, study.uuid)))
        real(slot, message)

    monkeypatch.setattr(Slot, "send", send)
    supervisor_of(db, study, toy, toy_data, tmp_path / "state").run()
    assert_exactly(db, study)

    final = {(job.seed, job.data_set): job for job in of_phase(db, study.name, Phase.FINAL)}
    before = [(work, opened) for work, opened in told if work.holdout_file is None]
    others = (*of_phase(db, study.name, Phase.SEARCH), *of_phase(db, study.name, Phase.SELECT))
    # One that paused is told of once more when it goes on.
    assert {work.seed for work, _ in before} == {job.seed for job in others}
    assert [opened for _, opened in before if opened] == []

    after = [(work, opened) for work, opened in told if work.holdout_file is not None]
    assert len(after) == len(final) == 8
    files = {str(toy_data.holdout_path("search")): DataSet.SEARCH}
    files[str(toy_data.holdout_path("new"))] = DataSet.NEW
    for work, opened in after:
        job = final[work.seed, files[work.holdout_file or ""]]
        (ours,) = [opening for opening in opened if opening.job_id == job.id]
        name = "search" if job.data_set == DataSet.SEARCH else "new"
        assert ours.holdout_sha256 == toy_data.holdout_sha256(name)  # type: ignore[arg-type]  # one of both
        assert ours.who == provenance.account()
        assert (ours.configuration, ours.params, ours.seed) == (
            job.configuration, job.params, job.seed,
        )  # fmt: skip
    with db.reading() as tx:
        assert len(holdout_uses.of_study(tx, study.uuid)) == 8
