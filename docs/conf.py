"""How the site is built: `make docs`. Nothing of it asks a network, neither when built nor when read.

What stands in the code is drawn from it: where a page of docs/reference says `<!-- drawn: commands -->`, the commands,
and at the end of each page how far its commands are tested.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import hpo
from hpo.cli import cli
from hpo.commands.options import SETTINGS as FLAGS
from hpo.settings import Settings
from tests.support import documents

project = "hpo"
author = "the authors of hpo"
release = version = hpo.__version__
html_title = f"hpo {release}"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"  # in a docstring, `name` is code
smartquotes = False  # two hyphens are an option's

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # a notebook is run by a test; what it shows is what it holds
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # a page that is read from a file may not read others
pygments_style, pygments_dark_style = "friendly", "github-dark"

SAID_ONCE = {"--settings", "--storage", "--debug", "--help"}
"""Options of most commands, which the page says at its beginning."""


def setup(app: Sphinx) -> None:
    """Pages are completed as they are read."""
    app.connect("source-read", complete)


def complete(_app: Sphinx, name: str, source: list[str]) -> None:
    """Draws what a page asks for, and says how far its commands are tested."""
    source[0] = re.sub(
        r"<!-- drawn: (\w+) -->", lambda asked: "\n".join(DRAWN[asked[1]]()), source[0]
    )
    source[0] = re.sub(r"(?s)```mermaid\n(.*?)```\n", tabulate, source[0])
    page = Path(__file__).parent / f"{name}.md"
    if page in documents.DOCUMENTS and (said := documents.words_on_tests(page)):
        source[0] += f"\n---\n\n*{said}*\n"


def tabulate(diagram: re.Match[str]) -> str:
    """The transitions of a diagram of states as a table: what draws such diagrams comes from a network."""
    rows = re.findall(r"(?m)^ *(\S+) --> (\S+): (.*)$", diagram[1])
    assert len(rows) == diagram[1].count("-->")
    lines = [f"| {'' if old == '[*]' else old} | {new} | {why} |\n" for old, new, why in rows]
    return "".join(["| from | to | when |\n", "| --- | --- | --- |\n", *lines])


def draw_commands() -> Iterator[str]:
    """Each command by its use, with what its own help says."""
    context = click.Context(cli, info_name="hpo")
    for section in cli.list_sections(context):
        yield f"## {section.title}\n"
        for command in section.commands.values():
            yield from draw_command(command, context)


def draw_command(command: click.Command, parent: click.Context) -> Iterator[str]:
    """A command, or those of a group."""
    context = click.Context(command, parent, info_name=command.name)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from draw_command(each, context)
        return
    yield f"### {context.command_path}\n"
    yield f"{cleandoc(command.help or '')}\n"
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{context.command_path} {usage}\n```\n"
    for option in command.params:
        record = option.get_help_record(context)
        if record is not None and record[1] and not SAID_ONCE & set(option.opts):
            yield f"`{record[0]}`\n: {record[1]}\n"


def draw_settings() -> Iterator[str]:
    """Each setting by its name, with what is written of it where it is read."""
    analyzer = ModuleAnalyzer.for_module("hpo.settings")
    flags = {setting: f"--{option.replace('_', '-')}" for option, setting in FLAGS.items()}
    told = analyzer.find_attr_docs()
    for name, field in Settings.model_fields.items():
        flag = f", `{flags[name]}`" if name in flags else ""
        default = "" if field.default is None else f" Default {field.default}."
        yield f"`{name}`, `HPO_{name.upper()}`{flag}"
        yield f": {' '.join(told['Settings', name]).strip()}{default}\n"


DRAWN = {"commands": draw_commands, "settings": draw_settings}
