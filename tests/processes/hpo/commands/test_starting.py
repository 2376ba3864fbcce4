"""A file of one's own to begin with."""

from tests.support.commandline import CommandLine
from tests.support.marks import slow


def test_nothing_is_written_over(shell: CommandLine) -> None:
    """What is there stays; a name that cannot be one is refused."""
    (shell.folder / "mine.json").write_text("{}")
    assert (
        shell.fail("init", "mine", code=2) == "hpo: there is mine.json already: choose another NAME"
    )
    assert not (shell.folder / "mine.py").exists()
    assert (shell.folder / "mine.json").read_text() == "{}"
    assert "cannot name a study" in shell.fail("init", "../mine", code=2)


@slow("trains ten networks of an objective")
def test_what_is_written_runs_at_once(shell: CommandLine) -> None:
    """With the command that is shown, to its verdict; here with fewer epochs and calls."""
    told = shell.succeed("init", "mine")
    file = shell.folder / "mine.py"
    assert told.startswith("mine.py and mine.json: hpo run mine.py:objective ")
    _, _, called = told.partition("hpo run ")
    assert f"hpo run {called.strip()}" in file.read_text()
    file.write_text(file.read_text().replace("EPOCHS = 20", "EPOCHS = 2"))
    options = called.replace("--trials 20", "--trials 4").replace("seeds 6", "seeds 2").split()
    done = shell.succeed("run", *options, "--select-top", "1", "--select-seeds", "1")
    assert "Verdict: " in done and "on 133 unseen examples, over 2 seeds a side" in done
