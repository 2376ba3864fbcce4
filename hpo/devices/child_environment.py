"""How a process that trains on a device is started: isolated, and with nothing secret."""

import os
import re

from hpo import provenance
from hpo.devices.discovery import Device

# What a child has no need to see: hpo's own settings, and how to get into databases and buckets.
WITHHELD = ("HPO_", "PG", "MYSQL_", "MARIADB_", "AWS_")
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|CREDENTIAL|(^|_)TOKENS?(_|$)", re.IGNORECASE)
SECRET_URL = re.compile(r"(postgres|mysql|mariadb)\S*://[^/\s]*:\S*@")
# With these a training gets at pretrained models and data of its own.
FOR_TRAINING = ("HF_", "HUGGING_FACE_", "KAGGLE_", "WANDB_")
JAX = "jax"
ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
"""Whether TensorFlow takes the kernels of oneDNN."""
# Python would look for modules in the working directory first, which may be anybody's.
ISOLATED = ("-P",)
# What it prints comes to us, whatever our own terminal takes.
PRINTING = {"PYTHONIOENCODING": "utf-8:backslashreplace"}


def environment_on(device: Device) -> dict[str, str]:
    """What a process that trains on a device is started with; nothing in it opens the database."""
    kept = {name: value for name, value in os.environ.items() if not _is_withheld(name, value)}
    for_jax = _for_jax(device) if provenance.backend_name() == JAX else {}
    return kept | PRINTING | {"TF_CPP_MIN_LOG_LEVEL": "2"} | _fixed() | for_jax | device.environment


def _for_jax(device: Device) -> dict[str, str]:
    """What a child compiled is kept for the next, in a folder of this machine. On a GPU XLA would time
    several kernels for an operation, and might take another in the next process, to other bits."""
    ours = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    if device.programs is not None:
        ours["JAX_COMPILATION_CACHE_DIR"] = str(device.programs)
    if device.uuid is not None:
        flags = os.environ.get("XLA_FLAGS", "")
        ours["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    return ours | {name: os.environ[name] for name in ours.keys() & os.environ if name[:3] == "JAX"}


def _fixed() -> dict[str, str]:
    """What a file of one machine would decide, its kind of CPU, or chance: the backend of Keras, the
    kernels of TensorFlow, and the order of what is in a set."""
    return {
        "KERAS_BACKEND": provenance.backend_name(),
        # Without being asked, TensorFlow takes oneDNN's only where the CPU has AVX-512.
        ONEDNN: os.environ.get(ONEDNN) or "1",
        "KERAS_NNX_ENABLED": os.environ.get("KERAS_NNX_ENABLED") or "false",
        "PYTHONHASHSEED": "0",
    }


def _is_withheld(name: str, value: str) -> bool:
    if name.startswith(FOR_TRAINING):
        return False
    return bool(name.startswith(WITHHELD) or SECRET_NAME.search(name) or SECRET_URL.search(value))
