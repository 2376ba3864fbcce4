"""The report in a real browser: on a desk and on a phone, in light and in dark, and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hpo.report import html
from hpo.report.report_data import Contents
from tests.support.browser import Seen
from tests.support.bundles import Finished
from tests.support.marks import needs, slow

pytestmark = [needs("chromium"), slow("looks at pages as they are drawn")]

DESK, PHONE = (1280, 900), (390, 844)


@pytest.fixture(params=[(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")])
def seen(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Seen]:
    """An empty page of each kind."""
    (width, height), scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
    )
    yield Seen(context.new_page())
    context.close()


def _read(seen: Seen, file: Path) -> None:
    seen.page.goto(file.as_uri())
    seen.page.wait_for_selector("html[data-drawn]")
    assert seen.errors == []
    assert seen.asked == [file.as_uri()]
    assert seen.overlaps == []
    assert not seen.is_too_wide
    pictures = "[...document.images].every((image) => image.naturalWidth > 0)"
    assert seen.page.evaluate(pictures)
    charts = seen.page.query_selector_all(".chart")
    assert charts
    for chart in charts:
        assert chart.query_selector("svg.main-svg") is not None


def test_of_a_study_of_a_network(seen: Seen, finished: Finished) -> None:
    """That of the bundle tells all: verdict, tables, charts, pictures and the model; it asks nothing
    of any network, nothing lies over anything, and nothing is wider than the screen."""
    _read(seen, finished.bundle.folder / "report.html")
    text = seen.page.inner_text("body")
    for heading in ("Baseline and best", "What it sees", "The model", "The search", "The machines"):
        assert heading in text
    drawn = seen.page.eval_on_selector_all("figure", "all => all.map((one) => one.id)")
    assert {"curves", "confusion", "history", "coordinates", "timeline"} <= set(drawn)
    assert seen.page.locator(".pictures img").count() >= 6
    assert seen.page.locator(".layers li").count() > 5


def test_of_a_study_that_is_done(seen: Seen, contents: Contents, tmp_path: Path) -> None:
    """Likewise for one whose model is no network."""
    file = tmp_path / "report.html"
    file.write_text(html.write(contents))
    _read(seen, file)


def test_on_paper(chromium: Browser, finished: Finished) -> None:
    """Printed, it is light whatever the screen was, and all of it is there."""
    context = chromium.new_context(color_scheme="dark", offline=True)
    seen = Seen(context.new_page())
    seen.page.goto((finished.bundle.folder / "report.html").as_uri())
    seen.page.wait_for_selector("html[data-drawn]")
    background = "getComputedStyle(document.body).backgroundColor"
    assert seen.page.evaluate(background) != "rgb(255, 255, 255)"
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate(background) == "rgb(255, 255, 255)"
    assert seen.page.pdf().startswith(b"%PDF")
    assert seen.errors == []
    context.close()
