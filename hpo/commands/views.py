"""Commands for those who look: at all studies, at one, at its trials, at two beside each other; the dashboard and the
report."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from hpo.commands.names import STUDY
from hpo.commands.options import (
    FILE,
    command,
    print_document,
    print_json,
    say,
    with_json,
    with_references,
    with_storage,
)

if TYPE_CHECKING:
    from hpo.result.result import Conclusion
    from hpo.settings import Settings

FORMATS = ("html", "md")
STDOUT = Path("-")


@cloup.command()
@click.argument("name", type=STUDY, metavar="[STUDY]", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; anywhere else it wants a password.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes any that is free, and says which.")  # fmt: skip
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="A name by which it is reached, as through a proxy.")  # fmt: skip
@click.option("--prefix", default="", metavar="PATH", help="The path that a proxy has it under, such as /hpo.")  # fmt: skip
@click.option("--writable", is_flag=True, help="Let whoever may look remove studies and write notes.")  # fmt: skip
@command
@with_storage
def dashboard(
    settings: "Settings",
    name: str | None,
    host: str,
    port: int,
    names: tuple[str, ...],
    prefix: str,
    writable: bool,
) -> None:
    """Show the database's studies in a browser, or STUDY alone, until Ctrl-C.

    The password, where one is wanted or wished for, stands in a file that
    HPO_DASHBOARD_PASSWORD_FILE names, or in HPO_DASHBOARD_PASSWORD.
    """
    from hpo.dashboard import server
    from hpo.dashboard.prefix import check
    from storage.database import Database
    from storage.tables import studies

    root = check(prefix)
    db = Database.open(settings.storage_url, settings.artifacts)
    path = ""
    if name is not None:
        with db.reading() as tx:
            study = studies.get(tx, name)
        with db.translated():
            path = f"dashboard/studies/{db.optuna.get_study_id_from_name(study.name)}"
    shown = f"[{host}]" if ":" in host else host

    def tell(taken: int) -> None:
        click.echo(f"http://{shown}:{taken}{root}/{path}", err=True)

    server.serve(
        db, settings, name, host=host, port=port, names=names, writable=writable, prefix=root,
        tell=tell,
    )  # fmt: skip


@cloup.command("list")
@with_json
@command
@with_storage
def list_(settings: "Settings", as_json: bool) -> None:
    """Show all studies of a database, the newest first."""
    from hpo.status import study_list
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_list
    from storage.database import Database

    listed, now_ms = study_list.list_studies(Database.open(settings.storage_url))
    if as_json:
        print_json(list(map(study_list.as_json, listed)))
    else:
        PlainConsole().print(draw_list(listed, now_ms))


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@click.option("--watch", is_flag=True, help="Keep watching until the study is over, or q is pressed.")  # fmt: skip
@click.option("--failures", is_flag=True, help="Show why trials failed, with their tracebacks.")
@with_json
@command
@with_storage
def status(
    settings: "Settings", name: str | None, watch: bool, failures: bool, as_json: bool
) -> None:
    """Show how a study stands.

    Without NAME the only one of the database, or, where there are more, the list of all.
    """
    from hpo.errors import UsageError
    from hpo.status import study_list
    from hpo.status import study_status as statuses
    from hpo.terminal import streams
    from hpo.terminal import watch as watching
    from hpo.terminal.console import PlainConsole, has_braille
    from hpo.terminal.study_page import draw_study
    from hpo.terminal.tables import draw_list
    from storage.database import Database
    from storage.states import Phase

    if watch + failures + as_json > 1:
        raise UsageError(
            "--watch, --failures and --json each show it their way", "give one of them"
        )
    db = Database.open(settings.storage_url)
    page = PlainConsole()
    if name is None:
        listed, now_ms = study_list.list_studies(db)
        if len(listed) != 1 and not (watch or failures or as_json):
            page.print(draw_list(listed, now_ms))
            return
        name = study_list.the_only(db)

    def concluded(status: statuses.Status) -> "Conclusion | None":
        if status.study.phase != Phase.DONE:
            return None
        # What counts is imported when there is something to count: it takes longer than all else.
        from hpo.result import finished_study
        from hpo.result.result import conclude

        return conclude(finished_study.read(db, status.study.name))

    read = statuses.read_status(db, name, with_attributes=not watch)
    if watch:
        seen = None
        with suppress(watching.Quit):
            seen = watching.watch(
                page,
                lambda: statuses.read_status(db, name),
                lambda: streams.lost() is None,
            )
        if seen is not None and (conclusion := concluded(seen)) is not None:
            say(f"Verdict: {conclusion.verdict}")
    elif failures:
        say(statuses.failure_report(read))
    elif as_json:
        conclusion = concluded(read)
        result = conclusion and conclusion.result
        told = {
            "verdict": conclusion and conclusion.verdict,
            "result": result and result.model_dump(mode="json"),
        }
        print_json(statuses.as_json(read) | told)
    else:
        page.print(draw_study(read, chart=has_braille(page), conclusion=concluded(read)))


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@click.option("--json", "target", flag_value="json", help="As --format json.")
@click.option("--format", "target", type=click.Choice(("csv", "json")), help="As data, for a spreadsheet, pandas or a program.")  # fmt: skip
@command
@with_storage
def trials(settings: "Settings", name: str | None, target: str | None) -> None:
    """Show all trials of a study, or print them as data.

    With their values, parameters, and what was kept beside these.
    """
    import csv
    import io

    from hpo.status.study_list import the_only
    from hpo.status.study_status import read_status
    from hpo.status.trial_rows import trial_rows
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_trials
    from storage.database import Database

    db = Database.open(settings.storage_url)
    read = read_status(db, name or the_only(db), with_attributes=True)
    rows = trial_rows(read)
    match target:
        case "json":
            print_json(rows)
        case "csv":
            text = io.StringIO()
            writer = csv.DictWriter(text, rows[0] if rows else [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            print_document(text.getvalue())
        case _:
            PlainConsole().print(draw_trials(read))


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@click.option("-o", "--output", type=FILE, help="The file to write; default NAME.html or NAME.md, - is stdout.")  # fmt: skip
@click.option("--format", "target", type=click.Choice(FORMATS), help="Default html, or as the file's name says.")  # fmt: skip
@with_references
@command
@with_storage
def report(
    settings: "Settings",
    name: str | None,
    output: Path | None,
    target: str | None,
    references: tuple[str, ...],
) -> None:
    """Write the report of a study: one file that needs no network. Before the study is done it tells
    how it stands."""
    from hpo.report import report_file
    from hpo.status.study_list import the_only
    from storage.database import Database

    db = Database.open(settings.storage_url, settings.artifacts)
    name = name or the_only(db)
    file = output or Path(f"{name}.{target or 'html'}")
    is_markdown = (target or file.suffix.lstrip(".")) == "md"
    text = report_file.compose(db, settings, name, is_markdown, references)
    if file == STDOUT:
        print_document(text)
        return
    report_file.write(file, text)
    click.echo(f"{file}: {len(text.encode()) / 1e6:.1f} MB")


@cloup.command()
@click.argument("first", type=STUDY)
@click.argument("second", type=STUDY)
@with_json
@command
@with_storage
def compare(settings: "Settings", first: str, second: str, as_json: bool) -> None:
    """Compare the winners of two finished studies of the same data, on the holdout.

    The difference is the FIRST minus the SECOND.
    """
    from hpo.result import finished_study, result_tables
    from hpo.result.study_comparison import compare_winners
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_head_to_head
    from storage.database import Database

    db = Database.open(settings.storage_url)
    compared = compare_winners(finished_study.read(db, first), finished_study.read(db, second))
    if as_json:
        print_document(f"{compared.model_dump_json(indent=2)}\n")
    else:
        PlainConsole().print(draw_head_to_head(result_tables.of_head_to_head(compared)))
