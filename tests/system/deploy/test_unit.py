"""The systemd unit of a worker, as systemd's own checker takes it."""

import subprocess
from pathlib import Path

from tests.support.marks import needs
from tests.unit.deploy.test_unit import FILE

pytestmark = needs("systemd-analyze")


def test_systemd_itself_takes_it(tmp_path: Path) -> None:
    """It has nothing to say."""
    # It looks for the program, too.
    there = tmp_path / FILE.name
    there.write_text(FILE.read_text().replace("/opt/hpo/.venv/bin/hpo", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(there)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
