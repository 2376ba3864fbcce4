"""What a person waits for who asks for little: from Enter to the answer, of whole processes.

    python -m benchmarks.start_up --repetitions 11

On SQLite, of a study of 40 trials that is done, with a verdict to count. Goals: help, and what a shell completes,
in 0.2 and 0.5 seconds; what looks at studies in less than one. User time says what it would take on a machine that
does nothing else.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from hpo import definition_loader
from hpo.study import creation
from storage.database import Database
from storage.records import JobRecord, StudyRecord
from storage.states import Phase
from tests.conftest import DEFINITIONS
from tests.support.finished import BUDGET, WINNER, Outcome, carry_out, usual

HPO = Path(sys.executable).with_name("hpo")
TRIALS = 40
COMPLETE = {"_HPO_COMPLETE": "bash_complete", "COMP_WORDS": "hpo status t", "COMP_CWORD": "2"}
ASKED: dict[str, tuple[list[str], dict[str, str]]] = {
    "hpo --help": (["--help"], {}),
    "hpo status t[Tab]": ([], COMPLETE),
    "hpo list": (["list"], {}),
    "hpo trials toy": (["trials", "toy"], {}),
    "hpo status toy": (["status", "toy"], {}),
}


def _train(study: StudyRecord, job: JobRecord) -> Outcome:
    if job.phase == Phase.FINAL:
        return usual(study, job)
    return Outcome(score=0.9 if job.configuration == WINNER else 0.5)


def _ask(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the wall, and of user time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    began = time.perf_counter()
    subprocess.run(
        [HPO, *arguments], env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True
    )
    wall = time.perf_counter() - began
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    """Prints the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=11)
    repetitions = parser.parse_args().repetitions
    table = Table("", "seconds", "user", box=box.MARKDOWN)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hpo.db"
        db = Database.create(url)
        toy = definition_loader.load(str(DEFINITIONS / "toy.py"))
        carry_out(db, creation.create(db, "toy", toy, replace(BUDGET, trials=TRIALS)), _train)
        db.close()
        for said, (arguments, environment) in ASKED.items():
            asked = [
                _ask(arguments, {**environment, "HPO_STORAGE": url}) for _ in range(repetitions)
            ]
            wall, user = (median(each) for each in zip(*asked, strict=True))
            table.add_row(said, f"{wall:.2f}", f"{user:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
