"""NVIDIA's driver library, made for tests: NVML's own Python package runs against it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("nvml.c")


@dataclass(frozen=True)
class Driver:
    """The library in `folder`; a process that starts with `environment` finds it."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> "Driver":
        """Compiles it into that folder."""
        library = folder / "libnvidia-ml.so.1"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        return cls(folder)

    def environment(self, scenario: str) -> dict[str, str]:
        """What a process sees of it; `nvml.c` says which scenarios there are."""
        paths = (str(self.folder), os.environ.get("LD_LIBRARY_PATH"))
        return {"FAKE_NVML": scenario, "LD_LIBRARY_PATH": ":".join(path for path in paths if path)}

    def answer(self, code: str, scenario: str, **environment: str) -> Any:
        """What `code` prints, as JSON, in a process of its own that finds this driver."""
        inherited = {k: v for k, v in os.environ.items() if k != "CUDA_VISIBLE_DEVICES"}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=inherited | self.environment(scenario) | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return json.loads(done.stdout)
