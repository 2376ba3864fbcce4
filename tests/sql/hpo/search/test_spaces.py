"""Whatever a space admits, Optuna suggests and every database takes."""

import uuid
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from hpo.definition_loader import Definition
from hpo.errors import UsageError
from hpo.search.trials import Ending, Trials
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.states import JobState
from storage.tables import studies
from studies.space import Choice, Params, Real, Space, Whole
from studies.space_points import count_points
from tests.support.claims import claim_next
from tests.support.fixtures import MADE_BY

LONG = "🙂" * 5_000  # 12 bytes of JSON each
# Below what a configuration may take by what JSON says around the option.
SPACES: list[tuple[Space, Params]] = [
    ({"🙂" * 512: Real(0, 1), "x" * 512: Real(0, 1)}, {"🙂" * 512: 0.5, "x" * 512: 0.5}),
    ({"option": Choice((LONG, "short"))}, {"option": LONG}),
    ({"option": Choice(tuple(range(9_000)))}, {"option": 7}),
    (
        {f"option {number}": Choice(("x" * 31_000, "y")) for number in range(2)},
        {f"option {number}": "x" * 31_000 for number in range(2)},
    ),
    ({"clip": Real(-8e307, 8e307), "tiny": Real(0, 3e-308)}, {"clip": 8e307, "tiny": 2.5e-308}),
    ({"tiny": Real(5e-324, 1.7e308, log=True)}, {"tiny": 5e-324}),
    ({"seed": Whole(0, 2**53), "other": Whole(1 - 2**53, 0)}, {"seed": 2**53, "other": 1 - 2**53}),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # TPE's, where steps are below its digits
@pytest.mark.parametrize(("space", "baseline"), SPACES)
def test_at_the_bounds(space: Space, baseline: Params, db: Database, toy: Definition) -> None:
    """Each is searched to its end and read back as it was."""
    definition = replace(toy, searched=replace(toy.study, space=space, baseline=baseline))
    number_of_trials = int(min(6, count_points(definition.study.space)))
    study = creation.create(db, "wide", definition, Budget(trials=number_of_trials))
    trials = Trials(db, study, MADE_BY)
    suggested = []
    for number in range(number_of_trials):
        job, lease = claim_next(db, study)
        job = trials.begin(job, lease, definition.study.space)
        assert job.params is not None
        suggested.append(job.params)
        trials.report(job, lease, 1, number / 10)
        trials.end(job, lease, Ending(JobState.SUCCEEDED, number / 10, 1.0))
    assert suggested[0] == baseline
    assert all(space[name].admits(point[name]) for point in suggested for name in space)
    found = db.optuna.get_all_trials(db.optuna.get_study_id_from_name(study.name))
    assert [trial.params for trial in found] == suggested


def test_a_database_without_the_characters_of_a_name(postgres_server: URL, toy: Definition) -> None:
    """It is refused there before anything is made: no worker could write its trials down."""
    name = f"latin_{uuid.uuid4().hex}"
    server = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    made = f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    with server.connect() as connection:
        connection.execute(sa.text(made))
    db = Database.create(postgres_server.set(database=name).render_as_string(hide_password=False))
    try:
        for parameter, is_taken in (("größe", True), ("学習率", False)):
            space, baseline = {parameter: Real(0, 1)}, {parameter: 0.5}
            study = replace(toy.study, name=parameter, space=space, baseline=baseline)
            definition = replace(toy, searched=study)
            if is_taken:
                creation.create(db, "taken", definition, Budget(trials=2))
                continue
            for ask in (creation.create, creation.refuse_taken):
                with pytest.raises(UsageError, match="not all characters of '学習率'"):
                    ask(db, "refused", definition, Budget(trials=2))
        with db.reading() as tx:
            assert [each.study.name for each in studies.demands(tx)] == ["taken"]
    finally:
        db.close()
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
