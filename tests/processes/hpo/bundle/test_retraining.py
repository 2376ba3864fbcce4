"""Training an exported configuration again, from its file alone."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hpo import provenance
from hpo.bundle import retraining
from hpo.bundle.exporter import Export
from hpo.definition_loader import Definition
from hpo.errors import DefinitionError, UsageError, WorkFailed
from hpo.settings import Settings
from hpo.training.one_off_work import Tell
from studies.data.prepared_data import PreparedData
from studies.errors import SettingsError

Retrain = Callable[..., retraining.Retrained]


@pytest.fixture(scope="session")
def config(toy_export: Export, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The best.json of a study that was really trained."""
    folder = tmp_path_factory.mktemp("exported") / "toy"
    toy_export.write(folder)
    return folder / "best.json"


@pytest.fixture
def again(config: Path, toy: Definition, toy_data: PreparedData) -> Retrain:
    """Trains it again; what is given takes the place of the ordinary."""
    settings = Settings(cpu_slots=2, cache_dir=toy_data.folder.parent)

    def train(
        config: Path = config,
        output: Path | None = None,
        tell: Tell = lambda epoch, score: None,
        definition: str | None = toy.reference,
    ) -> retraining.Retrained:
        return retraining.train(config, settings, output, tell, definition)

    return train


@pytest.fixture
def changed(config: Path, tmp_path: Path) -> Callable[..., Path]:
    """The exported file with some of its values changed."""

    def change(**values: Any) -> Path:
        content = json.loads(config.read_bytes()) | values
        file = tmp_path / "changed.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    return change


def test_it_gives_the_same_score_and_the_same_model(
    toy_export: Export, again: Retrain, tmp_path: Path
) -> None:
    """Every epoch is told, and the model saved is byte for byte the exported one."""
    told: list[tuple[int, float]] = []
    output = tmp_path / "models" / "again.keras"
    found = again(output=output, tell=lambda epoch, score: told.append((epoch, score)))
    assert found.is_same
    assert found.score == toy_export.best.training.score
    assert [epoch for epoch, _ in told] == list(range(1, 9))
    assert told[-1][1] == found.score
    assert output.read_bytes() == toy_export.contents["model.bin"]
    assert [path.name for path in output.parent.iterdir()] == ["again.keras"]
    assert "exactly as exported" in str(found)
    assert f"model saved to {output}" in str(found)


def test_another_score_is_told_with_what_differs(
    again: Retrain, changed: Callable[..., Path], toy_export: Export
) -> None:
    """Both scores, and the versions that are others now."""
    training = toy_export.best.training.model_dump(mode="json")
    training["provenance"]["versions"]["keras"] = "1.0"
    training["score"] = 0.125
    found = again(config=changed(training=training))
    assert not found.is_same
    assert "exported were score 0.1250" in str(found)
    assert f"they differ by {found.score - 0.125:.2g} and 0\n" in str(found)
    assert f"keras {provenance.versions()['keras']}, was 1.0" in str(found)


def test_without_an_output_no_model_is_saved(again: Retrain) -> None:
    """Only the score is asked for."""
    found = again()
    assert found.model is None
    assert found.is_same


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[1, 2]", "is no exported configuration"),
        ("{}", "is no exported configuration .study: Field required."),
        ('{"format": 2}', "has format 2, this hpo reads 5"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_one_line(
    again: Retrain, tmp_path: Path, content: str, message: str
) -> None:
    """The file is named, with what is wrong with it."""
    file = tmp_path / "best.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        again(config=file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(again: Retrain, tmp_path: Path) -> None:
    """As any other file that cannot be read."""
    with pytest.raises(UsageError, match=r"none.json cannot be read \(No such file"):
        again(config=tmp_path / "none.json")


@pytest.mark.parametrize(
    ("values", "definition", "message"),
    [
        ({}, None, "'toy' is not built in: give its file"),
        ({}, "digits", "digits defines 'digits': give the file of 'toy'"),
        ({"definition_hash": "0" * 64}, "toy", "another version of 'toy'"),
    ],
)
def test_another_definition_is_refused_by_name(
    again: Retrain,
    changed: Callable[..., Path],
    toy: Definition,
    values: dict[str, str],
    definition: str | None,
    message: str,
) -> None:
    """Code never comes from the file: this machine has the same definition, or trains nothing."""
    reference = toy.reference if definition == "toy" else definition
    with pytest.raises(DefinitionError, match=message):
        again(config=changed(**values), definition=reference)


def test_other_data_is_refused(again: Retrain, changed: Callable[..., Path]) -> None:
    """A score on other images could not be compared."""
    with pytest.raises(
        UsageError, match=r"data of 'toy' here is not what study .toy. was run with"
    ):
        again(config=changed(data_sha256="0" * 64))


@pytest.mark.parametrize("name", ["model.h5", "a file/model.keras"])
def test_an_output_that_cannot_be_written_is_refused_before_training(
    again: Retrain, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody trains for an hour to learn that. What Keras saves ends in .keras."""
    monkeypatch.setattr(retraining, "has_own_trainer", lambda _: False)
    (tmp_path / "a file").write_text("")
    told: list[int] = []
    with pytest.raises(UsageError, match="model"):
        again(output=tmp_path / name, tell=lambda epoch, score: told.append(epoch))
    assert told == []


def test_a_trainer_of_its_own_saves_under_any_name(again: Retrain, tmp_path: Path) -> None:
    """What it saves need not be Keras's."""
    output = tmp_path / "model.bin"
    assert again(output=output).is_same
    assert output.stat().st_size
    assert [path.name for path in tmp_path.glob("*.bin")] == ["model.bin"]


def test_a_training_that_raises_says_so_and_leaves_no_file(
    again: Retrain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line; where it was raised is a note."""
    monkeypatch.setenv("TOY_EPOCH_SECONDS", "soon")
    output = tmp_path / "models" / "again.keras"
    with pytest.raises(WorkFailed, match="the definition raises ValueError: could not") as caught:
        again(output=output)
    assert "\n" not in str(caught.value)
    assert "Traceback" in caught.value.__notes__[0]
    assert list(output.parent.iterdir()) == []


def test_parameters_outside_the_space_are_refused(
    toy_export: Export, again: Retrain, changed: Callable[..., Path]
) -> None:
    """Before anything is trained with them."""
    winner = toy_export.best.winner.model_dump(mode="json") | {"params": {"kind": "good"}}
    with pytest.raises(SettingsError, match="parameter 'x' has no value"):
        again(config=changed(winner=winner))


def test_a_child_that_dies_is_told(
    again: Retrain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With what it last printed, instead of waiting for ever."""
    # The child's Python fails at its start, for want of its home.
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    with pytest.raises(WorkFailed, match="the child exited with code 1"):
        again()


def test_nothing_here_imports_what_only_some_need() -> None:
    """The command line answers at once: only a child of it trains, and only who reads a page, a chart
    or a terminal waits for what draws them."""
    modules = "hpo.cli, hpo.result.result_tables, hpo.report.html, hpo.report.markdown, hpo.bundle.model_card, hpo.bundle.exporter, hpo.bundle.parameter_formats, hpo.bundle.predictor, hpo.bundle.retraining, hpo.bundle.standalone_script, hpo.bundle.verifier"
    late = {"tensorflow", "keras", "jax", "rich", "jinja2", "plotly", "h5py"}
    code = f"import sys, {modules}; print({late} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "set()", done.stderr
