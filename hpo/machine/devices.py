"""What this machine can train on: one slot for each NVIDIA GPU, else a few CPU slots."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import takewhile

import psutil

from hpo.errors import UsageError

MAX_CPU_SLOTS = 8
ANSWER_SECONDS = 30.0
# What a child with TensorFlow and a small model takes, with room for the images.
SLOT_MEMORY_BYTES = 2 << 30


@dataclass(frozen=True)
class Device:
    """Where one slot's child trains; `environment` pins it there before anything is imported."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)


def find(cpu_slots: int | None = None) -> list[Device]:
    """The devices to use; `cpu_slots` asks for that many CPU slots and no GPU.

    Raises:
        UsageError: a number of slots this machine cannot have.
    """
    if cpu_slots is None and (gpus := _gpus()):
        return gpus
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = cores or 1
    if cpu_slots is None:
        by_memory = psutil.virtual_memory().total // SLOT_MEMORY_BYTES
        cpu_slots = max(1, min(cores, int(by_memory), MAX_CPU_SLOTS))
    if cpu_slots < 1:
        raise UsageError(f"{cpu_slots} CPU slots cannot train anything: ask for 1 or more")
    threads = str(max(1, cores // cpu_slots))
    environment = {
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": "1",
    }
    return [Device(f"cpu:{index}", environment) for index in range(cpu_slots)]


def _gpus() -> list[Device]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        listed = [name.strip() for name in visible.split(",") if name.strip()]
        names = list(takewhile(lambda name: name != "-1", listed))  # as CUDA itself reads it
    else:
        names = _listed_gpus()
    return [
        Device(
            f"gpu:{name}",
            {"CUDA_VISIBLE_DEVICES": name, "TF_FORCE_GPU_ALLOW_GROWTH": "true"},
        )
        for name in names
    ]


def _listed_gpus() -> list[str]:
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            "nvidia-smi does not answer: mend the GPU driver, or train on the CPU with --cpu N"
        ) from None
    return listed.stdout.split() if listed.returncode == 0 else []
