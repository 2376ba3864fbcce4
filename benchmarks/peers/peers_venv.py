"""The venv of the peers: they are no dependencies of hpo."""

import hashlib
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def ensure(cache_folder: Path) -> Path:
    """The interpreter of a venv with what is required; made once for each text of the requirements."""
    version = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    venv = cache_folder / f"peers-{version}"
    python, whole = venv / "bin" / "python", venv / "whole"
    if not whole.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        install = ("-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS)
        subprocess.run([python, *install], check=True)
        whole.touch()
    return python
