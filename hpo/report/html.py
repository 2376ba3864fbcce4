"""The report as one HTML file: it asks nothing of any network, follows a reader's light or dark, and
prints."""

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from hpo.report import wording
from hpo.report.report_data import Contents
from hpo.result import result_tables

TEMPLATE = "page.html.jinja"
STYLE = "page.css"
SCRIPT = "page.js"


def write(contents: Contents) -> str:
    """The page with these contents."""
    # Who starts a run, or exports as YAML, does not wait for these.
    import jinja2
    from plotly.offline import get_plotlyjs

    from hpo.report import charts

    drawn = {figure.id: figure for figure in charts.draw(contents)}
    scripts = [get_plotlyjs(), _read(SCRIPT)]
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_read(TEMPLATE))
    return template.render(
        contents=contents,
        told=None if contents.result is None else result_tables.of_result(contents.result),
        figures=drawn,
        wording=wording,
        style=_read(STYLE),
        scripts=scripts,
        # Only these two scripts are run, whatever else a name or an error's text might smuggle in.
        policy=_policy(scripts),
        embedded=_embedded,
    )


def _policy(scripts: list[str]) -> str:
    allowed = " ".join(f"'sha256-{digest}'" for digest in _digests(scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _digests(scripts: list[str]) -> Iterator[str]:
    for script in scripts:
        yield base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _embedded(json: str) -> str:
    """JSON that cannot end the element in which it stands."""
    return json.replace("<", "\\u003c")


def _read(name: str) -> str:
    return files("hpo.report").joinpath(name).read_text(encoding="utf-8")
