"""The venv of the peers: they are no dependencies of hpo. In theirs and in ours all is compiled before
anybody's time begins, as it is where a tool has run before."""

import compileall
import hashlib
import subprocess
import sys
import sysconfig
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def ensure(cache_folder: Path) -> Path:
    """The interpreter of a venv with what is required; made once for each text of the requirements."""
    version = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    venv = cache_folder / f"peers-{version}"
    python, whole = venv / "bin" / "python", venv / "whole"
    if not whole.exists():
        uv = Path(sys.executable).with_name("uv")
        made = (uv, "venv", "--quiet", "--clear", "--python", sys.executable, venv)
        subprocess.run(made, check=True)
        packages = ("--compile-bytecode", "--python", python, "--requirement", REQUIREMENTS)
        subprocess.run((uv, "pip", "install", "--quiet", *packages), check=True)
        whole.touch()
    return python


def compile_ours() -> None:
    """What is compiled already is passed over."""
    compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2, workers=0)
