"""Completion in a real bash, by the script that `hpo completion bash` prints."""

import subprocess

from hpo.definition_loader import Definition
from hpo.study import creation
from storage.database import Database
from tests.support.commandline import HPO, CommandLine
from tests.support.finished import BUDGET
from tests.support.marks import needs, on

# What bash does when Tab is pressed: it calls the function that is registered for the command.
TAB = """
. ./hpo.bash
complete -p hpo | grep -q _hpo_completion || exit 9
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_hpo_completion "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@needs("bash")
@on("sqlite")
def test_bash_completes(db: Database, url: str, toy: Definition, shell: CommandLine) -> None:
    """Commands, and studies of the database that the environment names."""
    creation.create(db, "mine", toy, BUDGET)
    script = shell.succeed("completion", "bash")
    (shell.folder / "hpo.bash").write_text(script)

    def press(*words: str) -> str:
        return subprocess.run(
            ["bash", "-c", TAB, "bash", str(HPO), *words],
            cwd=shell.folder, env={**shell.environment, "HPO_STORAGE": url}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    assert press("st") == "status\nstop\n"
    assert press("status", "m") == "mine\n"


def test_each_shell_has_its_script(shell: CommandLine) -> None:
    """Bash, zsh and fish; another is refused."""
    for name, sign in (("bash", "complete -o"), ("zsh", "#compdef hpo"), ("fish", "complete --no")):
        assert sign in shell.invoke("completion", name).stdout
    assert shell.invoke("completion", "csh").exit_code == 2
