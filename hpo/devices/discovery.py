"""What this machine can train on: slots on its NVIDIA GPUs, else a few CPU slots."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from hpo import provenance
from hpo.devices import nvidia
from hpo.devices.nvidia import Gpu
from hpo.errors import UsageError
from studies.keras_training.keras_backend import MEMORY_VARIABLE

if TYPE_CHECKING:
    # A child has to do with devices, and nothing with where a database is.
    from hpo.settings import Settings

MAX_CPU_SLOTS = 8
# What a child with TensorFlow and a small model takes, with room for the images.
SLOT_MEMORY_BYTES = 2 << 30
# What x86 and ARM call it; without any of these it is computed in float32, and rounded.
BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
# Of a GPU's memory, what its slots may share; each child's context takes some of the rest.
SHARED_MEMORY = 0.9


@dataclass(frozen=True)
class Device:
    """Where one slot's child trains; `environment` pins it there before anything is imported.
    Devices of equal `kind` give equal numbers; it is empty where it is not known. Those of equal
    `memory` share it. A GPU has a `uuid`, and `share` slots train on it side by side. What its children
    compile is kept in the folder `programs`."""

    name: str
    kind: str
    environment: dict[str, str] = field(default_factory=dict)
    memory: str = "host"
    uuid: str | None = None
    share: int = 1
    programs: Path | None = None
    has_bfloat16: bool = False
    """It computes in bfloat16, as far as can be told without trying."""


def find(
    cpu_slots: int | None = None, chosen: str | None = None, per_device: int = 1
) -> list[Device]:
    """The devices to use: `per_device` slots on each GPU that this process may see, or on those of
    the indices and UUIDs in `chosen`; `cpu_slots` asks for that many CPU slots and no GPU.

    Raises:
        UsageError: what this machine cannot have, or a driver that does not work.
    """
    if cpu_slots is not None:
        if chosen is not None:
            raise UsageError(
                "--devices chooses GPUs and --cpu leaves them alone", "keep one of them"
            )
        return _cpus(cpu_slots)
    gpus = _visible()
    if chosen is not None:
        gpus = _chosen(gpus, chosen)
    return _slots(gpus, per_device) if gpus else _cpus(None)


def find_for(settings: "Settings") -> list[Device]:
    """The devices that this machine is to use, by its settings.

    Raises:
        UsageError: see `find`.
    """
    programs = settings.cache_folder / "programs"
    found = find(settings.cpu_slots, settings.devices, settings.per_device)
    return [replace(device, programs=programs) for device in found]


def oom_kills() -> int:
    """How many processes this system has killed because memory ran out, since it started."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:  # no Linux
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _cpus(number: int | None) -> list[Device]:
    cores = provenance.cores()
    if number is None:
        by_memory = psutil.virtual_memory().total // SLOT_MEMORY_BYTES
        number = max(1, min(cores, int(by_memory), MAX_CPU_SLOTS))
    if number < 1:
        raise UsageError(f"{number} CPU slots cannot train anything", "ask for 1 or more")
    threads = str(max(1, cores // number))
    environment = {
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": "1",
    }
    kind = f"{_processor()}, {threads} thread{'s' * (threads != '1')}"
    has_bfloat16 = not BFLOAT16.isdisjoint(_told_of_processor("flags", "Features").split())
    return [
        Device(f"cpu:{index}", kind, environment, has_bfloat16=has_bfloat16)
        for index in range(number)
    ]


def _processor() -> str:
    # The second starts a process on some systems, only to say less.
    return _told_of_processor("model name") or platform.processor() or platform.machine()


def _told_of_processor(*keys: str) -> str:
    """What Linux says under the first of these keys, of the first core; nothing elsewhere."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    told = (line.partition(":")[2].strip() for line in lines if line.startswith(keys))
    return next(told, "")


def _visible() -> list[Gpu]:
    """What a scheduler or a person lets this process see. As CUDA reads it, an entry that names
    nothing ends the list, -1 among them."""
    variable = os.environ.get("CUDA_VISIBLE_DEVICES")
    if variable is None:
        return nvidia.listed()
    seen: dict[str, Gpu] = {}
    entries = [entry.strip() for entry in variable.split(",")]
    if entries[0] in ("", "-1"):
        return []  # without a look at the driver, which may be why they are hidden
    gpus = nvidia.listed()
    for entry in entries:
        meant = _meant(gpus, entry)
        if not meant:
            break
        seen |= {gpu.uuid: gpu for gpu in meant}
    return list(seen.values())


def _chosen(gpus: Sequence[Gpu], entries: str) -> list[Gpu]:
    there = ", ".join(f"{gpu.index} ({gpu.model}, {gpu.uuid})" for gpu in gpus)
    if not gpus:
        raise UsageError(
            f"--devices {entries}: no GPU can be seen here", "leave it out to train on the CPU"
        )
    chosen: dict[str, Gpu] = {}
    for entry in (entry.strip() for entry in entries.split(",")):
        meant = _meant(gpus, entry)
        if not meant:
            raise UsageError(
                f"--devices {entries}: there is no GPU '{entry}'", f"there are {there}"
            )
        if any(gpu.uuid in chosen for gpu in meant):
            raise UsageError(f"--devices {entries}: '{entry}' is named twice", f"there are {there}")
        chosen |= {gpu.uuid: gpu for gpu in meant}
    return list(chosen.values())


def _meant(gpus: Sequence[Gpu], entry: str) -> list[Gpu]:
    """The GPU that an entry names, or all slices of it; none if it could be one or another."""
    meant = [gpu for gpu in gpus if gpu.is_meant_by(entry)]
    return meant if len({gpu.whole_uuid for gpu in meant}) == 1 else []


def _slots(gpus: Sequence[Gpu], per_device: int) -> list[Device]:
    threads = str(max(1, provenance.cores() // (len(gpus) * per_device)))
    return [
        Device(
            f"gpu:{gpu.index}" if per_device == 1 else f"gpu:{gpu.index}/{number}",
            gpu.model,
            {
                "CUDA_VISIBLE_DEVICES": gpu.uuid,
                "OMP_NUM_THREADS": threads,
                "TF_NUM_INTRAOP_THREADS": threads,
                "TF_NUM_INTEROP_THREADS": threads,
                "TF_FORCE_GPU_ALLOW_GROWTH": "true",
                "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            }
            | _limits(gpu, per_device),
            memory=f"gpu:{gpu.uuid}",
            uuid=gpu.uuid,
            share=per_device,
            has_bfloat16=gpu.has_bfloat16,
        )
        for gpu in gpus
        for number in range(per_device)
    ]


def _limits(gpu: Gpu, share: int) -> dict[str, str]:
    """What keeps a child to its part of a GPU's memory; alone it may have all of it."""
    if share == 1:
        return {}
    part = SHARED_MEMORY / share
    limits = {"XLA_PYTHON_CLIENT_MEM_FRACTION": f"{part:.3f}"}  # JAX reads it
    if gpu.memory_bytes is not None:
        # TensorFlow has no such variable; studies read this one for it.
        limits[MEMORY_VARIABLE] = str(int(part * gpu.memory_bytes) >> 20)
    return limits
