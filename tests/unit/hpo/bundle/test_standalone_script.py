"""The standalone script: what it says, and of what there is none."""

import ast
from importlib.metadata import version
from pathlib import Path

import pytest

from hpo import definition_loader, provenance
from hpo.bundle.standalone_script import standalone
from hpo.definition_loader import Definition
from hpo.errors import UsageError
from tests.support.scripts import Export, own_definition


def test_its_head_says_where_it_comes_from(exported: Export) -> None:
    """Whatever was written there, it remains the script's docstring."""
    definition = definition_loader.load("digits")
    device = provenance.of_device('a """quick"""\nC:\\new')
    best = exported(definition, {}, provenance=device).model_copy(update={"study": 'of "him"'})
    docstring = ast.get_docstring(ast.parse(standalone(definition, best)))
    assert docstring is not None
    words = " ".join(docstring.split())
    for part in (
        "the study 'of \"him\"'",
        best.verdict,
        "a '''quick''' C:\\new",
        f"sha256 {definition.hash}",
        f"sha256 {best.data_sha256}",
        f"tensorflow=={version('tensorflow')} keras=={version('keras')}",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("named", "uses UNITS, np from outside of it"),
        ("outer()", "uses units from outside of it"),
        ("defaulted", "uses UNITS from outside of it"),
        ("Model().build", "is no function that stands by itself"),
        ("lambda params, image_shape, n_classes: None", "is no function that stands by itself"),
        ("print", "is no function that stands by itself"),
    ],
)
def test_a_model_that_needs_more_than_its_function_is_refused(
    exported: Export, tmp_path: Path, build: str, message: str
) -> None:
    """The names are told, in one line: what stands elsewhere is not gathered."""
    definition = own_definition(tmp_path, build)
    with pytest.raises(UsageError, match=f"'own' without hpo, for its build_model {message}: "):
        standalone(definition, exported(definition, {}))


def test_a_trainer_of_its_own_is_refused(toy: Definition, exported: Export) -> None:
    """The script knows but the one way to train."""
    with pytest.raises(UsageError, match="'toy' without hpo, for it brings a trainer of its own"):
        standalone(toy, exported(toy, {}))
