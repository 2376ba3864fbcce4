"""The dashboard in a real browser, while real workers train."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from hpo import definition_loader
from hpo.report.report_data import model_of, read_contents
from hpo.study import creation
from hpo.study.planning import Budget
from storage.database import Database
from storage.states import DataSet, Phase, Pruner
from tests.conftest import DEFINITIONS
from tests.support.browser import Seen
from tests.support.commandline import command_line
from tests.support.dashboard import Dashboard
from tests.support.done import Done
from tests.support.fixtures import Start
from tests.support.fleet import Fleet
from tests.support.marks import needs, on, slow
from tests.support.reverse_proxy import in_front_of

pytestmark = [needs("chromium"), slow("looks at pages as they are drawn")]

PASSWORD = "correct horse battery"  # noqa: S105 - opens nothing
# None pauses: two are trained, and held up, at the same time.
BUDGET = Budget(trials=3, select_top=1, select_seeds=1, final_seeds=2, pruner=Pruner.NONE)
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
    creation.create(db, "toy", definition_loader.load(str(DEFINITIONS / "paced.py")), BUDGET)
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
        page.get_by_text("toy.bin").wait_for()
        with page.expect_download() as download:
            page.locator('a[download="toy.bin"]').click()
        contents = read_contents(db, "toy")
        assert contents.finished is not None
        job = contents.finished.trained(contents.finished.winner, DataSet.SEARCH)[0]
        assert Path(download.value.path()).read_bytes() == model_of(db, job)

        page.goto(f"{dashboard.url}/dashboard/studies/{study_id}/note")
        page.get_by_text("Verdict: ").wait_for()
        assert seen.errors == []
        page.goto(f"{dashboard.url}/dashboard")
        page.get_by_label("delete study").click()
        page.get_by_role("button", name="Yes").click()
        page.get_by_text("Failed to delete study").wait_for()
        assert contents.study.phase == Phase.DONE
        assert [each.study_name for each in db.optuna.get_all_studies()] == ["toy"]
        assert all(asked.startswith(dashboard.url) for asked in seen.asked)
    except Error as error:
        pytest.fail(f"{error}\n{seen.errors}")
    finally:
        fleet.close()
        context.close()


def test_a_person_looks_through_a_proxy_under_a_path(
    toy_done: Done, chromium: Browser, tmp_path: Path
) -> None:
    """All that the page asks for, and all that it leads to, lies under that path."""
    shell = command_line(tmp_path, toy_done.url)
    with (
        Dashboard.running(shell, ["--prefix", "/hpo"], {}) as dashboard,
        in_front_of(dashboard.port, "/hpo", strips=False) as port,
    ):
        here = f"http://127.0.0.1:{port}/hpo"
        seen = Seen(chromium.new_page())
        page = seen.page
        page.set_default_timeout(UNTIL_THERE)
        page.goto(here)
        page.locator('a[href="/hpo/dashboard/studies/1"]').first.click()
        page.wait_for_url(f"{here}/dashboard/studies/1**")
        with page.expect_download() as download:
            page.locator('a[download="toy.html"]').click()
        assert Path(download.value.path()).stat().st_size
        page.goto(f"{here}/dashboard/studies/1/note")
        page.get_by_text("Verdict: ").wait_for()
        assert [asked for asked in seen.asked if not asked.startswith(here)] == []
        assert seen.errors == []
        page.close()
