"""The probe: a process that tells, as a child on a device would see it, what Keras can use there.

Like a child it is started with the device's environment, and only it imports what trains.
"""

import ctypes
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pydantic import BaseModel, ConfigDict, ValidationError

from hpo.devices.child_environment import ISOLATED, environment_on
from hpo.devices.discovery import Device
from studies.keras_training import keras_backend, keras_selftest

TIMEOUT_SECONDS = 120.0
# Each imports TensorFlow, which takes memory and a core.
SIDE_BY_SIDE = 2


class Seen(BaseModel):
    """What was seen: with which backend, how many GPUs, for which CUDA it was built and which one
    the driver has; `error` where nothing could be computed."""

    model_config = ConfigDict(frozen=True)

    backend: str = ""
    gpus: int = 0
    built_cuda: str = ""
    driver_cuda: str = ""
    error: str = ""


def probe(devices: Sequence[Device]) -> list[Seen]:
    """What is seen on each of these devices."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(_probe, devices))


def _probe(device: Device) -> Seen:
    try:
        done = subprocess.run(
            [sys.executable, *ISOLATED, "-m", "hpo.devices.keras_probe"],
            env=environment_on(device),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Seen(error=f"it says nothing for {TIMEOUT_SECONDS:.0f} s")
    try:
        return Seen.model_validate_json(done.stdout.splitlines()[-1] if done.stdout else "")
    except ValidationError:
        said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
        return Seen(error=f"it ended with code {done.returncode} and said {said[0]}")


def look() -> Seen:
    """What this process sees."""
    try:
        keras_selftest.train_a_little()
        sight = keras_backend.look()
    except Exception as error:
        said = " ".join(str(error).split())
        return Seen(error=f"{type(error).__name__}: {said}", driver_cuda=_driver_cuda())
    return Seen(
        backend=sight.backend,
        gpus=sight.gpus,
        built_cuda=sight.cuda,
        driver_cuda=_driver_cuda(),
    )


def _driver_cuda() -> str:
    version = ctypes.c_int()
    try:
        code = ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version))
    except OSError:  # no driver
        return ""
    return f"{version.value // 1000}.{version.value % 1000 // 10}" if code == 0 else ""


if __name__ == "__main__":
    keras_backend.quicken_import()
    print(look().model_dump_json())  # noqa: T201 - its answer
