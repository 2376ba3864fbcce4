"""The compose files, as Compose itself takes them."""

import os
import shutil
import subprocess

from tests.unit.deploy.test_compose import FILES, ROOT


def test_compose_itself_takes_them() -> None:
    """It says so of each combination."""
    docker = shutil.which("docker")
    assert docker is not None, "install docker.io and docker-compose"
    assert _compose(docker, "version").returncode == 0
    for files in (FILES[:1], FILES):
        named = [word for file in files for word in ("--file", str(ROOT / file))]
        done = _compose(docker, *named, "config", "--quiet")
        assert (done.returncode, done.stderr) == (0, "")


def _compose(docker: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HPO_")}
    return subprocess.run(
        [docker, "compose", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
