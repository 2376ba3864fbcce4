"""The dashboard in a real browser, while real workers train."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from hpo import creation, definitions
from hpo.creation import Budget
from hpo.report import story as stories
from storage.database import Database
from storage.states import DataSet, Phase
from tests.browser import Seen
from tests.conftest import DEFINITIONS
from tests.hpo.dashboard.conftest import Start
from tests.hpo.fleet.fleet import Fleet
from tests.marks import on

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
BUDGET = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2)
# The points of the curves that Optuna's dashboard draws of trials that run.
POINTS = """
() => {
  const chart = document.getElementById("graph-intermediate-values");
  return (chart?.data ?? []).reduce((sum, curve) => sum + curve.y.length, 0);
}
"""
UNTIL_THERE = 60_000


@on("postgresql")
def test_a_person_watches_two_workers(
    start: Start, db: Database, url: str, chromium: Browser, tmp_path: Path
) -> None:
    """Logs in, sees curves grow and the note change without touching anything, and the verdict in the
    end; downloads the best model, to the byte; and is refused to delete the study."""
    creation.create(db, "toy", definitions.load(str(DEFINITIONS / "paced.py")), BUDGET)
    dashboard = start(HPO_DASHBOARD_PASSWORD=PASSWORD)
    stranger = chromium.new_context()
    with pytest.raises(Error, match="ERR_INVALID_AUTH_CREDENTIALS"):
        stranger.new_page().goto(dashboard.url)
    stranger.close()

    context = chromium.new_context(http_credentials={"username": "me", "password": PASSWORD})
    seen = Seen(context.new_page())
    page = seen.page
    page.set_default_timeout(UNTIL_THERE)
    fleet = Fleet(db, url, tmp_path)
    try:
        fleet.hold(2)
        workers = [fleet.start(machine=name) for name in ("one", "two")]
        study_id = db.optuna.get_study_id_from_name("toy")
        page.goto(f"{dashboard.url}/dashboard/studies/{study_id}")
        for held in (2, 4):  # two trainings, each held up before the end of that epoch
            fleet.hold(held)
            page.wait_for_function(f"({POINTS})() === {2 * (held - 1)}")
        fleet.go_on()
        for worker in workers:
            fleet.finish(worker)
        page.get_by_text("toy.keras").wait_for()
        with page.expect_download() as download:
            page.locator('a[download="toy.keras"]').click()
        story = stories.read(db, "toy")
        assert story.finish is not None
        job = story.finish.trained(story.finish.winner, DataSet.SEARCH)[0]
        assert Path(download.value.path()).read_bytes() == stories.model_of(db, job)

        page.goto(f"{dashboard.url}/dashboard/studies/{study_id}/note")
        page.get_by_text("Verdict: ").wait_for()
        assert seen.errors == []
        page.goto(f"{dashboard.url}/dashboard")
        page.get_by_label("delete study").click()
        page.get_by_role("button", name="Yes").click()
        page.get_by_text("Failed to delete study").wait_for()
        assert story.study.phase == Phase.DONE
        assert [each.study_name for each in db.optuna.get_all_studies()] == ["toy"]
        assert all(asked.startswith(dashboard.url) for asked in seen.asked)
    except Error as error:
        pytest.fail(f"{error}\n{seen.errors}")
    finally:
        fleet.close()
        context.close()
