"""The image: who it runs as, and that it holds what the lock says and nothing else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def stages() -> list[list[str]]:
    """The Dockerfile's instructions by stage, continued lines joined, without comments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    text = text.replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    starts = [at for at, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


def test_it_runs_as_somebody_who_is_not_root(stages: list[list[str]]) -> None:
    """The program is the container's first process, as a user of its own."""
    last = stages[-1]
    assert last[-1] == 'ENTRYPOINT ["hpo"]'
    assert [line for line in last if line.startswith("USER")] == ["USER hpo"]
    assert any("useradd" in line and "--uid 10001" in line for line in last)


def test_it_installs_exactly_the_lock(stages: list[list[str]]) -> None:
    """By the same uv as the Makefile's, which refuses a lock that does not fit; CUDA's libraries
    are an extra of it."""
    lines = [line for stage in stages for line in stage]
    installs = [line for line in lines if " sync " in line]
    assert len(installs) == 2
    assert all("uv sync --locked --no-dev" in line for line in installs)
    (version,) = re.findall(r"^UV_VERSION := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert any(line.endswith(f"uv=={version}") for line in lines)
    assert sum("pip install" in line for line in lines) == 1
    assert 'name = "nvidia-cudnn' in (ROOT / "uv.lock").read_text()


def test_only_what_it_copies_reaches_the_engine(stages: list[list[str]]) -> None:
    """Everything is left out of the build but what it names: no secret can get in by mistake."""
    copied = {
        name
        for stage in stages
        for line in stage
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    ignore = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert ignore[0] == "*"
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == copied
