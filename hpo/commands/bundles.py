"""Commands on bundles: written, checked, used, trained again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from hpo.bundle import EXPORTS
from hpo.commands.names import STUDY
from hpo.commands.options import (
    FILE,
    FOLDER,
    command,
    print_document,
    print_json,
    say,
    with_bundle,
    with_definition,
    with_json,
    with_references,
    with_settings,
    with_storage,
)

if TYPE_CHECKING:
    from hpo.bundle.exporter import Export
    from hpo.settings import Settings

FORMATS = ("json", "yaml", "toml", "env", "python")


@cloup.command()
@click.argument("name", type=STUDY, required=False)
@with_bundle
@click.option("--format", "target", type=click.Choice(FORMATS), help="Print the configuration alone: as data, or as a standalone Keras script.")  # fmt: skip
@click.option(
    "--model", "model_file", type=FILE, help="Write the trained model alone to this file."
)
@click.option("--tensorboard", type=FOLDER, help="Write all trials alone to this folder, for `tensorboard --logdir`.")  # fmt: skip
@click.option("--mlflow", metavar="URI", help="Log all trials alone to MLflow: http://HOST:5000, or sqlite:///mlflow.db.")  # fmt: skip
@with_json
@with_references
@command
@with_storage
def export(
    settings: "Settings",
    name: str | None,
    bundle: Path | None,
    target: str | None,
    model_file: Path | None,
    tensorboard: Path | None,
    mlflow: str | None,
    as_json: bool,
    references: tuple[str, ...],
) -> None:
    """Write the best configuration of a study with its proof and the trained model, as a bundle.

    For TensorBoard and MLflow it is the trials, and the study need not be done.
    """
    from hpo.bundle import exporter
    from hpo.errors import UsageError
    from hpo.status.study_list import the_only
    from storage.database import Database

    ways = (bundle, target, model_file, tensorboard, mlflow)
    if sum(each is not None for each in ways) > 1:
        raise UsageError(
            "--format, --bundle, --model, --tensorboard and --mlflow each export their way",
            "give one of them",
        )
    if as_json and (target or model_file):
        raise UsageError(
            "--json tells of what was written", "leave it out with --format and --model"
        )
    name = name or the_only(Database.open(settings.storage_url))
    if tensorboard is not None or mlflow is not None:
        told = _export_trials(settings, name, tensorboard, mlflow)
        if as_json:
            print_json(told)
        elif tensorboard is not None:
            click.echo(f"{told['trials']} trials, see `tensorboard --logdir {tensorboard}`")
        else:
            click.echo(f"{told['trials']} trials, nested under the run {told['run']}")
    elif model_file is not None:
        exporter.write_model(settings, name, model_file)
        click.echo(str(model_file))
    elif target is None:
        folder = bundle or EXPORTS / name
        exported = exporter.export(settings, name, folder, references)
        if as_json:
            best = exported.best.model_dump(mode="json")
            print_json({"folder": str(folder), "files": list(exported.contents), "best": best})
        else:
            print_export(exported, folder, stderr=True)
    else:
        print_document(exporter.render(settings, name, target, references))


def _export_trials(
    settings: "Settings", name: str, tensorboard: Path | None, mlflow: str | None
) -> dict[str, object]:
    """Says how many trials it exported, and what they are in."""
    from hpo.bundle import mlflow_runs, tensorboard_events
    from hpo.errors import NoResult
    from hpo.result import finished_study
    from hpo.result.result import conclude
    from hpo.status.trial_details import read_trials
    from storage.database import Database
    from storage.tables import studies

    db = Database.open(settings.storage_url)
    trials = read_trials(db, name)
    told: dict[str, object] = {"trials": len(trials)}
    if tensorboard is not None:
        tensorboard_events.write(trials, tensorboard)
        return told | {"folder": str(tensorboard)}
    with db.reading() as tx:
        study = studies.get(tx, name)
    try:
        verdict = conclude(finished_study.read(db, name)).verdict
    except NoResult as error:
        verdict = f"no verdict: {error.cause}"
    return told | {"run": mlflow_runs.log(study, trials, verdict, str(mlflow))}


def print_export(exported: "Export", folder: Path, *, stderr: bool) -> None:
    """Shows what was found and where it is now; the first of it as data, or not."""
    from hpo.bundle import manifest
    from hpo.result import result_tables
    from hpo.terminal.console import PlainConsole
    from hpo.terminal.tables import draw_result

    PlainConsole(stderr=stderr).print(draw_result(result_tables.of_result(exported.best)))
    n_files = len(exported.contents) + 1  # with the manifest of these
    click.echo(f"{folder}: {n_files} files, see {folder / manifest.CARD}")


@cloup.command()
@click.argument("folder", type=FOLDER)
@click.option("--retrain", is_flag=True, help="Train it again, too, from its seed.")
@click.option("--cpu", type=int, help="CPU slots this machine is shared by; as in the run.")
@with_json
@with_definition
@command
@with_settings
def verify(
    settings: "Settings", folder: Path, retrain: bool, as_json: bool, definition: str | None
) -> None:
    """Check a bundle: its files, its verdict, its model's predictions. No database is needed.

    Exits with 0 if all holds, else with 1. Nothing in the bundle is executed.
    """
    from hpo.bundle import verifier
    from hpo.errors import BadBundle, UsageError
    from studies.errors import SettingsError

    found = []

    def hear(sentence: str) -> None:
        found.append(sentence)
        if not as_json:
            say(sentence)

    try:
        for sentence in verifier.verify(folder, settings, definition):
            hear(sentence)
        if retrain:
            hear(f"trained again: {verifier.retrain(folder, settings, tell, definition)}")
    except (UsageError, SettingsError) as error:
        # Whatever keeps it from being verified, the answer is no.
        raise BadBundle(error.cause, error.mend) from error
    if as_json:
        print_json({"folder": str(folder), "found": found})
    else:
        say(f"{folder}: verified")


@cloup.command()
@click.argument("folder", metavar="BUNDLE", type=FOLDER)
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_json
@click.option("--cpu", type=int, hidden=True)
@with_definition
@command
@with_settings
def predict(
    settings: "Settings",
    folder: Path,
    pictures: tuple[Path, ...],
    as_json: bool,
    definition: str | None,
) -> None:
    """Classify pictures of any size with the model of a bundle: the three likeliest classes."""
    from hpo.bundle import predictor

    predictions = predictor.predict(folder, pictures, settings, definition)
    if as_json:
        found = [{"file": str(each.file), "top": dict(each.top)} for each in predictions]
        print_json(found)
        return
    for each in predictions:
        shares = "  ".join(f"{name} {100 * share:.1f}%" for name, share in each.top)
        say(f"{each.file}: {shares}")


@cloup.command()
@click.option(
    "--config", "config_file", type=FILE, required=True, help="A best.json that was exported."
)
@click.option("--out", type=FILE, help="Where to save the trained model, a .keras file.")
@click.option(
    "--cpu", type=int, help="CPU slots this machine is shared by; as in the run to be repeated."
)
@with_definition
@command
@with_settings
def train(
    settings: "Settings", config_file: Path, out: Path | None, definition: str | None
) -> None:
    """Train an exported configuration again, without any database."""
    from hpo.bundle import retraining

    say(retraining.train(config_file, settings, out, tell, definition))


def tell(epoch: int, score: float) -> None:
    """Shows an epoch of a training."""
    click.echo(f"epoch {epoch}: {score:.4f}", err=True)
