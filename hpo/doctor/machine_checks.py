"""This machine: its devices, as the driver and as Keras see them, and the folders it writes to."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from hpo.devices.discovery import Device
from hpo.devices.keras_probe import Seen, probe
from hpo.doctor.finding import Finding, absent, broken, minded, well

LEAST_BYTES = 512 << 20
FEW_BYTES = 4 << 30


def check_devices(found: Sequence[Device]) -> Iterator[Finding]:
    """Each of the devices on which a worker would train; of those that are alike in all, one."""
    yield well("devices", ", ".join(device.name for device in found))
    # Slots on the CPU, or on one GPU, differ in their names only.
    unlike = list({str(device.environment): device for device in reversed(found)}.values())[::-1]
    for device, seen in zip(unlike, probe(unlike), strict=True):
        yield from judge_device(device, seen)


def judge_device(device: Device, seen: Seen) -> Iterator[Finding]:
    """What to think of a device on which that was seen."""
    if seen.error:
        yield broken(
            device.name, seen.error, "run `hpo try digits --debug` there, see its traceback"
        )
        return
    used = f"{seen.backend} computes on it" + (f" ({device.kind})" if device.kind else "")
    if not device.name.startswith("gpu"):
        yield well(device.name, used)
        return
    if seen.gpus == 1:
        yield well(device.name, used)
    else:
        yield broken(
            device.name,
            f"{seen.backend} sees {seen.gpus} GPUs where it is given this one",
            "install what lets it use GPUs, pip install 'tensorflow[and-cuda]' or 'jax[cuda12]'",
        )
    yield _cuda(device, seen)


def _cuda(device: Device, seen: Seen) -> Finding:
    name = f"{device.name} cuda"
    if not seen.driver_cuda:
        return broken(name, "there is no driver library (libcuda)", "install NVIDIA's driver")
    if not seen.built_cuda:
        return absent(name, f"the driver has {seen.driver_cuda}, {seen.backend} does not say")
    both = f"the driver has {seen.driver_cuda}, {seen.backend} was built for {seen.built_cuda}"
    # Within a major version CUDA promises that either may be the older.
    if int(seen.driver_cuda.split(".")[0]) < int(seen.built_cuda.split(".")[0]):
        return broken(name, both, "update NVIDIA's driver")
    return well(name, both)


def check_folder(name: str, folder: Path, setting: str) -> Finding:
    """Whether it can be written and has room; one that is not there yet is not made."""
    places = (folder.absolute(), *folder.absolute().parents)
    try:
        there = next(each for each in places if each.exists())
        with tempfile.TemporaryFile(dir=there):
            free_bytes = shutil.disk_usage(there).free
    except OSError as error:
        return broken(name, f"{folder} cannot be written ({error.strerror})", f"set {setting}")
    said = f"{folder}, {free_bytes / (1 << 30):.1f} GiB free"
    if free_bytes < LEAST_BYTES:
        return broken(name, said, f"make room, or set {setting}")
    if free_bytes < FEW_BYTES:
        return minded(name, said, f"make room, or set {setting}: journals grow while it is away")
    return well(name, said)
