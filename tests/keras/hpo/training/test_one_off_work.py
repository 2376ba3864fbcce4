"""One-off work that wants Keras."""

import shutil
from pathlib import Path

import numpy as np

from hpo import definition_loader
from hpo.devices.discovery import find
from hpo.training import child, one_off_work
from hpo.training.protocol import Classified, Question, Trained, Unfit, Work
from studies.data import image_data
from studies.digits import STUDY
from tests.support.marks import slow

CPU = find(1)[0]


@slow("imports TensorFlow in processes of its own")
def test_a_model_answers_in_a_process_that_never_trained_it(tmp_path: Path) -> None:
    """A model that one child trained and saved gives in another, from its weights alone, the very
    answers that the training wrote down; a model of other layers is refused in one line."""
    digits = definition_loader.load("digits")
    data = STUDY.prepare(tmp_path / "cache")
    asked = {
        "definition": "digits", "definition_hash": digits.hash, "settings": {"epochs": 1},
        "params": dict(STUDY.baseline),
    }  # fmt: skip
    files = {"training_file": data.training_path("search"), "model_file": tmp_path / "it.keras"}
    files["holdout_file"] = data.holdout_path("search")
    named = {name: str(file) for name, file in files.items()}
    trained = one_off_work.run(
        CPU, Work.model_validate({**asked, **named, "seed": 3}), stall_seconds=300
    )
    assert isinstance(trained, Trained)
    shutil.move(tmp_path / "it.keras", tmp_path / "elsewhere.keras")
    question = Question.model_validate(
        {
            **asked,
            "n_classes": len(STUDY.data.classes),
            "model_file": str(tmp_path / "elsewhere.keras"),
            "images_file": str(data.holdout_path("search")),
        }
    )
    answer = one_off_work.run(CPU, question, stall_seconds=300)
    assert isinstance(answer, Classified)
    probabilities = np.frombuffer(answer.probabilities, "<f4").reshape(-1, question.n_classes)
    (holdout,) = [each for each in trained.evaluations if each.split == "holdout"]
    labels = image_data.load_holdout(data.holdout_path("search")).y
    assert probabilities.argmax(axis=1).astype("u1").tobytes() == holdout.predictions
    of_truth = probabilities.astype(np.float64)[np.arange(len(labels)), labels]
    losses = -np.log(np.clip(of_truth, 1e-7, 1)).astype("<f4")
    assert losses.tobytes() == holdout.losses

    params = {**STUDY.baseline, "dense_units": int(STUDY.baseline["dense_units"]) * 2}
    refused = child.classify(question.model_copy(update={"params": params}))
    assert isinstance(refused, Unfit)
    assert "does not hold the weights of this model" in refused.reason
    assert "\n" not in refused.reason
