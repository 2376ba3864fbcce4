"""What this machine can train on: one slot for each NVIDIA GPU, else a few CPU slots."""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import psutil

from hpo.errors import UsageError

MAX_CPU_SLOTS = 8
ANSWER_SECONDS = 30.0
# What a child with TensorFlow and a small model takes, with room for the images.
SLOT_MEMORY_BYTES = 2 << 30


@dataclass(frozen=True)
class Device:
    """Where one slot's child trains; `environment` pins it there before anything is imported.
    Devices of equal `kind` give equal numbers; it is empty where it is not known. Those of equal
    `memory` share it."""

    name: str
    kind: str
    environment: dict[str, str] = field(default_factory=dict)
    memory: str = "host"


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
    kind = f"{_processor()}, {threads} thread{'s' * (threads != '1')}"
    return [Device(f"cpu:{index}", kind, environment) for index in range(cpu_slots)]


def oom_kills() -> int:
    """How many processes this system has killed because memory ran out, since it started."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:  # no Linux
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    # The second starts a process on some systems, only to say less.
    return next(models, "") or platform.processor() or platform.machine()


def _gpus() -> list[Device]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        asked = [name.strip() for name in visible.split(",") if name.strip()]
        names = list(takewhile(lambda name: name != "-1", asked))  # as CUDA itself reads it
        if not names:
            return []
    listed = _listed_gpus()
    if visible is None:
        names = [index for index, _, _ in listed]
    models = {name: model for index, uuid, model in listed for name in (index, uuid)}
    return [
        Device(
            f"gpu:{name}",
            models.get(name, ""),
            {
                "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
                "CUDA_VISIBLE_DEVICES": name,
                "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            },
            memory=f"gpu:{name}",
        )
        for name in names
    ]


def _listed_gpus() -> list[tuple[str, str, str]]:
    """Index, uuid and model of each of this machine's GPUs; none without a driver."""
    if shutil.which("nvidia-smi") is None:
        return []
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=index,uuid,name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            "nvidia-smi does not answer: mend the GPU driver, or train on the CPU with --cpu N"
        ) from None
    lines = listed.stdout.splitlines() if listed.returncode == 0 else []
    # Without a GPU it says so in words.
    rows = (map(str.strip, line.split(",", 2)) for line in lines if line.count(",") >= 2)
    return [(index, uuid, model) for index, uuid, model in rows]
