"""The short version of `make chaos`, with a fixed seed."""

from pathlib import Path

from tests.chaos import ordeal, server
from tests.chaos.chronicle import Chronicle
from tests.support.marks import slow


@slow("makes chaos for half a minute")
def test_a_study_comes_through(tmp_path: Path) -> None:
    """Whatever is done to workers and to the server meanwhile, a study ends with exactly the asked
    number of trials, and with nothing left over."""
    chronicle = Chronicle()
    with server.running() as patient:
        ordeal.undergo(ordeal.TOY, "1", patient, tmp_path / "toy", chronicle)
    assert chronicle.counts["kills"], chronicle.summary
