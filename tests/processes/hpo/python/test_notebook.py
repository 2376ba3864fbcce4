"""The notebook of the documentation, run from top to bottom by a kernel, as a reader runs it."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import hpo
from tests.support.marks import slow

NOTEBOOK = Path(__file__).parents[4] / "docs" / "tasks" / "notebook.ipynb"


@slow("it has a kernel run for half a minute")
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cell of it raises, and what it made is there: two studies with their verdicts, a report and a bundle."""
    for name in [name for name in os.environ if name.startswith("HPO_")]:
        monkeypatch.delenv(name)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call] # has none
    kernel = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=250, resources=kernel).execute()
    storage = f"sqlite:///{tmp_path / 'notebook.db'}"
    studies = {each["name"]: each["phase"] for each in hpo.list_studies(storage=storage)}
    assert studies == {"digits-keras": "done", "digits-mlp": "done"}
    said = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    for name in studies:
        verdict = hpo.open_study(name, storage=storage).verdict
        assert verdict is not None and verdict in said
    assert "IProgress" not in said
    assert (tmp_path / "digits-mlp.html").is_file()
    assert (tmp_path / "exports" / "digits-keras" / "best.json").is_file()
