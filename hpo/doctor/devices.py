"""The devices of this machine, as the driver and as Keras see them."""

from collections.abc import Iterator

from hpo.doctor.finding import Finding, absent, broken, well
from hpo.machine import devices
from hpo.machine.devices import Device
from hpo.machine.probe import Seen, probe


def examine(cpu_slots: int | None) -> Iterator[Finding]:
    """Each device on which a worker would train; of those that are alike in all, one.

    Raises:
        UsageError: the devices that were asked for cannot be had.
    """
    found = devices.find(cpu_slots)
    yield well("devices", ", ".join(device.name for device in found))
    # Slots on the CPU differ in their names only.
    unlike = list({str(device.environment): device for device in reversed(found)}.values())[::-1]
    for device, seen in zip(unlike, probe(unlike), strict=True):
        yield from judge(device, seen)


def judge(device: Device, seen: Seen) -> Iterator[Finding]:
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
