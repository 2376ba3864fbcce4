"""`hpo doctor` as a person, and a program, meets it."""

from tests.conftest import DEFINITIONS
from tests.support.commandline import CommandLine
from tests.support.marks import on, slow

TOY = str(DEFINITIONS / "toy.py")


@slow("imports TensorFlow in processes of its own")
@on("sqlite")
def test_a_machine_that_is_well(shell_on: CommandLine) -> None:
    """Exits with 0; in a pipe each line stands alone, without colours."""
    shell_on.succeed("create", "mine", "--study", TOY, "--trials", "4")
    said = shell_on.succeed("doctor", "mine", "--study", TOY, "--cpu", "1").splitlines()
    assert all(line.startswith(("ok    ", "none  ", "warn  ", "      mend:")) for line in said)
    assert "ok    definition of mine: toy" in "\n".join(said)
    assert any(line.startswith("ok    cpu:0: tensorflow computes on it") for line in said)
