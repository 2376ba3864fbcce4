"""The command line as a user meets it: real commands, real processes, a real network trained."""

import json
from pathlib import Path

from PIL import Image

from tests.support.commandline import CommandLine, command_line
from tests.support.marks import on, slow


@slow("trains a network from its creation to its export")
@on("postgresql")
def test_a_digits_study_from_create_to_a_model_trained_again(shell_on: CommandLine) -> None:
    """Create, worker, status, export, train: the way of a user."""
    shell_on = shell_on.installed
    small = ("--select-top", "1", "--select-seeds", "1", "--final-seeds", "2", "--set", "epochs=2")
    shell_on.succeed("create", "mine", "--study", "digits", "--trials", "2", *small)
    worker = shell_on.start("worker", "mine", "--cpu", "1")
    out, err = worker.communicate(timeout=250)
    assert worker.returncode == 0, err
    assert out == "mine: done\n"

    watched = shell_on.succeed("status", "mine", "--watch")
    assert "\nmine: done\nVerdict: " in f"\n{watched}"
    status = json.loads(shell_on.succeed("status", "mine", "--json"))
    ended = status["jobs"]["search"]
    assert sum(ended.values()) == 2
    assert ended.get("open", 0) == ended.get("leased", 0) == 0
    assert "search" in shell_on.succeed("status", "mine")

    said = shell_on.succeed("export", "mine", "--bundle", "best")
    assert said.startswith("best: ")
    assert {"best.json", "model.keras"} <= {
        path.name for path in Path(shell_on.folder, "best").iterdir()
    }
    best = json.loads((shell_on.folder / "best" / "best.json").read_text())
    assert best["study"] == "mine"

    # No database is named, and none is made.
    elsewhere = command_line(shell_on.folder)
    said = elsewhere.succeed("train", "--config", "best/best.json", "--out", "again.keras")
    assert f"{best['training']['score']:.4f}" in said
    assert (shell_on.folder / "again.keras").stat().st_size > 0
    assert not (shell_on.folder / "hpo.db").exists()


@slow("trains networks from a folder of pictures to a bundle")
def test_a_folder_of_pictures_is_a_study_without_code(shell: CommandLine) -> None:
    """From two folders of PNGs to a verdict, and to a model that is verified and names a picture."""
    for name, lightness in (("dark", 0), ("light", 128)):
        (shell.folder / "mine" / name).mkdir(parents=True)
        for number in range(20):
            picture = Image.new("L", (12, 16), lightness + 6 * number)
            picture.save(shell.folder / "mine" / name / f"{number}.png")
    shell = shell.installed
    small = ("--select-top", "1", "--select-seeds", "1", "--final-seeds", "2", "--trials", "2")
    settings = ("--set", "data=mine", "--set", "size=8", "--set", "epochs=2")
    assert "Verdict: " in shell.succeed("run", "images", *small, *settings)
    best = json.loads((shell.folder / "exports" / "images" / "best.json").read_text())
    assert best["class_names"] == {"search": ["dark", "light"], "new": []}
    assert best["image_shape"] == [8, 8, 1]
    assert "exports/images: verified" in shell.succeed("verify", "exports/images")
    assert "mine/dark/0.png: " in shell.succeed("predict", "exports/images", "mine/dark/0.png")
