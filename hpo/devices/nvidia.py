"""NVIDIA's GPUs, asked of their driver through its library, NVML."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hpo.errors import UsageError

AMPERE = 8
"""The compute capability with which bfloat16 came."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gpu:
    """What one process can have: a whole GPU, or a slice of one that is cut up (MIG)."""

    index: str
    """As `nvidia-smi` counts, by the bus; of a slice that of its GPU, a colon, and its own."""
    uuid: str
    model: str
    memory_bytes: int | None
    """None where it shares the host's."""
    whole_uuid: str
    """Of the GPU that it is, or is a slice of."""
    has_bfloat16: bool = True
    """Since Ampere they compute in it."""

    def is_meant_by(self, entry: str) -> bool:
        """Whether an index or a UUID names this, or the GPU that it is a slice of. UUIDs of GPUs may
        be abbreviated, as CUDA has it."""
        indices = (self.index, self.index.partition(":")[0])
        is_begun = entry.startswith("GPU-") and self.whole_uuid.startswith(entry)
        return entry in indices or entry == self.uuid or is_begun


@dataclass(frozen=True)
class Readings:
    """What a device's instruments say; None for what it does not have, or does not tell."""

    utilisation_percent: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    temperature_celsius: float | None = None
    power_watts: float | None = None


def listed() -> list[Gpu]:
    """All of this machine; none where no driver is installed.

    Raises:
        UsageError: there is a driver, and it does not work.
    """
    nvml = _library()
    if nvml is None:
        return []
    try:
        count: int = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError as error:
        raise _broken(error) from error
    found: list[Gpu] = []
    for index in range(count):
        try:
            found += _parts(nvml, index)
        except nvml.NVMLError as error:  # the others may be well
            log.warning("GPU %s is left out: %s", index, error)
            if index == count - 1 and not found:
                raise _broken(error) from error
    return found


def read(uuid: str) -> Readings:
    """What the instruments of a GPU or slice say at this moment; raises nothing."""
    memory = _ask(uuid, lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu))
    use = _ask(uuid, lambda nvml, gpu: nvml.nvmlDeviceGetUtilizationRates(gpu))
    milliwatts = _ask(uuid, lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu))
    return Readings(
        utilisation_percent=None if use is None else float(use.gpu),
        memory_used_bytes=None if memory is None else int(memory.used),
        memory_total_bytes=None if memory is None else int(memory.total),
        temperature_celsius=_ask(
            uuid, lambda nvml, gpu: nvml.nvmlDeviceGetTemperature(gpu, nvml.NVML_TEMPERATURE_GPU)
        ),
        power_watts=None if milliwatts is None else milliwatts / 1000,
    )


def energy_joules(uuid: str) -> float | None:
    """What a GPU has used since its driver was loaded; None where it does not count, as slices do
    not. Raises nothing."""
    millijoules = _ask(uuid, lambda nvml, gpu: nvml.nvmlDeviceGetTotalEnergyConsumption(gpu))
    return None if millijoules is None else millijoules / 1000


@cache
def _library() -> Any | None:
    """NVML, ready for use, for as long as this process lives; None where no driver is installed."""
    import pynvml  # type: ignore[import-untyped]  # NVIDIA ships no types

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        return None
    except pynvml.NVMLError as error:
        raise _broken(error) from error
    return pynvml


def _broken(error: Exception) -> UsageError:
    return UsageError(
        f"the NVIDIA driver does not work ({error})", "mend it, or train on the CPU with --cpu N"
    )


def _parts(nvml: Any, index: int) -> Iterator[Gpu]:
    """The GPU of that index; where it is cut up, its slices, for then it cannot be used whole."""
    whole = nvml.nvmlDeviceGetHandleByIndex(index)
    uuid = nvml.nvmlDeviceGetUUID(whole)
    try:
        is_cut, _ = nvml.nvmlDeviceGetMigMode(whole)
    except nvml.NVMLError:  # it cannot be cut, or its driver is older than that
        is_cut = nvml.NVML_DEVICE_MIG_DISABLE
    if is_cut != nvml.NVML_DEVICE_MIG_ENABLE:
        yield _gpu(nvml, whole, str(index), uuid)
        return
    for number in range(nvml.nvmlDeviceGetMaxMigDeviceCount(whole)):
        try:
            part = nvml.nvmlDeviceGetMigDeviceHandleByIndex(whole, number)
        except nvml.NVMLError_NotFound:
            continue  # so many there could be
        yield _gpu(nvml, part, f"{index}:{number}", uuid)


def _gpu(nvml: Any, handle: Any, index: str, whole_uuid: str) -> Gpu:
    try:
        memory_bytes = int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
    except nvml.NVMLError_NotSupported:
        memory_bytes = None
    try:
        major, _ = nvml.nvmlDeviceGetCudaComputeCapability(handle)
    except nvml.NVMLError:  # whoever cannot be asked is measured
        major = AMPERE
    uuid, model = nvml.nvmlDeviceGetUUID(handle), nvml.nvmlDeviceGetName(handle)
    return Gpu(index, uuid, model, memory_bytes, whole_uuid, major >= AMPERE)


def _ask(uuid: str, question: Callable[[Any, Any], Any]) -> Any | None:
    try:
        nvml = _library()
    except UsageError:
        return None
    if nvml is None:
        return None
    try:
        return question(nvml, nvml.nvmlDeviceGetHandleByUUID(uuid))
    except nvml.NVMLError:
        return None
