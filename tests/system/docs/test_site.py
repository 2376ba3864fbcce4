"""The documentation in a real browser, from files and without a network: on a desk and on a phone, in light and
in dark."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Seen
from tests.support.documents import ROOT
from tests.support.marks import needs, slow

pytestmark = [needs("chromium"), slow("looks at pages as they are drawn")]

DESK, PHONE = (1280, 900), (390, 844)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "docs", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(params=[(DESK, "light"), (PHONE, "dark")])
def seen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Seen]:
    """An empty page of each kind."""
    (width, height), scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
    )
    yield Seen(context.new_page())
    context.close()


def test_each_page_is_whole_and_fits(seen: Seen, site: Path) -> None:
    """It asks nothing of any network, nothing lies over anything, and nothing is wider than the screen."""
    pages = [*site.glob("*.html"), *site.glob("[trb]*/*.html"), site / "decisions" / "index.html"]
    assert len(pages) > 20
    for page in pages:
        seen.page.goto(page.as_uri())
        assert (seen.errors, seen.overlaps, seen.is_too_wide) == ([], [], False), page
    assert {url for url in seen.asked if not url.startswith(site.as_uri())} == set()


def test_each_command_and_setting_is_found(seen: Seen, site: Path) -> None:
    """In the reference, which is drawn from the code, and by the search, which needs no server."""
    seen.page.goto((site / "reference" / "commands.html").as_uri())
    text = seen.page.inner_text("article")
    assert "hpo run [OPTIONS] DEFINITION" in text and "--select-seeds INTEGER" in text
    seen.page.goto((site / "search.html").as_uri() + "?q=lease_seconds")
    seen.page.get_by_role("link", name="Settings").first.wait_for()
    seen.page.get_by_text("Search finished").wait_for()
    assert seen.errors == []
