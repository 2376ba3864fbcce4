"""What a supervisor and its children say to each other."""

from hpo.training.protocol import Work


def test_parameters_keep_their_types() -> None:
    """On their way to a child a truth stays one, and a whole number and a real one that are equal are
    told apart."""
    params = {"norm": True, "depth": 1, "rate": 1.0, "kind": "1"}
    work = Work.model_validate(
        {
            "definition": "x", "definition_hash": "y", "settings": {}, "params": params,
            "seed": 0, "training_file": "z",
        }
    )  # fmt: skip
    told = Work.model_validate_json(work.model_dump_json()).params
    assert [(name, type(value), value) for name, value in told.items()] == [
        (name, type(value), value) for name, value in params.items()
    ]
